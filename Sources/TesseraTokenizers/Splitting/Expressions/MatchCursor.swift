/// Runs a `CuttingTable` over a part of a text and notes where matches, and the gaps between them, end.
///
/// The caller keeps the table alive.
struct MatchCursor {
    let table: Unmanaged<CuttingTable>
    private let text: UTF8Text
    private let lower: Int
    /// Where the text ends.
    private let upper: Int
    /// Where cutting ends.
    let limit: Int

    /// The next place to look at.
    var position: Int
    /// The place of the row that the table is in.
    var row: UInt32
    /// Where the match at hand begins, as far as that was worked out.
    private var start: Int
    /// How many bytes were looked at again.
    private var wasted = 0

    /// Set on the end of a gap.
    static let gap = Int.min
    /// The least room for ends that `fill` needs.
    static let leastRoom = 16

    /// A place where the table says that a match ended, and the row entered, which says where exactly.
    struct Cut {
        var place: Int
        var row: UInt32

        /// Stands for the row where a match ends at `place`, or a gap when that has the bit of `gap`.
        static let atPlace = UInt32.max

        /// Where the match or gap ends.
        ///
        /// - Parameter firstPlainCut: that of the table.
        @inline(__always)
        func end(in text: UTF8Text, _ firstPlainCut: UInt32) -> Int {
            row >= firstPlainCut ? place & Int.max : text.startOfScalar(before: place)
        }
    }

    /// A cursor over `range`, of which nothing before counts.
    ///
    /// - Parameter stop: where cutting ends, if that is before the range does: a place where a match certainly ends.
    @inline(__always)
    init(_ table: CuttingTable, _ text: UTF8Text, _ range: Range<Int>, stop: Int? = nil) {
        self.table = Unmanaged.passUnretained(table)
        self.text = text
        lower = range.lowerBound
        upper = range.upperBound
        limit = stop ?? range.upperBound
        position = range.lowerBound
        start = range.lowerBound
        row = table.startRow(afterKind: 0)
    }

    /// Whether everything was cut.
    var isAtEnd: Bool { start >= limit }

    /// The byte to look at next, where that is before `limit`.
    @inline(__always)
    var byte: UInt8 { text[position] }

    /// All that is cut, and what is left of it.
    var whole: Range<Int> { lower..<limit }
    var rest: Range<Int> { start..<limit }

    /// Whether so much was looked at again that another way of matching is better.
    var isWasteful: Bool { wasted > 4 * (start - lower) + 65536 }

    /// Writes the next cuts: matches and gaps end there, each of which begins where the one before ended.
    ///
    /// - Parameter room: how many fit; at least `leastRoom`.
    /// - Returns: how many were written; fewer than `room` even when there are more.
    mutating func fill(_ cuts: UnsafeMutablePointer<Cut>, room: Int) -> Int {
        table._withUnsafeGuaranteedRef { table in
            var count = 0
            while count < room - 4, !isAtEnd, !isWasteful {
                run(table, cuts, &count, most: room - 4)
                if count < room - 4 { lookCloser(table, cuts, &count) }
            }
            // What is noted on trust may have to be taken back, so it does not leave.
            let takesBack = count > 0 && table.isOnTrust(row)
            if takesBack { count -= 1 }
            if count > 0 { start = cuts[count - 1].end(in: text, table.firstPlainCut) }
            if takesBack { restart(table, at: start) }
            return count
        }
    }

    /// Runs the table until it does not tell what happens, the limit is reached, or `most` cuts are written.
    @inline(__always)
    mutating func run(
        _ table: CuttingTable, _ cuts: UnsafeMutablePointer<Cut>, _ count: inout Int, most: Int
    ) {
        let columns = UnsafePointer(table.columns)
        let entries = UnsafeRawPointer(table.entries)
        let bytes = text.start
        let firstCut = table.firstCut
        var position = position
        var row = row
        while count < most {
            // Each code point ends at most one match, so the cuts fit.
            let stop = min(limit, position &+ (most &- count))
            while position < stop {
                let next = (entries + Int(columns[Int(bytes[position])])).load(
                    fromByteOffset: Int(row), as: UInt32.self)
                if next == CuttingTable.special { break }
                cuts[count] = Cut(place: position, row: next)
                count &+= next >= firstCut ? 1 : 0
                row = next
                position &+= 1
            }
            if position < stop {
                guard bytes[position] >= 0x80 else { break }
                if !runLonger(table, cuts, &count, most, &position, &row) { break }
            } else if position == limit {
                break
            }
        }
        self.position = position
        self.row = row
    }

    /// The same for a run of characters outside ASCII; returns whether the table told what happens.
    @inline(__always)
    private func runLonger(
        _ table: CuttingTable, _ cuts: UnsafeMutablePointer<Cut>, _ count: inout Int, _ most: Int,
        _ position: inout Int, _ row: inout UInt32
    ) -> Bool {
        let classes = table.classes
        repeat {
            let (scalar, size) = text.scalar(at: position)
            let next = table.entry(row, kind: classes.kind(of: scalar))
            if next == CuttingTable.special { return false }
            cuts[count] = Cut(place: position, row: next)
            count &+= next >= table.firstCut ? 1 : 0
            row = next
            position &+= size
        } while position < limit && text[position] >= 0x80 && count < most
        return true
    }
}

extension MatchCursor {
    /// Works out what the table does not tell: whether the match at hand, or what of it matched last, ends the text,
    /// comes to nothing, or is followed by something that begins no match.
    ///
    /// The match is read again from its beginning.
    mutating func lookCloser(
        _ table: CuttingTable, _ cuts: UnsafeMutablePointer<Cut>, _ count: inout Int
    ) {
        if count > 0, table.isOnTrust(row) { count -= 1 }
        if count > 0 { start = cuts[count - 1].end(in: text, table.firstPlainCut) }
        guard start < limit else { return }
        let (last, end) = read(table, from: start, untilFirstEnd: false)
        if let last, last > start {
            wasted += end - last
            cuts[count] = Cut(place: last, row: Cut.atPlace)
            count += 1
            restart(table, at: last)
        } else {
            wasted += end - start
            gap(table, cuts, &count)
        }
    }

    /// Begins a match at `place`.
    mutating func restart(_ table: CuttingTable, at place: Int) {
        start = place
        position = place
        row = table.startRow(afterKind: table.kind(before: place, text, lower: lower))
    }

    /// Writes the end of the gap that begins at `start`, where nothing matches, and goes on behind it.
    private mutating func gap(
        _ table: CuttingTable, _ cuts: UnsafeMutablePointer<Cut>, _ count: inout Int
    ) {
        var place = start + text.scalar(at: start).length
        while true {
            place = table.beginning(in: text, from: place, to: limit)
            if place >= limit || matches(table, at: place) { break }
            // What is left is for another way of matching, from the start of the gap on.
            if isWasteful { return }
            place += text.scalar(at: place).length
        }
        cuts[count] = Cut(place: place | Self.gap, row: Cut.atPlace)
        count += 1
        restart(table, at: place)
    }

    /// Whether a match begins at `place`.
    private mutating func matches(_ table: CuttingTable, at place: Int) -> Bool {
        let (last, end) = read(table, from: place, untilFirstEnd: true)
        wasted += end - place
        return last != nil
    }

    /// Reads a match state by state.
    ///
    /// - Parameter untilFirstEnd: whether to stop where it might end for the first time.
    /// - Returns: where it ends, nil when nothing matches, and how far was read.
    private func read(
        _ table: CuttingTable, from start: Int, untilFirstEnd: Bool
    ) -> (last: Int?, end: Int) {
        var state = table.start(afterKind: table.kind(before: start, text, lower: lower))
        var place = start
        var last: Int?
        while true {
            var column = table.end
            var length = 0
            if place < upper {
                let (scalar, size) = text.scalar(at: place)
                column = table.classes.kind(of: scalar)
                length = size
            }
            let step = table.step(state, column)
            if step.matches {
                last = place
                if untilFirstEnd { break }
            }
            guard let next = step.state else { break }
            state = next
            place += length
        }
        return (last, place)
    }
}
