public import TesseraCore

/// A cache that keeps some of the tokens of its text, other ones in each layer and head.
///
/// To its user it holds the whole text: `count` are the tokens read, up to `capacity`, and `heldCount` those whose keys
/// and values are still there.
public final class EvictingCache<Base: HeadwiseCache>: CausalCache {
    let base: Base
    let scores: AttentionScores
    private let budget: CacheBudget

    /// The tokens of the text when some were evicted last.
    private var evictedEnd = 0
    private var limit = Int.max
    private var promptByteCount = 0
    private var peakByteCount = 0

    init(base: Base, scores: AttentionScores, budget: CacheBudget) {
        self.base = base
        self.scores = scores
        self.budget = budget
    }

    /// What `original` has read, with a policy and budget of its own from here on.
    init(copying original: EvictingCache, base: Base, scores: AttentionScores, budget: CacheBudget) {
        self.base = base
        self.scores = scores
        self.budget = budget
        evictedEnd = original.evictedEnd
        limit = scores.promptCount.map { budget.tokens(afterPromptOf: $0) } ?? .max
        (promptByteCount, peakByteCount) = (original.promptByteCount, original.peakByteCount)
    }

    /// The tokens of the text that were read, whether they are still held or not.
    public var count: Int { scores.textCount }

    /// The tokens that the text may have.
    public var capacity: Int { base.capacity }

    /// The tokens that each head holds.
    public var heldCount: Int { base.count }

    /// The positions in the text of the tokens that a head holds, ascending; none of a head that is not there.
    public func heldPositions(layer: Int, head: Int) -> [Int] {
        guard scores.contains(layer: layer, head: head) else { return [] }
        return scores.entries(layer: layer, head: head).positions.map(Int.init).sorted()
    }

    /// The memory that it takes, and took.
    public var use: EvictionUse {
        EvictionUse(
            textTokenCount: count, heldTokenCount: heldCount, promptByteCount: promptByteCount,
            peakByteCount: peakByteCount, byteCount: base.byteCount, scoreByteCount: scores.byteCount)
    }

    /// Forgets every token from position `count` on, and all of them where others before it were evicted after it was
    /// read: the text must then be read again.
    public func truncate(to count: Int) {
        guard count < self.count else { return }
        guard count > 0, count >= evictedEnd else { return removeAll() }
        let held = base.count - (self.count - count)
        base.truncate(to: held)
        scores.truncate(to: held)
        scores.textCount = count
    }

    private func removeAll() {
        base.truncate(to: 0)
        scores.truncate(to: 0)
        (scores.textCount, scores.promptCount) = (0, nil)
        (evictedEnd, limit, promptByteCount) = (0, .max, 0)
    }

    /// Always refuses: which rows are there differs from head to head.
    ///
    /// - Throws: `LocatedError`.
    public func keep(_ rows: [Int], from base: Int) throws(LocatedError) {
        throw LocatedError(
            field: "cache", problem: "a cache that evicts tokens keeps no chosen rows",
            remedy: "read drafts with a cache that keeps all tokens")
    }

    /// Counts `count` tokens that were read, and gives up what is too much once a row of logits was asked for, which
    /// ends the prompt the first time.
    func finish(reading count: Int, wanted: LogitRows) throws(LocatedError) {
        let isPrompt = scores.promptCount == nil
        let end = scores.textCount + count
        let limit = isPrompt && wanted != .none ? budget.tokens(afterPromptOf: end) : self.limit
        let full = base.byteCount
        if wanted != .none, base.count > limit {
            let moves = try scores.moves(keeping: limit)
            let heads = moves.count / max(1, scores.windows.count)
            try base.compact(to: limit) { moves[$0 * heads + $1] }
            scores.compact(to: limit, moves)
            evictedEnd = end
        }
        scores.textCount = end
        peakByteCount = max(peakByteCount, full)
        if isPrompt, wanted != .none {
            (scores.promptCount, self.limit, promptByteCount) = (end, limit, full)
        }
    }
}

/// The memory of a cache that evicts.
public struct EvictionUse: Hashable, Sendable {
    /// The tokens of the text.
    public var textTokenCount: Int

    /// The tokens that each head holds.
    public var heldTokenCount: Int

    /// The bytes of keys and values at the end of the prompt, before any were given up.
    public var promptByteCount: Int

    /// The most bytes of keys and values that there were.
    public var peakByteCount: Int

    /// The bytes of keys and values now: whole pages.
    public var byteCount: Int

    /// The bytes of positions and scores beside them now.
    public var scoreByteCount: Int
}
