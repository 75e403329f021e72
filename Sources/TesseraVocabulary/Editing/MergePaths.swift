internal import TesseraCore
internal import TesseraTokenizers

/// Merges the symbols of single tokens as byte-pair encoding does, and tells which merges were used.
///
/// What happens inside a token does not depend on what stands around it, as long as it ends as that one token: the
/// merges of its symbols come in the same order. So the merges that make a token from its own text are those that
/// make it in any text.
struct MergePaths: Sendable {
    /// Stands for a symbol without a token.
    static let noToken = TokenID.max

    private let vocabulary: Vocabulary
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private let byteTokens: [TokenID?]
    private var merges: [Pair: Merge] = [:]
    private var addedIDs: [[UInt8]: TokenID] = [:]
    private(set) var nextRank = 0

    private struct Pair: Hashable, Sendable {
        let left: TokenID
        let right: TokenID
    }

    private struct Merge: Sendable {
        let rank: Int
        let made: TokenID
    }

    /// A merge that was done, and the symbols that it spans.
    struct Step: Hashable, Sendable {
        let left: TokenID
        let right: TokenID
        let made: TokenID
        let symbols: Range<Int>
    }

    /// What became of a spelling.
    struct Path: Hashable, Sendable {
        /// The tokens; `noToken` for a symbol that has none.
        var tokens: [TokenID] = []
        /// The merges, in the order in which they were done.
        var steps: [Step] = []
    }

    init(_ definition: BytePairDefinition) {
        let vocabulary = definition.vocabulary
        self.vocabulary = vocabulary
        prefix = Array(definition.continuingPrefix.utf8)
        suffix = Array(definition.endSuffix.utf8)
        byteTokens =
            definition.fallsBackToBytes ? byteTokenSpellings.map { vocabulary.id(of: Array($0.utf8)) } : []
        merges.reserveCapacity(definition.merges.count)
        for (merge, rank) in zip(definition.merges, definition.ranks) {
            merges[Pair(left: merge.left, right: merge.right)] = Merge(rank: rank, made: merge.made)
            nextRank = rank + 1
        }
    }

    /// The token with this spelling.
    func id(of spelling: [UInt8]) -> TokenID? { addedIDs[spelling] ?? vocabulary.id(of: spelling) }

    /// Adds a token.
    mutating func append(_ spelling: [UInt8], id: TokenID) { addedIDs[spelling] = id }

    /// Whether two tokens are merged.
    func merges(_ left: TokenID, _ right: TokenID) -> Bool { merges[Pair(left: left, right: right)] != nil }

    /// Adds a merge, unless the pair has one.
    mutating func append(_ merge: BytePairDefinition.Merge, rank: Int) {
        let pair = Pair(left: merge.left, right: merge.right)
        if merges[pair] == nil { merges[pair] = Merge(rank: rank, made: merge.made) }
        nextRank = max(nextRank, rank + 1)
    }

    /// The symbols of a token's spelling.
    func symbols(of spelling: [UInt8]) -> [TokenID] {
        var body = spelling[...]
        let continues = !prefix.isEmpty && body.starts(with: prefix) && body.count > prefix.count
        if continues { body = body.dropFirst(prefix.count) }
        let ends =
            !suffix.isEmpty && body.count > suffix.count && body.suffix(suffix.count).elementsEqual(suffix)
        if ends { body = body.dropLast(suffix.count) }
        var symbols: [TokenID] = []
        var start = body.startIndex
        while start < body.endIndex {
            var end = start + 1
            while end < body.endIndex, body[end] & 0xC0 == 0x80 { end += 1 }
            let isFirst = start == body.startIndex && !continues
            let symbol =
                (isFirst ? [] : prefix) + body[start..<end] + (end == body.endIndex && ends ? suffix : [])
            if let id = id(of: symbol) {
                symbols.append(id)
            } else if !byteTokens.isEmpty, body[start..<end].allSatisfy({ byteTokens[Int($0)] != nil }) {
                symbols += body[start..<end].compactMap { byteTokens[Int($0)] }
            } else {
                symbols.append(Self.noToken)
            }
            start = end
        }
        return symbols
    }

    /// What the merges make of a token's spelling; O(n log n) in its length.
    func path(of spelling: [UInt8]) -> Path {
        var ids = symbols(of: spelling)
        let count = ids.count
        // The symbol after each, and the one before; a symbol that was merged away has itself after it.
        var next = (0..<count).map { $0 + 1 }
        var previous = (0..<count).map { $0 - 1 }
        var queue = Queue()
        func consider(_ position: Int) {
            guard position >= 0, next[position] < count,
                let merge = merges[Pair(left: ids[position], right: ids[next[position]])]
            else { return }
            queue.insert(
                .init(rank: merge.rank, position: position, left: ids[position], right: ids[next[position]]))
        }
        for position in 0..<count { consider(position) }
        var path = Path()
        while let candidate = queue.removeFirst() {
            let position = candidate.position
            let right = next[position]
            guard right > position, right < count, ids[position] == candidate.left,
                ids[right] == candidate.right,
                let merge = merges[Pair(left: candidate.left, right: candidate.right)]
            else { continue }
            let end = next[right]
            path.steps.append(
                Step(left: candidate.left, right: candidate.right, made: merge.made, symbols: position..<end))
            ids[position] = merge.made
            next[position] = end
            next[right] = right
            if end < count { previous[end] = position }
            consider(position)
            consider(previous[position])
        }
        var position = 0
        while position < count {
            path.tokens.append(ids[position])
            position = next[position]
        }
        return path
    }

    /// The merge that stood in the way of `token`: the first that joins symbols which no way to make it joins.
    func obstacle(
        to token: TokenID, _ path: Path, spelling: [UInt8], making: [TokenID: BytePairDefinition.Merge]
    )
        -> Step?
    {
        var spans: Set<Range<Int>> = []
        var open: [(TokenID, Int)] = [(token, 0)]
        var left = spelling.count * 2
        while let (id, start) = open.popLast(), left > 0 {
            left -= 1
            guard let merge = making[id], let length = symbolCount(of: id),
                let first = symbolCount(of: merge.left)
            else { continue }
            spans.insert(start..<start + length)
            open.append((merge.left, start))
            open.append((merge.right, start + first))
        }
        return path.steps.first { !spans.contains($0.symbols) }
    }

    private func symbolCount(of id: TokenID) -> Int? {
        let spelling = vocabulary.spelling(of: id)
        return spelling.isEmpty ? nil : symbols(of: spelling).count
    }
}

/// Pairs that may be merged, the lowest rank first, of equals the leftmost: a binary heap.
private struct Queue {
    struct Candidate: Sendable {
        let rank: Int
        let position: Int
        let left: TokenID
        let right: TokenID

        func goes(before other: Candidate) -> Bool { (rank, position) < (other.rank, other.position) }
    }

    private var heap: [Candidate] = []

    mutating func insert(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0, heap[child].goes(before: heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Candidate? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].goes(before: heap[least]) {
                least = child
            }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
