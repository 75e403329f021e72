public import TesseraCore

/// The sizes of a Llama network.
public struct LlamaConfiguration: Hashable, Sendable {
    /// The number of token ids.
    public var vocabularySize: Int
    /// The numbers of a token between layers.
    public var hiddenSize: Int
    /// The number of layers, each with attention and a feed-forward block.
    public var layerCount: Int
    /// The number of query heads.
    public var headCount: Int
    /// The number of key/value heads, each of which serves `headCount / keyValueHeadCount` query heads.
    public var keyValueHeadCount: Int
    /// The numbers of one head; even.
    public var headSize: Int
    /// The numbers inside the feed-forward block.
    public var feedForwardSize: Int
    /// The most positions that it takes.
    public var contextLength: Int
    /// What norms add to the mean square.
    public var epsilon: Double
    /// The base of the rotary embedding.
    public var rotaryBase: Double
    /// Whether the output head is the embedding matrix.
    public var tiedEmbeddings: Bool

    /// Creates a configuration, which is checked when a network is made of it.
    ///
    /// - Parameters:
    ///   - keyValueHeadCount: as many as query heads when left out.
    ///   - headSize: `hiddenSize / headCount` when left out.
    ///   - feedForwardSize: 8/3 of the hidden size, up to a multiple of 32, when left out: as many numbers as a block
    ///     of two matrices with four times the hidden size has (Shazeer, arXiv:2002.05202, section 3.1).
    public init(
        vocabularySize: Int, hiddenSize: Int, layerCount: Int, headCount: Int,
        keyValueHeadCount: Int? = nil, headSize: Int? = nil, feedForwardSize: Int? = nil,
        contextLength: Int, epsilon: Double = 1e-5, rotaryBase: Double = 10_000,
        tiedEmbeddings: Bool = false
    ) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount ?? headCount
        self.headSize = headSize ?? (headCount > 0 ? hiddenSize / headCount : 0)
        let width = min(max(0, hiddenSize), SizeLimits.widest)
        self.feedForwardSize = feedForwardSize ?? (width * 8 / 3 + 31) / 32 * 32
        self.contextLength = contextLength
        self.epsilon = epsilon
        self.rotaryBase = rotaryBase
        self.tiedEmbeddings = tiedEmbeddings
    }

    /// The count of numbers that are learned; meaningful for sizes that were checked.
    var parameterCount: Int {
        let attention = 2 * hiddenSize * headSize * (headCount + keyValueHeadCount)
        let layer = attention + 3 * hiddenSize * feedForwardSize + 2 * hiddenSize
        return layerCount * layer + hiddenSize + vocabularySize * hiddenSize * (tiedEmbeddings ? 1 : 2)
    }

    /// Refuses sizes that no network has.
    ///
    /// - Throws: `LocatedError` naming `file` and the field as `config.json` has it.
    public func check(file: String? = nil) throws(LocatedError) {
        let limits = SizeLimits(file: file)
        try limits.check(vocabularySize, "vocab_size", upTo: SizeLimits.mostPositions)
        try limits.check(hiddenSize, "hidden_size", upTo: SizeLimits.widest)
        try limits.check(layerCount, "num_hidden_layers", upTo: SizeLimits.mostLayers)
        try limits.check(headCount, "num_attention_heads", upTo: SizeLimits.widest)
        try limits.check(keyValueHeadCount, "num_key_value_heads", upTo: SizeLimits.widest)
        try limits.check(headSize, "head_dim", upTo: SizeLimits.widest)
        try limits.check(feedForwardSize, "intermediate_size", upTo: SizeLimits.widest)
        try limits.check(contextLength, "max_position_embeddings", upTo: SizeLimits.mostPositions)
        try limits.check(
            headCount.isMultiple(of: keyValueHeadCount), "num_key_value_heads",
            "\(headCount) heads cannot share \(keyValueHeadCount) key/value heads evenly")
        try limits.check(
            headSize.isMultiple(of: 2), "head_dim",
            "is \(headSize); a head must have an even number of floats")
        try limits.check(
            headCount * headSize <= SizeLimits.widest, "num_attention_heads",
            "\(headCount) heads of \(headSize) are more than \(SizeLimits.widest) floats")
        try limits.check(
            epsilon.isFinite && epsilon >= 0, "rms_norm_eps", "is \(epsilon), not a small positive number")
        try limits.check(
            rotaryBase.isFinite && rotaryBase > 0, "rope_theta", "is \(rotaryBase), not a positive number")
        try limits.check(parameterCount: parameterCount)
    }
}
