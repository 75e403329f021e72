import TesseraTensor
import Testing

@Suite("Layers")
struct LayerTests {
    private let random: RandomGenerator

    init() throws { random = try RandomGenerator(seed: 9) }

    private func expectClose(
        _ x: Tensor, _ y: Tensor, within tolerance: Float = 1e-5,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(x.shape == y.shape, sourceLocation: sourceLocation)
        let distance = zip(try x.floats(), try y.floats()).map { abs($0 - $1) }.max() ?? 0
        #expect(distance <= tolerance, sourceLocation: sourceLocation)
    }

    @Test("Linear is x Wᵀ + b")
    func linear() throws {
        let layer = try Linear(inputs: 4, outputs: 3, hasBias: true, random: random)
        try withoutGradients { try layer.bias?.assign(Tensor([1, 2, 3] as [Float])) }
        let x = try random.normal([2, 5, 4])
        let expected = try x.matmul(layer.weight.transposed(0, 1)) + Tensor([1, 2, 3] as [Float])
        try expectClose(layer(x), expected)
        #expect(layer.parameters.map(\.name) == ["weight", "bias"])
        #expect(layer.parameters(under: "up").map(\.name) == ["up.weight", "up.bias"])
        #expect(layer.parameterCount == 15)
    }

    @Test("RMSNorm and LayerNorm are their formulas")
    func norms() throws {
        let x = try random.normal([3, 8])
        let weight = try random.normal([8])
        let rms = try RMSNorm(size: 8, epsilon: 0.01)
        try rms.weight.assign(weight)
        try expectClose(rms(x), x * ((x * x).mean(-1, keepsAxes: true) + 0.01).rsqrt() * weight)

        let norm = try LayerNorm(size: 8, epsilon: 0.01)
        try norm.weight.assign(weight)
        try norm.bias?.assign(weight * 2)
        let centred = try x - x.mean(-1, keepsAxes: true)
        let expected = try centred * (x.variance(-1, keepsAxes: true) + 0.01).rsqrt() * weight + weight * 2
        try expectClose(norm(x), expected)
    }

    @Test("Embedding takes rows")
    func embedding() throws {
        let table = try Embedding(vocabularySize: 5, size: 3, random: random)
        let ids = try Tensor([4, 0, 4, 2], shape: [2, 2])
        let expected = try table.weight.selected(ids.reshaped(-1), axis: 0).reshaped(2, 2, 3)
        #expect(try table(ids).floats() == expected.floats())
    }

    @Test("attention is softmax(q kᵀ / √d) v, with shared heads repeated", arguments: [1, 2, 4])
    func attention(keyHeads: Int) throws {
        let q = try random.normal([2, 4, 6, 8])
        let (k, v) = (try random.normal([2, keyHeads, 6, 8]), try random.normal([2, keyHeads, 6, 8]))
        let (keys, values) = try (
            k.repeated(4 / keyHeads, axis: 1), v.repeated(4 / keyHeads, axis: 1)
        )
        let scores = try q.matmul(keys.transposed(-2, -1)) / 8.0.squareRoot()
        try expectClose(TesseraTensor.attention(q, k, v), scores.softmax(-1).matmul(values))

        let hidden = try Tensor.ones([6, 6]).upperTriangle(1) .> 0
        let causal = try scores.filled(where: hidden, with: -.infinity).softmax(-1).matmul(values)
        try expectClose(TesseraTensor.attention(q, k, v, mask: .causal), causal)
        try expectClose(TesseraTensor.attention(q, k, v, mask: .tensor(.!hidden)), causal)
    }

    @Test("cross entropy is log Σ exp − logit, over the rows that count")
    func crossEntropy() throws {
        let logits = try random.normal([4, 6])
        let targets = [5, ignoredTarget, 0, 2]
        let rows = try (0..<4).map { row in
            guard targets[row] >= 0 else { return 0.0 }
            let values = try logits[axis: 0, row]
            return try values.logSumExp().item() - values[axis: 0, targets[row]].item()
        }
        let target = try Tensor(targets)
        let found = try crossEntropyRows(logits, target).doubles()
        #expect(zip(found, rows).allSatisfy { abs($0 - $1) < 1e-5 })
        let sum = rows.reduce(0, +)
        #expect(abs(try TesseraTensor.crossEntropy(logits, target, reduction: .sum).item() - sum) < 1e-5)
        #expect(abs(try TesseraTensor.crossEntropy(logits, target).item() - sum / 3) < 1e-5)
    }
}
