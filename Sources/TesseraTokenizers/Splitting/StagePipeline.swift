/// Runs several stages at once: each cuts the pieces of the one before as they come.
///
/// Made for one text and one call; the caller keeps the stages alive.
struct StagePipeline {
    /// What one stage has cut and not yet handed on.
    private struct Level {
        /// The ends of pieces, as `MatchCursor` writes them.
        var cuts: UnsafeMutablePointer<MatchCursor.Cut>
        var count = 0
        var next = 0
        /// Where the next piece begins.
        var start = 0
        /// That of the stage's table.
        var firstPlainCut: UInt32 = 0
        /// What is left to cut; nil when everything was.
        var cursor: MatchCursor?
        /// The pieces of a stage that is not run by a table.
        var collected: [Range<Int>] = []
    }

    private let stages: [SplitStage]
    private let text: UTF8Text
    private let levels: UnsafeMutablePointer<Level>
    private let cuts: UnsafeMutablePointer<MatchCursor.Cut>

    private static let room = 64

    init(_ stages: [SplitStage], _ text: UTF8Text) {
        self.stages = stages
        self.text = text
        levels = .allocate(capacity: stages.count)
        cuts = .allocate(capacity: stages.count * Self.room)
        for number in stages.indices {
            (levels + number).initialize(to: Level(cuts: cuts + number * Self.room))
        }
    }

    /// Frees what `init` took.
    func finish() {
        levels.deinitialize(count: stages.count)
        levels.deallocate()
        cuts.deallocate()
    }

    /// Calls `body` with every piece of `range`, in order.
    @inline(__always)
    func forEachPiece(in range: Range<Int>, _ body: (Range<Int>) -> Void) {
        guard !range.isEmpty else { return }
        var depth = begin(range, at: 0)
        if depth == stages.count { return body(range) }
        while depth >= 0 {
            guard let piece = nextPiece(depth) else {
                depth -= 1
                continue
            }
            let deeper = begin(piece, at: depth + 1)
            if deeper == stages.count { body(piece) } else { depth = deeper }
        }
    }

    /// Gives `range` to the first stage from `depth` on that could cut it; returns that stage.
    private func begin(_ range: Range<Int>, at depth: Int) -> Int {
        var depth = depth
        while depth < stages.count {
            let level = levels + depth
            guard let table = stages[depth].table else {
                level.pointee.cursor = nil
                level.pointee.collected.removeAll(keepingCapacity: true)
                stages[depth].forEachPiece(of: text, in: range) { level.pointee.collected.append($0) }
                level.pointee.next = 0
                return depth
            }
            let first = table.beginning(in: text, from: range.lowerBound, to: range.upperBound)
            if first < range.upperBound {
                level.pointee.cursor = MatchCursor(table, text, range)
                level.pointee.firstPlainCut = table.firstPlainCut
                level.pointee.start = range.lowerBound
                level.pointee.count = 0
                level.pointee.next = 0
                return depth
            }
            depth += 1
        }
        return depth
    }

    /// The next piece of a stage; nil when there is none.
    private func nextPiece(_ depth: Int) -> Range<Int>? {
        let level = levels + depth
        guard level.pointee.cursor != nil else {
            guard level.pointee.next < level.pointee.collected.count else { return nil }
            level.pointee.next += 1
            return level.pointee.collected[level.pointee.next - 1]
        }
        while true {
            if level.pointee.next < level.pointee.count {
                let start = level.pointee.start
                let end = level.pointee.cuts[level.pointee.next].end(in: text, level.pointee.firstPlainCut)
                level.pointee.next += 1
                level.pointee.start = end
                return start..<end
            }
            guard level.pointee.cursor?.isAtEnd == false else { return nil }
            level.pointee.next = 0
            level.pointee.count = 0
            if let cursor = level.pointee.cursor, cursor.isWasteful {
                level.pointee.cursor = nil
                level.pointee.collected.removeAll(keepingCapacity: true)
                stages[depth].engine.forEachPieceSlowly(
                    of: text, in: cursor.whole, from: cursor.rest.lowerBound
                ) {
                    piece, _ in level.pointee.collected.append(piece)
                }
                return nextPiece(depth)
            }
            level.pointee.count = level.pointee.cursor?.fill(level.pointee.cuts, room: Self.room) ?? 0
        }
    }
}
