public import TesseraCore

/// Keeps recent tokens and those that got most attention so far.
///
/// Zhang et al., "H2O: Heavy-hitter oracle for efficient generative inference of large language models",
/// arXiv:2306.14048, section 4: a score is the sum of the attention weights of all queries so far, added over the query
/// heads that share a key/value head.
public struct HeavyHitters: CachePolicy {
    /// The share of the budget that the last tokens take.
    public let recentShare: Double

    /// Creates the policy; the paper gives half of the budget to recent tokens.
    ///
    /// - Throws: `LocatedError` when the share is not in `0...1`.
    public init(recentShare: Double = 0.5) throws(LocatedError) {
        try BudgetPart.check(recent: recentShare)
        self.recentShare = recentShare
    }

    /// That scores are attention.
    public var readsAttention: Bool { true }

    /// Adds the softmax of the row.
    public func score(_ row: AttentionRow, at step: Int, in entries: inout CacheEntries) {
        entries.addSoftmax(of: row.logits.count) { row.logits[$0] }
    }

    /// Those with the lowest scores that are not recent.
    public func evicted(from entries: CacheEntries, keeping count: Int) -> [Int] {
        entries.lowest(keeping: count, last: BudgetPart.tokens(recentShare, of: count))
    }
}
