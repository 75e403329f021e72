internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor

/// A Llama network of two layers that begins with two thirds of the circuit that finds a value by its key.
///
/// The circuit is that of induction heads (Olsson et al., arXiv 2209.11895). Given are that the first layer looks at the
/// token before, so that a value knows its key, and that the second passes on what it looks at. Where the second looks is
/// drawn at random, and left to training. Of the 128 numbers of a token the first is the same for all, 63 are drawn, and
/// the other half is for the token before.
enum RecallCircuit {
    private static let width = 128
    private static let headCount = 2
    private static let headSize = 64
    private static let rotaryBase = 100_000.0

    /// A number that is added to those that were drawn.
    private struct Weight {
        let row: Int
        let column: Int
        let value: Double
    }

    /// Makes a network.
    ///
    /// - Throws: `LocatedError` for sizes that no network has.
    static func network(
        vocabularySize: Int, contextLength: Int, random: RandomGenerator
    ) throws(LocatedError) -> LlamaNetwork {
        let network = try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: vocabularySize, hiddenSize: width, layerCount: 2, headCount: headCount,
                feedForwardSize: headSize, contextLength: contextLength, rotaryBase: rotaryBase,
                tiedEmbeddings: true),
            random: random)
        for parameter in network.parameters {
            let tensor = parameter.tensor
            if parameter.name == "model.embed_tokens.weight" {
                try tensor.assign(embeddings(vocabularySize, random))
                continue
            }
            var numbers = try tensor.floats()
            for weight in weights(of: parameter.name) {
                numbers[weight.row * width + weight.column] += Float(weight.value)
            }
            try tensor.assign(Tensor(numbers, shape: tensor.shape))
        }
        return network
    }

    /// `[tokens, width]`, long enough for logits of tokens that have half of their numbers only.
    private static func embeddings(
        _ vocabularySize: Int, _ random: RandomGenerator
    ) throws(LocatedError) -> Tensor {
        let same = try Tensor.full(1.2, [vocabularySize, 1])
        let drawn = try random.normal([vocabularySize, headSize - 1], deviation: 0.3)
        let before = try Tensor.full(0, [vocabularySize, width - headSize])
        return try .concatenated([same, drawn, before], axis: 1)
    }

    private static func weights(of name: String) -> [Weight] {
        switch name {
        // Each token asks with the number that is the same for all, and is asked for with that turned by one position: the
        // rotary embedding turns it back for the next token alone, 4.6 in its logit before its neighbours.
        case "model.layers.0.self_attn.q_proj.weight": fastPairs { [Weight(row: $0, column: 0, value: 1.25)] }
        case "model.layers.0.self_attn.k_proj.weight":
            fastPairs { row in
                let turn = exponential(
                    -logarithm(rotaryBase) * Double(row % headSize) / Double(headSize / 2))
                return [
                    Weight(row: row, column: 0, value: 1.25 * cosine(turn)),
                    Weight(row: row + headSize / 2, column: 0, value: 1.25 * sine(turn)),
                ]
            }
        case "model.layers.0.self_attn.o_proj.weight": copies(into: headSize, by: 0.125)
        case "model.layers.1.self_attn.o_proj.weight": copies(into: 0, by: 0.5)
        // Each head carries the token whole.
        case "model.layers.0.self_attn.v_proj.weight", "model.layers.1.self_attn.v_proj.weight":
            (0..<headCount * headSize).map { Weight(row: $0, column: $0 % headSize, value: 1) }
        default: []
        }
    }

    /// The eight pairs of each head that turn fast enough to tell neighbours apart.
    private static func fastPairs(_ weights: (_ row: Int) -> [Weight]) -> [Weight] {
        (0..<headCount).flatMap { head in (0..<8).flatMap { weights(head * headSize + $0) } }
    }

    /// The sum of the heads, to the numbers from `first`: as large as the token's own in the first layer, larger in the last.
    private static func copies(into first: Int, by value: Double) -> [Weight] {
        (0..<headCount * headSize).map { Weight(row: first + $0 % headSize, column: $0, value: value) }
    }
}
