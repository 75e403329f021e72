public import TesseraCore
public import TesseraFiles
public import TesseraTensor

/// Llama (Touvron et al., arXiv:2302.13971, section 2.2), without stretched rotary embeddings and without biases.
///
///     h = x + Wo softmax(rope(Wq n(x)) rope(Wk n(x))ᵀ / √size) Wv n(x)         n: root mean square norm
///     x = h + Wdown (silu(Wgate n(h)) · Wup n(h))
///     logits = W n(x), with W the embedding matrix when tied
///
/// Parameters have the names of transformers' `LlamaForCausalLM`.
public final class LlamaNetwork: AdaptableNetwork {
    /// Its sizes.
    public let configuration: LlamaConfiguration

    private let embedding: Embedding
    private let layers: [LlamaLayer]
    private let norm: RMSNorm
    private let output: Linear?
    private let rotary: RotaryEmbedding

    /// Creates a network on the device of `random`, with numbers that it draws.
    ///
    /// - Throws: `LocatedError` for sizes that no network has.
    public init(
        _ configuration: LlamaConfiguration, _ initialization: Initialization = Initialization(),
        random: RandomGenerator
    ) throws(LocatedError) {
        try configuration.check()
        let c = configuration
        self.configuration = c
        embedding = try Embedding(
            vocabularySize: c.vocabularySize, size: c.hiddenSize, deviation: initialization.deviation,
            random: random)
        var layers: [LlamaLayer] = []
        for _ in 0..<c.layerCount { layers.append(try LlamaLayer(c, initialization, random)) }
        self.layers = layers
        norm = try RMSNorm(size: c.hiddenSize, epsilon: c.epsilon, device: random.device)
        output =
            c.tiedEmbeddings
            ? nil
            : try Linear(
                inputs: c.hiddenSize, outputs: c.vocabularySize, deviation: initialization.deviation,
                random: random)
        rotary = RotaryEmbedding(headSize: c.headSize, base: c.rotaryBase)
    }

    public var vocabularySize: Int { configuration.vocabularySize }

    public var contextLength: Int { configuration.contextLength }

    public var hiddenSize: Int { configuration.hiddenSize }

    public var layerCount: Int { configuration.layerCount }

    public func logits(
        of tokens: Tensor, afterLayer: (Int, Tensor) throws(LocatedError) -> Tensor
    ) throws(LocatedError) -> Tensor {
        let angles = try rotary.angles(time: checkedTime(of: tokens), on: tokens.device)
        var x = try embedding(tokens)  // [B, T, hidden]
        for (index, layer) in layers.enumerated() { x = try afterLayer(index, layer(x, angles)) }
        return try norm(x).linear(output?.weight ?? embedding.weight)
    }

    public var parameters: [Parameter] {
        embedding.parameters(under: Self.embeddingName)
            + layers.enumerated().flatMap { $1.parameters(under: "model.layers.\($0)") }
            + norm.parameters(under: "model.norm") + (output?.parameters(under: Self.outputName) ?? [])
    }

    public var vocabularyParameters: [Parameter] {
        embedding.parameters(under: Self.embeddingName) + (output?.parameters(under: Self.outputName) ?? [])
    }

    public func resized(vocabularySize: Int, random: RandomGenerator) throws(LocatedError) -> LlamaNetwork {
        var configuration = configuration
        configuration.vocabularySize = vocabularySize
        return try LlamaNetwork(configuration, random: random)
    }

    private static let embeddingName = "model.embed_tokens"
    private static let outputName = "lm_head"

    public var fields: JSONObject { configuration.fields }
}
