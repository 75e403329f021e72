internal import TesseraCore

/// The entries of every layer and key/value head of a cache, scored while the model reads.
///
/// Sendable because a pass touches each head's entries from one thread at a time, and all else changes only between
/// passes.
final class AttentionScores: AttentionObserver, @unchecked Sendable {
    /// What is known of one head; a class, so that threads change heads side by side.
    private final class Head {
        var entries = CacheEntries()
    }

    private let policy: any CachePolicy
    private let headCount: Int
    private let heads: [Head]  // [layers, headCount]

    /// How far each layer looks back by itself; nil for all.
    let windows: [Int?]

    /// The tokens of the text before those that are read now.
    var textCount = 0

    /// The tokens of the prompt, once it is read.
    var promptCount: Int?

    init(policy: any CachePolicy, windows: [Int?], headCount: Int) {
        self.policy = policy
        self.windows = windows
        self.headCount = headCount
        heads = (0..<windows.count * headCount).map { _ in Head() }
    }

    /// The same entries and scores, for another policy.
    init(copying other: AttentionScores, policy: any CachePolicy) {
        self.policy = policy
        (windows, headCount, textCount) = (other.windows, other.headCount, other.textCount)
        promptCount = other.promptCount
        heads = other.heads.map { original in
            let head = Head()
            head.entries = original.entries
            return head
        }
    }

    /// The bytes of positions and scores.
    var byteCount: Int {
        heads.reduce(0) {
            $0 + $1.entries.count * (MemoryLayout<Int32>.stride + MemoryLayout<Float>.stride)
        }
    }

    func contains(layer: Int, head: Int) -> Bool {
        windows.indices.contains(layer) && (0..<headCount).contains(head)
    }

    func entries(layer: Int, head: Int) -> CacheEntries { heads[layer * headCount + head].entries }

    /// Adds the entries of the next `count` tokens.
    func append(_ count: Int) {
        for head in heads { head.entries.append(textCount..<textCount + count) }
    }

    func truncate(to count: Int) {
        for head in heads { head.entries.truncate(to: count) }
    }

    /// A layer with a window of its own keeps the last tokens, whatever their scores.
    func watches(layer: Int) -> Bool { windows[layer] == nil }

    func observe(_ row: AttentionRow) {
        let step = promptCount.map { max(0, textCount + row.index - $0 + 1) } ?? 0
        policy.score(row, at: step, in: &heads[row.layer * headCount + row.head].entries)
    }

    /// The moves that make every head keep `count` entries in the first places, head by head.
    ///
    /// - Throws: `LocatedError` when a score is not a number, or the policy does not keep `count`.
    func moves(keeping count: Int) throws(LocatedError) -> [[EntryMove]] {
        var all: [[EntryMove]] = []
        for (index, head) in heads.enumerated() {
            let entries = head.entries
            // A layer with a window of its own needs the last tokens, in order.
            if windows[index / headCount] != nil {
                let surplus = max(0, entries.count - count)
                all.append(
                    (surplus..<max(surplus, entries.count)).map { EntryMove(from: $0, to: $0 - surplus) })
                continue
            }
            guard entries.scores.allSatisfy({ $0.isFinite }) else {
                throw LocatedError(
                    field: "attention", problem: "a score of layer \(index / headCount) is not a number",
                    remedy: "fetch or convert the model again; its weights are damaged")
            }
            all.append(
                try Self.moves(giving: policy.evicted(from: entries, keeping: count), of: entries, count))
        }
        return all
    }

    /// Fills the places that are given up among the first `count` with the entries kept from behind them.
    private static func moves(
        giving evicted: [Int], of entries: CacheEntries, _ count: Int
    ) throws(LocatedError) -> [EntryMove] {
        let gone = Set(evicted)
        guard gone.count == entries.count - count, gone.allSatisfy(entries.positions.indices.contains) else {
            throw LocatedError(
                field: "cache policy",
                problem: "\(gone.count) of \(entries.count) entries are given up for \(count)",
                remedy: "give up as many as are too many")
        }
        let sources = (count..<entries.count).filter { !gone.contains($0) }
        return zip(sources, gone.filter { $0 < count }.sorted()).map { EntryMove(from: $0, to: $1) }
    }

    /// Makes `moves` and forgets what lies behind the first `count` places.
    func compact(to count: Int, _ moves: [[EntryMove]]) {
        for (head, moves) in zip(heads, moves) {
            head.entries.move(moves)
            head.entries.truncate(to: count)
        }
    }
}
