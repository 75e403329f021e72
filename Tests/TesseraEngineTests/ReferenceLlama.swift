import TesseraCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The Llama forward pass in double precision, one number at a time: slow, obvious, and without a line of the engine.
struct ReferenceLlama {
    let model: TinyModel
    let weights: TinyModel.Weights

    /// Whether rotary pairs are neighbours.
    let interleavedRope: Bool

    init(_ model: TinyModel, interleavedRope: Bool) {
        self.model = model
        weights = model.weights()
        self.interleavedRope = interleavedRope
    }

    /// The logits after every token, each row computed from the whole text before it.
    func logits(_ tokens: [TokenID]) -> [[Double]] {
        layers(tokens).last.map { $0.x.map(logits(from:)) } ?? []
    }

    /// The logits of a state, as if it were that after the last layer.
    func logits(from x: [Double]) -> [Double] {
        product(weights.outputHead, norm(x, weights.outputNorm))
    }

    /// What is seen of one layer.
    struct Layer {
        /// The state of every token after it.
        var x: [[Double]]

        /// The attention weights of every token, `[heads, tokens]`.
        var attention: [[Double]]
    }

    /// Whether a query of a layer and key/value head sees the key of a token at or before its own.
    typealias Sight = (_ layer: Int, _ head: Int, _ query: Int, _ key: Int) -> Bool

    /// Every layer of a pass.
    func layers(_ tokens: [TokenID], sees: Sight = { _, _, _, _ in true }) -> [Layer] {
        var seen: [Layer] = []
        var x = tokens.map { token in row(weights.embedding, Int(token)) }
        for (index, layer) in weights.layers.enumerated() {
            let h = x.map { norm($0, layer.attentionNorm) }
            let q = h.enumerated().map { rotated(product(layer.query, $1), position: $0) }
            let k = h.enumerated().map { rotated(product(layer.key, $1), position: $0) }
            let v = h.map { product(layer.value, $0) }
            let shares = x.indices.map { query in
                attentionWeights(q[query], Array(k[...query])) { sees(index, $0, query, $1) }
            }
            let weights = shares.map { $0.flatMap { $0 } }
            for position in x.indices {
                let mixed = attention(shares[position], Array(v[...position]))
                x[position] = sum(x[position], product(layer.attentionOutput, mixed))
                let h = norm(x[position], layer.feedForwardNorm)
                let inner = zip(product(layer.gate, h), product(layer.up, h)).map { $0 / (1 + exp(-$0)) * $1 }
                x[position] = sum(x[position], product(layer.down, inner))
            }
            seen.append(Layer(x: x, attention: weights))
        }
        return seen
    }

    private func attention(_ shares: [[Double]], _ v: [[Double]]) -> [Double] {
        let size = model.headSize
        var mixed: [Double] = []
        for (head, shares) in shares.enumerated() {
            let shared = head / (model.heads / model.keyValueHeads)
            for i in 0..<size {
                mixed.append(zip(shares, v).reduce(0) { $0 + $1.0 * $1.1[shared * size + i] })
            }
        }
        return mixed
    }

    private func attentionWeights(
        _ q: [Double], _ k: [[Double]], sees: (_ head: Int, _ key: Int) -> Bool
    ) -> [[Double]] {
        let size = model.headSize
        return (0..<model.heads).map { head in
            let shared = head / (model.heads / model.keyValueHeads)
            let scores = k.enumerated().map { place, key in
                if !sees(shared, place) { return -Double.infinity }
                return (0..<size).reduce(0) { $0 + q[head * size + $1] * key[shared * size + $1] }
                    / Double(size).squareRoot()
            }
            let largest = scores.max() ?? 0
            let exponentials = scores.map { exp($0 - largest) }
            let total = exponentials.reduce(0, +)
            return exponentials.map { $0 / total }
        }
    }

    private func rotated(_ heads: [Double], position: Int) -> [Double] {
        var result = heads
        let size = model.headSize
        for head in 0..<heads.count / size {
            for pair in 0..<size / 2 {
                let angle = Double(position) / pow(model.ropeBase, Double(2 * pair) / Double(size))
                let a = head * size + (interleavedRope ? 2 * pair : pair)
                let b = head * size + (interleavedRope ? 2 * pair + 1 : pair + size / 2)
                result[a] = heads[a] * cos(angle) - heads[b] * sin(angle)
                result[b] = heads[a] * sin(angle) + heads[b] * cos(angle)
            }
        }
        return result
    }

    private func norm(_ x: [Double], _ weight: TinyMatrix) -> [Double] {
        let meanSquare = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
        let scale = 1 / (meanSquare + Double(Float(model.epsilon))).squareRoot()
        return zip(x, weight.values).map { $0 * scale * $1 }
    }

    private func product(_ matrix: TinyMatrix, _ x: [Double]) -> [Double] {
        (0..<matrix.rows).map { index in zip(row(matrix, index), x).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    private func row(_ matrix: TinyMatrix, _ index: Int) -> [Double] {
        Array(matrix.values[index * matrix.columns..<(index + 1) * matrix.columns])
    }

    private func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
}
