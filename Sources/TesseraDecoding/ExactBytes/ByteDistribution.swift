internal import TesseraCore

/// How likely each byte is to come next, and the end of the text.
public struct ByteDistribution: Hashable, Sendable {
    /// The probabilities of the 256 bytes.
    public let bytes: [Double]

    /// The probability that the text ends here.
    public let end: Double

    /// Makes masses, none of them negative, add up to 1.
    ///
    /// - Parameters:
    ///   - bytes: 256 masses.
    ///   - end: the mass of the end of the text.
    /// - Throws: `LocatedError` when there is no mass, or one that is no number.
    init(masses bytes: [Double], end: Double) throws(LocatedError) {
        let total = bytes.reduce(end, +)
        guard bytes.count == 256, total > 0, total.isFinite else {
            throw LocatedError(
                field: "text", problem: "the model gives it no probability, and so none to what follows",
                remedy: "check the text for characters that no text has, and the model for damaged weights")
        }
        self.bytes = bytes.map { $0 / total }
        self.end = end / total
    }

    /// The logarithms of the probabilities, of the bytes and then of the end, as a row for a sampler.
    var logarithms: [Float] { (bytes + [end]).map { $0 > 0 ? Float(logarithm($0)) : -.infinity } }
}

/// What the reading of bytes has cost.
public struct ByteStatistics: Hashable, Sendable {
    /// The tokens that models have read, prompts included.
    public var modelTokens = 0

    /// The times that a text was encoded to tell whether tokens may stand in it.
    public var encodings = 0

    /// The most tokenizations of the text's end that were kept at a time.
    public var mostCovers = 0

    /// Creates a count of nothing.
    public init() {}

    /// Adds what another model has cost.
    static func + (left: ByteStatistics, right: ByteStatistics) -> ByteStatistics {
        var sum = left
        sum.modelTokens += right.modelTokens
        sum.encodings += right.encodings
        sum.mostCovers = max(left.mostCovers, right.mostCovers)
        return sum
    }
}
