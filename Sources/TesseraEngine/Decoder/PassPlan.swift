internal import TesseraCore

/// One token of a pass: where it stands in its text and what it sees.
struct PassRow: BitwiseCopyable {
    let token: TokenID

    /// Its number among all rows of the call.
    let index: Int32

    /// The position that its query and key are rotated to.
    let position: Int32

    /// Where its key and value go.
    let slot: Int32

    /// It sees this many tokens, itself the last of them.
    let seen: Int32

    /// Where the slots of its branch begin in the plan's list, those of the tokens from `branchFrom` on; -1 for
    /// a token of a line, which sees the slots in order.
    let branch: Int32
    let branchFrom: Int32

    /// Which of the model's tables turns the keys of its text.
    let variant: Int32

    /// The pages of its text.
    let pages: PageTable
}

/// Consecutive rows of one text: the share of attention that is not cut further.
struct PassPiece: BitwiseCopyable {
    let begin: Int32
    let end: Int32

    /// The most rows of one.
    static let mostRows = 32
}

/// Rows that go through a layer together.
struct PassRows {
    let rows: UnsafeBufferPointer<PassRow>
    let pieces: UnsafeBufferPointer<PassPiece>
    let branches: UnsafePointer<UInt32>

    /// The most tokens that one of them sees.
    let longest: Int

    var count: Int { rows.count }
    subscript(index: Int) -> PassRow { rows[index] }
}

/// Some rows of a call that go through all layers before the next ones.
struct PassChunk {
    let all: PassRows

    /// Those of them that get a row of logits.
    let live: PassRows

    /// Which of all rows these are, ascending.
    let liveIndices: UnsafeBufferPointer<Int32>

    /// The rows of logits before theirs.
    let firstOutput: Int
}

/// What a call reads, laid out as rows; one after another for several calls, in memory that stays.
final class PassPlan {
    private let rows: GrowingMemory<PassRow>
    private let live: GrowingMemory<PassRow>
    private let liveIndices: GrowingMemory<Int32>
    private let pieces: GrowingMemory<PassPiece>
    private let branches: GrowingMemory<UInt32>
    private var chunks: [ChunkRanges] = []

    private struct ChunkRanges {
        let rows: Range<Int>
        let live: Range<Int>
        let pieces: Range<Int>
        let livePieces: Range<Int>
        let longest: Int
    }

    init() throws(LocatedError) {
        let purpose = "the plan of a pass"
        rows = try GrowingMemory(for: purpose)
        live = try GrowingMemory(for: purpose)
        liveIndices = try GrowingMemory(for: purpose)
        pieces = try GrowingMemory(for: purpose)
        branches = try GrowingMemory(for: purpose)
    }

    /// The rows read.
    var rowCount: Int { rows.count }

    /// The tokens that a row sees.
    func seen(byRow index: Int) -> Int { Int(rows.elements[index].seen) }

    /// The rows of logits.
    var outputCount: Int { live.count }

    /// One more than the last position of any row.
    private(set) var positions = 0

    var chunkCount: Int { chunks.count }

    /// A part of the call; its pointers are good until the next call is laid out.
    func chunk(_ index: Int) -> PassChunk {
        let ranges = chunks[index]
        func list(_ rows: GrowingMemory<PassRow>, _ range: Range<Int>, _ pieces: Range<Int>) -> PassRows {
            PassRows(
                rows: UnsafeBufferPointer(start: rows.base + range.lowerBound, count: range.count),
                pieces: UnsafeBufferPointer(start: self.pieces.base + pieces.lowerBound, count: pieces.count),
                branches: UnsafePointer(branches.base), longest: ranges.longest
            )
        }
        return PassChunk(
            all: list(rows, ranges.rows, ranges.pieces), live: list(live, ranges.live, ranges.livePieces),
            liveIndices: UnsafeBufferPointer(
                start: liveIndices.base + ranges.live.lowerBound, count: ranges.live.count),
            firstOutput: ranges.live.lowerBound
        )
    }

    /// The largest product of rows and tokens seen among lists of at most `mostRows` rows.
    func mostSeen(byListsUpTo mostRows: Int) -> Int {
        var most = 0
        for chunk in chunks {
            if chunk.rows.count <= mostRows { most = max(most, chunk.rows.count * chunk.longest) }
            if chunk.live.count <= mostRows { most = max(most, chunk.live.count * chunk.longest) }
        }
        return most
    }

    /// Lays out checked items, `size` rows to a chunk.
    func lay(_ items: [BatchItem<KeyValueCache>], chunk size: Int) throws(LocatedError) {
        rows.removeAll()
        live.removeAll()
        liveIndices.removeAll()
        pieces.removeAll()
        branches.removeAll()
        chunks.removeAll(keepingCapacity: true)
        positions = 0
        for item in items { try layRows(of: item, chunk: size) }

        var liveBegin = 0
        for begin in stride(from: 0, to: rows.count, by: size) {
            let range = begin..<min(begin + size, rows.count)
            var liveEnd = liveBegin
            while liveEnd < live.count, live.elements[liveEnd].index < range.upperBound { liveEnd += 1 }
            let pieces = try cut(rows, range)
            let livePieces = try cut(live, liveBegin..<liveEnd)
            chunks.append(
                ChunkRanges(
                    rows: range, live: liveBegin..<liveEnd, pieces: pieces, livePieces: livePieces,
                    longest: rows.elements[range].reduce(0) { max($0, Int($1.seen)) }
                )
            )
            liveBegin = liveEnd
        }
    }

    private func layRows(of item: BatchItem<KeyValueCache>, chunk size: Int) throws(LocatedError) {
        let cache = item.cache
        let (base, first, firstRow) = (cache.count, cache.nextPosition, rows.count)
        // A line needs no list of its slots.
        let parents = item.parents.flatMap { $0.enumerated().allSatisfy { $1 == $0 - 1 } ? nil : $0 }
        for (offset, token) in item.tokens.enumerated() {
            var depth = offset
            var branch = -1
            if let parents {
                branch = branches.count
                depth = 0
                if parents[offset] >= 0 {
                    let parent = rows.elements[firstRow + parents[offset]]
                    depth = Int(parent.seen) - base
                    for step in 0..<depth {
                        try branches.append(branches.elements[Int(parent.branch) + step])
                    }
                }
                try branches.append(UInt32(truncatingIfNeeded: base + offset))
            }
            // Contexts are far shorter than 2^31 tokens; the branches of a tree are checked in `DecoderModel`.
            let row = PassRow(
                token: token, index: Int32(truncatingIfNeeded: rows.count),
                position: Int32(truncatingIfNeeded: first + depth),
                slot: Int32(truncatingIfNeeded: base + offset),
                seen: Int32(truncatingIfNeeded: base + depth + 1), branch: Int32(truncatingIfNeeded: branch),
                branchFrom: Int32(truncatingIfNeeded: base),
                variant: Int32(truncatingIfNeeded: cache.variant), pages: cache.table
            )
            try rows.append(row)
            positions = max(positions, first + depth + 1)
            if item.rows == .all || (item.rows == .last && offset == item.tokens.count - 1) {
                try live.append(row)
                try liveIndices.append(row.index % Int32(truncatingIfNeeded: size))
            }
        }
    }

    /// Cuts rows into pieces and returns where these are; texts have pages of their own.
    private func cut(_ list: GrowingMemory<PassRow>, _ range: Range<Int>) throws(LocatedError) -> Range<Int> {
        let firstPiece = pieces.count
        var begin = range.lowerBound
        while begin < range.upperBound {
            let pages = list.elements[begin].pages
            var end = begin + 1
            while end < range.upperBound, end - begin < PassPiece.mostRows, list.elements[end].pages == pages
            {
                end += 1
            }
            try pieces.append(
                PassPiece(
                    begin: Int32(truncatingIfNeeded: begin - range.lowerBound),
                    end: Int32(truncatingIfNeeded: end - range.lowerBound)
                )
            )
            begin = end
        }
        return firstPiece..<pieces.count
    }
}
