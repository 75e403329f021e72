public import TesseraArchitectures
public import TesseraCore
public import TesseraTensor

/// What a new vocabulary has in common with an old one, and the rows that embeddings then begin with.
///
/// A token that the old vocabulary spells with the same bytes has its row; the others are drawn from a normal distribution
/// with the mean and the covariance of the old rows (Hewitt, "Initializing new word embeddings for pretrained language
/// models", 2021), as Purkayastha and others do for romanized text (arXiv 2304.08865).
public struct VocabularyOverlap: Hashable, Sendable {
    /// For each new token the old one whose row it takes over; nil: there is none.
    public var sources: [TokenID?]

    /// Names the sources.
    public init(sources: [TokenID?]) { self.sources = sources }

    /// Looks for the tokens with equal bytes; tokens without bytes have none.
    public init(of new: some Tokenizer, with old: some Tokenizer) {
        var ids: [[UInt8]: TokenID] = [:]
        for place in (0..<old.vocabularySize).reversed() {
            let id = TokenID(truncatingIfNeeded: place)
            ids[old.bytes(of: id)] = id
        }
        ids[[]] = nil
        sources = (0..<new.vocabularySize).map { ids[new.bytes(of: TokenID(truncatingIfNeeded: $0))] }
    }

    /// The tokens that the old vocabulary has too.
    public var count: Int { sources.count { $0 != nil } }

    /// The rows of the new vocabulary.
    ///
    /// Takes time in proportion to the product of both vocabularies and the width.
    ///
    /// - Parameter old: `[old tokens, width]`, 32-bit.
    /// - Returns: `[new tokens, width]`.
    /// - Throws: `LocatedError` for a source that has no row.
    public func rows(from old: Tensor, random: RandomGenerator) throws(LocatedError) -> Tensor {
        let count = old.length(of: 0)
        let mean = try old.mean(0, keepsAxes: true)
        let centered = try (old - mean) / Double(max(1, count)).squareRoot()
        var parts: [Tensor] = []
        // G X with G of independent standard normal numbers has the covariance Xᵀ X. G is made in parts, as it may be large.
        let atOnce = max(1, 16_000_000 / max(1, count))
        for begin in stride(from: 0, to: sources.count, by: atOnce) {
            let part = sources[begin..<min(begin + atOnce, sources.count)]
            let drawn = try random.normal([part.count, count]).matmul(centered) + mean
            let places = try Tensor(part.map { Int($0 ?? 0) }, device: old.device)
            let isCopied = try Tensor(
                part.map { $0 == nil ? 0 : 1 }, shape: [part.count, 1], device: old.device)
            parts.append(try old.selected(places, axis: 0).chosen(where: isCopied .!= 0, otherwise: drawn))
        }
        return try .concatenated(parts, axis: 0)
    }

    /// A network for the new vocabulary: the rows as `rows(from:random:)` has them, all else as it was.
    ///
    /// - Throws: `LocatedError` for a source that has no row.
    public func network<Network: AdaptableNetwork>(
        from old: Network, random: RandomGenerator
    ) throws(LocatedError) -> Network {
        let network = try old.resized(vocabularySize: sources.count, random: random)
        let replaced = network.vocabularyParameters
        try network.assignParameters(of: old, but: Set(replaced.map(\.name)))
        for (new, earlier) in zip(replaced, old.vocabularyParameters) {
            try new.tensor.assign(try rows(from: earlier.tensor.detached(), random: random))
        }
        return network
    }
}
