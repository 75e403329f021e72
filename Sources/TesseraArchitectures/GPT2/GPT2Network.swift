public import TesseraCore
public import TesseraFiles
public import TesseraTensor

/// GPT-2 (Radford et al., "Language models are unsupervised multitask learners", 2019, section 2.3), without dropout.
///
///     x = E[tokens] + P[positions]
///     h = x + Wo softmax(q kᵀ / √size) v + b,   [q; k; v] = Wqkv n(x) + b       n: layer norm
///     x = h + Wdown gelu(Wup n(h) + b) + b
///     logits = W n(x), with W the embedding matrix when tied
///
/// Parameters have the names and the layout of transformers' `GPT2LMHeadModel`.
public final class GPT2Network: AdaptableNetwork {
    /// Its sizes and choices.
    public let configuration: GPT2Configuration

    private let embedding: Embedding
    private let positions: Embedding
    private let layers: [GPT2Layer]
    private let norm: LayerNorm
    private let output: Linear?

    /// Creates a network on the device of `random`, with numbers that it draws.
    ///
    /// - Throws: `LocatedError` for sizes that no network has.
    public init(
        _ configuration: GPT2Configuration, _ initialization: Initialization = Initialization(),
        random: RandomGenerator
    ) throws(LocatedError) {
        try configuration.check()
        let c = configuration
        self.configuration = c
        let deviation = initialization.deviation
        embedding = try Embedding(
            vocabularySize: c.vocabularySize, size: c.hiddenSize, deviation: deviation, random: random)
        positions = try Embedding(
            vocabularySize: c.contextLength, size: c.hiddenSize, deviation: deviation, random: random)
        var layers: [GPT2Layer] = []
        for _ in 0..<c.layerCount { layers.append(try GPT2Layer(c, initialization, random)) }
        self.layers = layers
        norm = try LayerNorm(size: c.hiddenSize, epsilon: c.epsilon, device: random.device)
        output =
            c.tiedEmbeddings
            ? nil
            : try Linear(
                inputs: c.hiddenSize, outputs: c.vocabularySize, deviation: deviation, random: random)
    }

    public var vocabularySize: Int { configuration.vocabularySize }

    public var contextLength: Int { configuration.contextLength }

    public var hiddenSize: Int { configuration.hiddenSize }

    public var layerCount: Int { configuration.layerCount }

    public func logits(
        of tokens: Tensor, afterLayer: (Int, Tensor) throws(LocatedError) -> Tensor
    ) throws(LocatedError) -> Tensor {
        let time = try checkedTime(of: tokens)
        var x = try embedding(tokens) + positions.weight[axis: 0, 0..<time]  // [B, T, hidden]
        for (index, layer) in layers.enumerated() { x = try afterLayer(index, layer(x)) }
        return try norm(x).linear(output?.weight ?? embedding.weight)
    }

    public var parameters: [Parameter] {
        embedding.parameters(under: Self.embeddingName) + positions.parameters(under: "transformer.wpe")
            + layers.enumerated().flatMap { $1.parameters(under: "transformer.h.\($0)") }
            + norm.parameters(under: "transformer.ln_f") + (output?.parameters(under: Self.outputName) ?? [])
    }

    public var vocabularyParameters: [Parameter] {
        embedding.parameters(under: Self.embeddingName) + (output?.parameters(under: Self.outputName) ?? [])
    }

    public func resized(vocabularySize: Int, random: RandomGenerator) throws(LocatedError) -> GPT2Network {
        var configuration = configuration
        configuration.vocabularySize = vocabularySize
        return try GPT2Network(configuration, random: random)
    }

    private static let embeddingName = "transformer.wte"
    private static let outputName = "lm_head"

    public var fields: JSONObject { configuration.fields }
}
