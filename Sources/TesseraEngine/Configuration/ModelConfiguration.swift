package import TesseraCore

/// The shape of a Llama-family model, checked.
///
/// A configuration that exists is consistent: every count is positive and small enough that the bytes of the
/// weights and of a full cache fit in an `Int`, the key/value heads divide the heads, and the head size is even. Whether the weights have
/// these shapes is checked when they are loaded.
public struct ModelConfiguration: Hashable, Sendable {
    /// The name of the architecture, as the file spells it: "llama".
    public let architecture: String

    /// The number of token ids and of scores in a row of logits.
    public let vocabularySize: Int

    /// The floats of a token between layers.
    public let hiddenSize: Int

    /// The number of layers, each with attention and a feed-forward block.
    public let layerCount: Int

    /// The number of query heads.
    public let headCount: Int

    /// The number of key/value heads; each serves `headCount / keyValueHeadCount` query heads.
    public let keyValueHeadCount: Int

    /// The floats of one head's query, key or value.
    public let headSize: Int

    /// The floats inside the feed-forward block.
    public let feedForwardSize: Int

    /// What RMS norm adds to the mean square.
    public let epsilon: Double

    /// The base of the rotary frequencies: pair i turns by `ropeBase ^ (-2 i / headSize)` per position.
    public let ropeBase: Double

    /// The most positions that the model was made for.
    public let contextLength: Int

    /// Whether rotary pairs are neighbours (GGUF) rather than half a head apart (Hugging Face).
    public let interleavedRope: Bool

    /// Whether the output head is the embedding matrix.
    public let tiedEmbeddings: Bool

    /// The floats of all query heads of a token.
    public var querySize: Int { headCount * headSize }

    /// The floats of all key heads of a token, or of all value heads.
    public var keyValueSize: Int { keyValueHeadCount * headSize }

    /// Creates a configuration after checking it.
    ///
    /// - Throws: `LocatedError` naming `file` and the offending field in the spelling of `names`.
    package init(
        architecture: String, vocabularySize: Int, hiddenSize: Int, layerCount: Int, headCount: Int,
        keyValueHeadCount: Int, headSize: Int, feedForwardSize: Int, epsilon: Double, ropeBase: Double,
        contextLength: Int, interleavedRope: Bool, tiedEmbeddings: Bool, file: String, names: FieldNames
    ) throws(LocatedError) {
        func check(_ holds: Bool, _ field: String, _ problem: @autoclosure () -> String) throws(LocatedError)
        {
            if !holds {
                throw LocatedError(
                    file: file, field: field, problem: problem(),
                    remedy: "the file is damaged or not a Llama model; fetch or convert it again"
                )
            }
        }
        func count(_ value: Int, _ field: String, upTo limit: Int) throws(LocatedError) {
            try check((1...limit).contains(value), field, "is \(value), not in 1...\(limit)")
        }
        try count(vocabularySize, names.vocabularySize, upTo: Self.mostPositions)
        try count(hiddenSize, names.hiddenSize, upTo: Self.widest)
        try count(layerCount, names.layerCount, upTo: Self.mostLayers)
        try count(headCount, names.headCount, upTo: Self.widest)
        try count(keyValueHeadCount, names.keyValueHeadCount, upTo: Self.widest)
        try count(headSize, names.headSize, upTo: Self.widest)
        try count(feedForwardSize, names.feedForwardSize, upTo: Self.widest)
        try count(contextLength, names.contextLength, upTo: Self.mostPositions)
        try check(
            headCount.isMultiple(of: keyValueHeadCount), names.keyValueHeadCount,
            "\(headCount) heads cannot share \(keyValueHeadCount) key/value heads evenly"
        )
        try check(
            headSize.isMultiple(of: 2), names.headSize, "is \(headSize); rotary pairs need an even head size")
        try check(
            headCount * headSize <= Self.widest, names.headCount,
            "\(headCount) heads of \(headSize) are more than \(Self.widest) floats"
        )
        try check(
            epsilon.isFinite && epsilon >= 0, names.epsilon, "is \(epsilon), not a small positive number")
        try check(ropeBase.isFinite && ropeBase > 0, names.ropeBase, "is \(ropeBase), not a positive number")

        self.architecture = architecture
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headSize = headSize
        self.feedForwardSize = feedForwardSize
        self.epsilon = epsilon
        self.ropeBase = ropeBase
        self.contextLength = contextLength
        self.interleavedRope = interleavedRope
        self.tiedEmbeddings = tiedEmbeddings
    }

    // Far above any real model, and low enough that these fit in an `Int`: the weights, of at most 4 bytes, are
    // below mostLayers * 8 * widest² + 2 * mostPositions * widest < 2^56; the bytes of a full cache are at most
    // mostLayers * 2 * widest * 4 * mostPositions = 2^59.
    private static let widest = 1 << 20
    private static let mostLayers = 1 << 12
    private static let mostPositions = 1 << 24

    /// How the file at hand spells the fields, for errors.
    package struct FieldNames {
        package var vocabularySize: String
        package var hiddenSize: String
        package var layerCount: String
        package var headCount: String
        package var keyValueHeadCount: String
        package var headSize: String
        package var feedForwardSize: String
        package var epsilon: String
        package var ropeBase: String
        package var contextLength: String
    }
}
