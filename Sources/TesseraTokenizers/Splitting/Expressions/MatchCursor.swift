/// Runs a `CuttingTable` over a part of a text and notes where matches, and the gaps between them, end.
///
/// The caller keeps the table alive.
struct MatchCursor {
    private let table: Unmanaged<CuttingTable>
    private let text: UTF8Text
    private let lower: Int
    private let limit: Int

    /// The next place to look at.
    private var position: Int
    private var row: UnsafeRawPointer
    /// Where the match at hand begins.
    private var start: Int
    /// Where the longest match so far ends; not above `start` when there is none.
    private var last: Int
    /// How many bytes were looked at again.
    private var wasted = 0

    /// Set on the end of a gap.
    static let gap = Int.min
    /// The least room for ends that `fill` needs.
    static let leastRoom = 16

    @inline(__always)
    init(_ table: CuttingTable, _ text: UTF8Text, _ range: Range<Int>) {
        self.table = Unmanaged.passUnretained(table)
        self.text = text
        lower = range.lowerBound
        limit = range.upperBound
        position = range.lowerBound
        start = range.lowerBound
        last = range.lowerBound
        row = table.startRow(afterKind: 0)
    }

    /// Whether everything was cut.
    var isAtEnd: Bool { start >= limit }

    /// All that is cut, and what is left of it.
    var whole: Range<Int> { lower..<limit }
    var rest: Range<Int> { start..<limit }

    /// Whether so much was looked at again that another way of matching is better.
    var isWasteful: Bool { wasted > 4 * (start - lower) + 65536 }

    /// Writes the ends of the next matches and gaps, each of which begins where the one before ended.
    ///
    /// - Parameter room: how many fit; at least `leastRoom`.
    /// - Returns: how many were written; fewer than `room` even when there are more.
    mutating func fill(_ ends: UnsafeMutablePointer<Int>, room: Int) -> Int {
        table._withUnsafeGuaranteedRef { fill($0, ends, room: room) }
    }

    @inline(__always)
    private mutating func fill(_ table: CuttingTable, _ ends: UnsafeMutablePointer<Int>, room: Int) -> Int {
        let columns = table.columns
        let bytes = text.start
        let special = table.special
        let cut = UInt(bitPattern: table.cut)
        let cutBytes = table.cutBytes
        let saved = table.saved
        let most = room - 4

        var count = 0
        var position = position
        var row = row
        var last = last
        while count < most {
            // Each code point ends at most one match, so the ends fit.
            let stop = min(limit, position &+ (most &- count))
            var next = row
            var column = 0
            while position < stop {
                column = Int(columns[Int(bytes[position])])
                next = row.load(fromByteOffset: column, as: UnsafeRawPointer.self)
                if next >= special { break }
                ends[count] = position
                count &+= UInt(bitPattern: next) &- cut < cutBytes ? 1 : 0
                last = next >= saved ? position : last
                row = next
                position &+= 1
            }
            if position < stop {
                if column == table.decode {
                    next = fillLonger(table, ends, &count, most, &position, &row, &last, &column)
                    if next < special { continue }
                } else {
                    column /= MemoryLayout<UnsafeRawPointer>.stride
                }
            } else if position < limit {
                continue
            } else {
                column = table.end
            }
            // Something rare: a match ends and nothing begins, or the match at hand came to nothing.
            if count > 0 { start = ends[count &- 1] & Int.max }
            self.position = position
            self.row = row
            self.last = last
            count = look(table, at: column, ends, count)
            position = self.position
            row = self.row
            last = self.last
            if start >= limit || isWasteful { break }
        }
        if count > 0 { start = ends[count &- 1] & Int.max }
        self.position = position
        self.row = row
        self.last = last
        return count
    }

    /// The same for a run of characters outside ASCII; returns the row that was entered last.
    @inline(__always)
    private func fillLonger(
        _ table: CuttingTable, _ ends: UnsafeMutablePointer<Int>, _ count: inout Int, _ most: Int,
        _ position: inout Int, _ row: inout UnsafeRawPointer, _ last: inout Int, _ column: inout Int
    ) -> UnsafeRawPointer {
        let classes = table.classes
        var next = row
        repeat {
            let (scalar, size) = text.scalar(at: position)
            column = classes.kind(of: scalar)
            next = row.load(
                fromByteOffset: column &* MemoryLayout<UnsafeRawPointer>.stride, as: UnsafeRawPointer.self)
            if next >= table.special { break }
            ends[count] = position
            count &+= UInt(bitPattern: next) &- UInt(bitPattern: table.cut) < table.cutBytes ? 1 : 0
            last = next >= table.saved ? position : last
            row = next
            position &+= size
        } while position < limit && text[position] >= 0x80 && count < most
        return next
    }
}

extension MatchCursor {
    /// Goes on from a step that the table does not tell; returns the number of ends.
    private mutating func look(
        _ table: CuttingTable, at column: Int, _ ends: UnsafeMutablePointer<Int>, _ count: Int
    ) -> Int {
        if table.step(table.state(of: row), column).matches {
            last = position
        } else if last <= start {
            wasted += position - start
            return gap(table, ends, count)
        }
        wasted += position - last
        ends[count] = last
        restart(table, at: last)
        return count + 1
    }

    /// Begins a match at `place`.
    @inline(__always)
    private mutating func restart(_ table: CuttingTable, at place: Int) {
        start = place
        position = place
        last = place
        row = table.startRow(afterKind: table.kind(before: place, text, lower: lower))
    }

    /// Writes the end of the gap that begins at `start`, where nothing matches, and goes on behind it.
    private mutating func gap(
        _ table: CuttingTable, _ ends: UnsafeMutablePointer<Int>, _ count: Int
    ) -> Int {
        var place = start + text.scalar(at: start).length
        while true {
            place = table.beginning(in: text, from: place, to: limit)
            if place >= limit || matches(table, at: place) { break }
            // What is left is for another way of matching, from the start of the gap on.
            if isWasteful { return count }
            place += text.scalar(at: place).length
        }
        ends[count] = place | Self.gap
        restart(table, at: place)
        return count + 1
    }

    /// Whether a match begins at `place`.
    private mutating func matches(_ table: CuttingTable, at place: Int) -> Bool {
        var state = table.start(afterKind: table.kind(before: place, text, lower: lower))
        var position = place
        while true {
            var column = table.end
            var length = 0
            if position < limit {
                let (scalar, size) = text.scalar(at: position)
                column = table.classes.kind(of: scalar)
                length = size
            }
            let step = table.step(state, column)
            if step.matches { return true }
            guard let next = step.state else { return false }
            wasted += length
            state = next
            position += length
        }
    }
}
