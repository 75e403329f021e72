/// Which tokens a bounded cache keeps: every eviction method.
///
/// A policy decides for each layer and key/value head alone, since each looks at other tokens. It is a value without
/// memory: what it has seen of a text are the scores of its entries, which the caller holds.
public protocol CachePolicy: Sendable {
    /// Whether `score` wants to see attention; nothing is computed for a policy that does not.
    var readsAttention: Bool { get }

    /// Adds to the score of each entry what one query says of it.
    ///
    /// Called by several threads at once, for different entries.
    ///
    /// - Parameters:
    ///   - row: has a logit for each entry up to that of the query's own token.
    ///   - step: 0 for the tokens of the prompt, 1 for the first token after it, and so on.
    ///   - entries: those of the row's layer and head.
    func score(_ row: AttentionRow, at step: Int, in entries: inout CacheEntries)

    /// Which entries are given up so that `count` remain: their places, ascending.
    ///
    /// - Parameter count: in `0 ... entries.count`.
    func evicted(from entries: CacheEntries, keeping count: Int) -> [Int]
}

extension CachePolicy {
    /// That attention does not matter.
    public var readsAttention: Bool { false }

    /// Adds nothing: for policies that do not look at attention.
    public func score(_ row: AttentionRow, at step: Int, in entries: inout CacheEntries) {}
}

/// What is known of the entries of a layer and key/value head of a cache, place by place.
public struct CacheEntries: Hashable, Sendable {
    /// The position of each entry's token in the text: each once, in any order.
    public var positions: [Int32]

    /// The score of each entry; 0 to begin with.
    public var scores: [Float]

    /// No entries.
    public init() { (positions, scores) = ([], []) }

    /// The entries there are.
    public var count: Int { positions.count }

    /// Adds entries for the tokens at `positions`.
    public mutating func append(_ positions: Range<Int>) {
        self.positions += positions.map { Int32(truncatingIfNeeded: $0) }
        scores += repeatElement(0, count: positions.count)
    }

    /// Forgets all but the first `count` entries.
    public mutating func truncate(to count: Int) {
        guard count < self.count else { return }
        positions.removeSubrange(max(0, count)...)
        scores.removeSubrange(max(0, count)...)
    }

    /// Puts entries in the places of others.
    public mutating func move(_ moves: [EntryMove]) {
        for move in moves {
            positions[move.target] = positions[move.source]
            scores[move.target] = scores[move.source]
        }
    }
}
