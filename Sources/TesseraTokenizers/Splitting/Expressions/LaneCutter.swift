/// Cuts a text at two places at once.
///
/// Running a table waits, at each character, for the load that the one before asked for. A processor that works on two
/// stretches of the text in turn waits for neither. A stretch may begin where a match certainly ends, whatever comes
/// before, as before most spaces; text with few such places, or with few ASCII characters, is cut by one cursor.
final class LaneCutter: Sendable {
    private let engine: ExpressionEngine
    private let table: CuttingTable
    /// The ASCII characters between which a match certainly ends.
    private let borders: ASCIIPairSet

    /// The most bytes that are cut at once, and the fewest for which two stretches are worth it.
    private static let longestChunk = 2048
    private static let shortestChunk = 256
    /// How far is looked for a place to begin.
    private static let reach = 64
    /// The most cuts of a stretch: one for each character, and some.
    static let room = longestChunk / 2 + 3 * reach
    /// How often the table may fail to tell what happens before the rest of a chunk is cut by itself.
    private static let mostStops = 32

    /// The cutter of an expression; nil for one that has no table, or that looks back.
    init?(_ engine: ExpressionEngine) {
        guard let table = engine.table, engine.alphabet.kindCount == 1, let known = ExpressionBorders(engine)
        else {
            return nil
        }
        self.engine = engine
        self.table = table
        borders = ASCIIPairSet { known.border($0, $1) == .cut }
    }

    /// Calls `body` with the cuts of `range` of `text`, in order: where its pieces end.
    ///
    /// - Parameters:
    ///   - least: how much to cut at least, where that should not be all.
    ///   - cuts: has room for two times `room`.
    ///   - body: gets cuts, how many there are, and what `MatchCursor.Cut.end` needs to know.
    /// - Returns: where a match begins that was not cut, or the end of the range.
    @inline(__always)
    @discardableResult
    func forEachCuts(
        of text: UTF8Text, in range: Range<Int>, atLeast least: Int = .max,
        room cuts: UnsafeMutablePointer<MatchCursor.Cut>,
        _ body: (_ cuts: UnsafePointer<MatchCursor.Cut>, _ count: Int, _ firstPlainCut: UInt32) -> Void
    ) -> Int {
        let firstPlainCut = table.firstPlainCut
        let enough = least < range.count ? range.lowerBound + least : range.upperBound
        var start = range.lowerBound
        while start < enough {
            let chunk = chunk(
                of: text, start..<range.upperBound, longest: min(enough - start, Self.longestChunk))
            if let counts = cut(text, start..<range.upperBound, chunk, cuts) {
                body(cuts, counts.0, firstPlainCut)
                body(cuts + Self.room, counts.1, firstPlainCut)
            } else {
                var cursor = MatchCursor(table, text, start..<range.upperBound, stop: chunk.stop)
                while !cursor.isAtEnd {
                    if cursor.isWasteful {
                        engine.forEachPieceSlowly(
                            of: text, in: range, from: cursor.rest.lowerBound
                        ) { piece, _ in
                            guard !piece.isEmpty else { return }
                            cuts[0] = MatchCursor.Cut(
                                place: piece.upperBound, row: MatchCursor.Cut.atPlace)
                            body(cuts, 1, firstPlainCut)
                        }
                        return range.upperBound
                    }
                    let count = cursor.fill(cuts, room: 2 * Self.room)
                    body(cuts, count, firstPlainCut)
                }
            }
            start = chunk.stop
        }
        return start
    }

    /// A part of a text that ends where a match certainly ends.
    private struct Chunk {
        var stop: Int
        /// Where the second of two stretches begins; nil when one cursor should cut the whole.
        var middle: Int?
    }

    /// The next chunk of `range`, of about `longest` bytes.
    private func chunk(of text: UTF8Text, _ range: Range<Int>, longest: Int) -> Chunk {
        var stop = range.upperBound
        if range.count > longest + Self.reach {
            stop = border(
                in: text, from: range.lowerBound + max(1, longest - Self.reach), to: range.upperBound)
            if stop - range.lowerBound > longest + Self.reach { return Chunk(stop: stop) }
        }
        let count = stop - range.lowerBound
        guard count >= Self.shortestChunk, text.isMostlyASCII(range.lowerBound, count: count) else {
            return Chunk(stop: stop)
        }
        let middle = border(in: text, from: range.lowerBound + count / 2, to: stop)
        return Chunk(stop: stop, middle: middle < stop ? middle : nil)
    }

    /// Cuts a chunk from the start of `range` on; nil when one cursor should.
    ///
    /// - Returns: how many cuts there are of each of the two stretches.
    @inline(never)
    private func cut(
        _ text: UTF8Text, _ range: Range<Int>, _ chunk: Chunk, _ cuts: UnsafeMutablePointer<MatchCursor.Cut>
    ) -> (Int, Int)? {
        guard let middle = chunk.middle, middle - range.lowerBound < Self.room - Self.reach else {
            return nil
        }
        var first = MatchCursor(table, text, range, stop: middle)
        var second = MatchCursor(table, text, middle..<range.upperBound, stop: chunk.stop)
        let others = cuts + Self.room
        var counts = (0, 0)
        var stops = 0
        while runTogether(text, &first, &second, cuts, others, &counts), stops < Self.mostStops {
            stops += 1
            first.goOn(table, cuts, &counts.0, room: Self.room)
            second.goOn(table, others, &counts.1, room: Self.room)
        }
        guard first.finish(table, cuts, &counts.0, room: Self.room),
            second.finish(table, others, &counts.1, room: Self.room)
        else { return nil }
        return counts
    }

    /// Runs the two in step until the table fails to tell what happens in one, or one is at its end.
    ///
    /// - Returns: whether none is at its end.
    @inline(__always)
    private func runTogether(
        _ text: UTF8Text, _ first: inout MatchCursor, _ second: inout MatchCursor,
        _ cuts: UnsafeMutablePointer<MatchCursor.Cut>, _ others: UnsafeMutablePointer<MatchCursor.Cut>,
        _ counts: inout (Int, Int)
    ) -> Bool {
        let columns = UnsafePointer(table.columns)
        let entries = UnsafeRawPointer(table.entries)
        let firstCut = table.firstCut
        let bytes = text.start
        var place = first.position
        var otherPlace = second.position
        let end = place + min(first.limit - place, second.limit - otherPlace)
        var row = Int(first.row)
        var otherRow = Int(second.row)
        var cut = cuts + counts.0
        var otherCut = others + counts.1
        while place < end {
            let next = (entries + Int(columns[Int(bytes[place])])).load(fromByteOffset: row, as: UInt32.self)
            let other = (entries + Int(columns[Int(bytes[otherPlace])])).load(
                fromByteOffset: otherRow, as: UInt32.self)
            if Int32(bitPattern: next | other) < 0 { break }
            cut.pointee = MatchCursor.Cut(place: place, row: next)
            otherCut.pointee = MatchCursor.Cut(place: otherPlace, row: other)
            cut += next >= firstCut ? 1 : 0
            otherCut += other >= firstCut ? 1 : 0
            row = Int(next)
            otherRow = Int(other)
            place &+= 1
            otherPlace &+= 1
        }
        counts = (cut - cuts, otherCut - others)
        first.position = place
        second.position = otherPlace
        first.row = UInt32(truncatingIfNeeded: row)
        second.row = UInt32(truncatingIfNeeded: otherRow)
        return place < end
    }

    /// The first place from `position` on where a match certainly ends; `upper` when there is none.
    private func border(in text: UTF8Text, from position: Int, to upper: Int) -> Int {
        var place = position
        while place < upper {
            let (left, right) = (UInt32(text[place - 1]), UInt32(text[place]))
            if left | right < 0x80, borders.contains(left, right) { return place }
            place += 1
        }
        return upper
    }
}

extension MatchCursor {
    /// Goes on where the table does not tell what happens next; does nothing where it does.
    @inline(__always)
    fileprivate mutating func goOn(
        _ table: CuttingTable, _ cuts: UnsafeMutablePointer<Cut>, _ count: inout Int, room: Int
    ) {
        guard position < limit, table.entry(row, byte: byte) == CuttingTable.special else { return }
        if byte >= 0x80 { run(table, cuts, &count, most: min(count + 1, room)) }
        if position < limit, byte < 0x80, table.entry(row, byte: byte) == CuttingTable.special {
            lookCloser(table, cuts, &count)
        }
    }

    /// Cuts what is left; returns whether that did not take too long.
    fileprivate mutating func finish(
        _ table: CuttingTable, _ cuts: UnsafeMutablePointer<Cut>, _ count: inout Int, room: Int
    ) -> Bool {
        while true {
            run(table, cuts, &count, most: room)
            lookCloser(table, cuts, &count)
            if isAtEnd { return true }
            if isWasteful { return false }
        }
    }
}

extension UTF8Text {
    /// Whether nearly all of `count` bytes from `position` on are ASCII.
    fileprivate func isMostlyASCII(_ position: Int, count: Int) -> Bool {
        let raw = UnsafeRawPointer(start + position)
        var others = 0
        for offset in stride(from: 0, to: count & ~7, by: 8) {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            others &+= word & 0x8080_8080_8080_8080 == 0 ? 0 : 1
        }
        return others * 64 < count
    }
}
