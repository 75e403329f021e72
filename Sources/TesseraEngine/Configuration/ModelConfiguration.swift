internal import TesseraCore

/// The shape of a model, checked.
///
/// A configuration that exists is consistent: every count is positive and small enough that the bytes of the
/// weights and of a full cache fit in an `Int`, the key/value heads divide the heads, and what turns of a head is
/// even. Whether the weights have these shapes is checked when they are loaded.
public struct ModelConfiguration: Hashable, Sendable {
    /// What is computed.
    public internal(set) var architecture: ModelArchitecture

    /// The number of token ids and of scores in a row of logits.
    public internal(set) var vocabularySize: Int

    /// The floats of a token between layers.
    public internal(set) var hiddenSize: Int

    /// The number of query heads.
    public internal(set) var headCount: Int

    /// The number of key/value heads; each serves `headCount / keyValueHeadCount` query heads.
    public internal(set) var keyValueHeadCount: Int

    /// The floats of one head's query, key or value.
    public internal(set) var headSize: Int

    /// The floats inside the feed-forward block.
    public internal(set) var feedForwardSize: Int

    /// What norms add to the mean square or the variance.
    public internal(set) var epsilon: Double

    /// The most positions that the model was made for.
    public internal(set) var contextLength: Int

    /// Whether the output head is the embedding matrix.
    public internal(set) var tiedEmbeddings: Bool

    /// The rotary embeddings, which layers name by their place here; none where positions are learned.
    public internal(set) var rotary: [RotaryEmbedding] = []

    /// What is particular to each layer.
    public internal(set) var layers: [LayerPlan]

    /// What products of queries and keys are multiplied by.
    public internal(set) var attentionScale: Double

    /// What bends the feed-forward block.
    public internal(set) var activation = Activation.silu

    /// Which products have a number added to each of their results.
    public internal(set) var biases: Biases = []

    /// The kinds of text that an encoder tells apart by a vector of their own.
    public internal(set) var tokenTypeCount = 0

    /// The number of layers, each with attention and a feed-forward block.
    public var layerCount: Int { layers.count }

    /// The floats of all query heads of a token.
    public var querySize: Int { headCount * headSize }

    /// The floats of all key heads of a token, or of all value heads.
    public var keyValueSize: Int { keyValueHeadCount * headSize }

    /// What bends the feed-forward block.
    public enum Activation: String, Hashable, Sendable {
        /// x / (1 + exp(-x))
        case silu
        /// x Φ(x), Φ the normal distribution's function.
        case gelu
        /// The same with tanh in the place of the error function.
        case geluTanh
        /// max(0, x)
        case relu
    }

    /// Products with a number added to each of their results.
    public struct Biases: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Queries, keys and values.
        public static let queryKeyValue = Biases(rawValue: 1)
        /// What attention adds to a token.
        public static let attentionOutput = Biases(rawValue: 2)
        /// Those of the feed-forward block.
        public static let feedForward = Biases(rawValue: 4)
    }
}

/// What is particular to a layer.
public struct LayerPlan: Hashable, Sendable {
    /// The last positions that a token sees, its own among them; nil for all before it.
    public internal(set) var window: Int?

    /// Which of the model's rotary embeddings turns queries and keys; nil for none.
    public internal(set) var rotary: Int?
}

// MARK: Limits

extension ModelConfiguration {
    // Far above any real model, and low enough that these fit in an `Int`: the weights, of at most 4 bytes, are
    // below mostLayers * 8 * widest² + 2 * mostPositions * widest < 2^56; the bytes of a full cache are at most
    // mostLayers * 2 * widest * 4 * mostPositions = 2^59.
    static let widest = 1 << 20
    static let mostLayers = 1 << 12
    static let mostPositions = 1 << 24
    static let mostTokenTypes = 1 << 10

    /// How the file at hand spells the fields, for errors.
    struct FieldNames {
        var vocabularySize: String
        var hiddenSize: String
        var layerCount: String
        var headCount: String
        var keyValueHeadCount: String
        var headSize: String
        var feedForwardSize: String
        var epsilon: String
        var contextLength: String
    }

    /// Checks a number of layers before anything is made for each.
    static func checkedLayers(_ count: Int, file: String, field: String) throws(LocatedError) -> Int {
        guard (1...mostLayers).contains(count) else {
            throw damaged(file, field, "is \(count), not in 1...\(mostLayers)")
        }
        return count
    }

    /// Checks everything but the rotary embeddings, which are checked as they are read.
    ///
    /// - Throws: `LocatedError` naming `file` and the offending field in the spelling of `names`.
    func check(file: String, names: FieldNames) throws(LocatedError) {
        func check(_ holds: Bool, _ field: String, _ problem: @autoclosure () -> String) throws(LocatedError)
        {
            if !holds { throw Self.damaged(file, field, problem()) }
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
            headSize.isMultiple(of: 2), names.headSize,
            "is \(headSize); a head must have an even number of floats")
        try check(
            headCount * headSize <= Self.widest, names.headCount,
            "\(headCount) heads of \(headSize) are more than \(Self.widest) floats"
        )
        try check(
            epsilon.isFinite && epsilon >= 0, names.epsilon, "is \(epsilon), not a small positive number")
    }

    private static func damaged(_ file: String, _ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged or belongs to another model; fetch or convert it again"
        )
    }
}
