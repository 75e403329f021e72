public import TesseraCore

/// The sizes and choices of a GPT-2 network.
public struct GPT2Configuration: Hashable, Sendable {
    /// The number of token ids.
    public var vocabularySize: Int
    /// The numbers of a token between layers.
    public var hiddenSize: Int
    /// The number of layers, each with attention and a feed-forward block.
    public var layerCount: Int
    /// The number of heads, which divide the hidden size evenly.
    public var headCount: Int
    /// The numbers inside the feed-forward block.
    public var feedForwardSize: Int
    /// The most positions that it takes, each of which has a vector that is learned.
    public var contextLength: Int
    /// What norms add to the variance.
    public var epsilon: Double
    /// What bends the feed-forward block.
    public var activation: Activation
    /// Whether the output head is the embedding matrix.
    public var tiedEmbeddings: Bool

    /// What bends the feed-forward block; raw values are the words of transformers.
    public enum Activation: String, Hashable, Sendable, CaseIterable {
        /// x Φ(x), Φ the normal distribution's function (Hendrycks and Gimpel, arXiv:1606.08415).
        case gelu
        /// The same with tanh in the place of the error function, as GPT-2 has it.
        case geluTanh = "gelu_new"
        /// max(0, x)
        case relu
    }

    /// Creates a configuration, which is checked when a network is made of it.
    ///
    /// - Parameter feedForwardSize: four times the hidden size when left out.
    public init(
        vocabularySize: Int, hiddenSize: Int, layerCount: Int, headCount: Int,
        feedForwardSize: Int? = nil, contextLength: Int, epsilon: Double = 1e-5,
        activation: Activation = .geluTanh, tiedEmbeddings: Bool = true
    ) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.feedForwardSize = feedForwardSize ?? 4 * min(max(0, hiddenSize), SizeLimits.widest / 4)
        self.contextLength = contextLength
        self.epsilon = epsilon
        self.activation = activation
        self.tiedEmbeddings = tiedEmbeddings
    }

    /// The count of numbers that are learned; meaningful for sizes that were checked.
    var parameterCount: Int {
        let attention = 4 * hiddenSize * hiddenSize + 4 * hiddenSize
        let feedForward = 2 * hiddenSize * feedForwardSize + feedForwardSize + hiddenSize
        let embeddings = vocabularySize * hiddenSize * (tiedEmbeddings ? 1 : 2) + contextLength * hiddenSize
        return layerCount * (attention + feedForward + 4 * hiddenSize) + embeddings + 2 * hiddenSize
    }

    /// Refuses sizes that no network has.
    ///
    /// - Throws: `LocatedError` naming `file` and the field as `config.json` has it.
    public func check(file: String? = nil) throws(LocatedError) {
        let limits = SizeLimits(file: file)
        try limits.check(vocabularySize, "vocab_size", upTo: SizeLimits.mostPositions)
        try limits.check(hiddenSize, "n_embd", upTo: SizeLimits.widest)
        try limits.check(layerCount, "n_layer", upTo: SizeLimits.mostLayers)
        try limits.check(headCount, "n_head", upTo: SizeLimits.widest)
        try limits.check(feedForwardSize, "n_inner", upTo: SizeLimits.widest)
        try limits.check(contextLength, "n_positions", upTo: SizeLimits.mostPositions)
        try limits.check(
            hiddenSize.isMultiple(of: 2 * headCount), "n_head",
            "\(headCount) heads do not divide the hidden size \(hiddenSize) into even numbers of floats")
        try limits.check(
            epsilon.isFinite && epsilon >= 0, "layer_norm_epsilon",
            "is \(epsilon), not a small positive number")
        try limits.check(parameterCount: parameterCount)
    }
}
