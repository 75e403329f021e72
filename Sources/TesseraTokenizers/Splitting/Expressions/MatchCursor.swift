/// Runs a `CuttingTable` over a part of a text and notes where matches, and the gaps between them, end.
///
/// The caller keeps the table alive.
struct MatchCursor {
    private let table: CuttingTable
    private let text: UTF8Text
    private let lower: Int
    private let limit: Int

    /// The next place to look at.
    private var position: Int
    private var row: Int
    /// Where the match at hand begins.
    private var start: Int
    /// Where the longest match so far ends; not above `start` when there is none.
    private var last: Int
    /// How many bytes were looked at again.
    private(set) var wasted = 0

    /// Set on the end of a gap.
    static let gap = Int.min
    /// The least room for ends that `fill` needs.
    static let leastRoom = 16

    @inline(__always)
    init(_ table: CuttingTable, _ text: UTF8Text, _ range: Range<Int>) {
        self.table = table
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

    /// Where the part that was not cut begins.
    var rest: Range<Int> { start..<limit }

    /// Whether so much was looked at again that another way of matching is better.
    var isWasteful: Bool { wasted > 4 * (start - lower) + 65536 }

    /// Writes the ends of the next matches and gaps, each of which begins where the one before ended.
    ///
    /// - Parameter room: how many fit; at least `leastRoom`.
    /// - Returns: how many were written; fewer than `room` even when there are more.
    mutating func fill(_ ends: UnsafeMutablePointer<Int>, room: Int) -> Int {
        let entries = table.entries
        let columns = table.columns
        let bytes = text.start
        let special = UInt(table.special)
        let cut = UInt(table.cut)
        let saved = UInt(table.saved)
        let decode = table.width - 1
        let most = room - 4

        var count = 0
        var position = position
        var row = row
        var last = last
        while count < most {
            // Each code point ends at most one match, so the ends fit.
            let stop = min(limit, position + (most - count))
            var entry: UInt = 0
            var column = 0
            while position < stop {
                column = Int(columns[Int(bytes[position])])
                entry = UInt(entries[row &+ column])
                if entry >= special { break }
                ends[count] = position
                count &+= entry &- cut < cut ? 1 : 0
                last = entry >= saved ? position : last
                row = Int(entry)
                position &+= 1
            }
            if position == stop {
                if position < limit { continue }
                column = decode - 1
            } else if column == decode {
                // Characters outside ASCII come in runs.
                repeat {
                    let (scalar, size) = text.scalar(at: position)
                    column = table.alphabet.classes.kind(of: scalar)
                    entry = UInt(entries[row &+ column])
                    if entry >= special { break }
                    ends[count] = position
                    count &+= entry &- cut < cut ? 1 : 0
                    last = entry >= saved ? position : last
                    row = Int(entry)
                    position &+= size
                } while position < limit && bytes[position] >= 0x80 && count < most
                if entry < special { continue }
            }
            // Something rare: a match ends and nothing begins, or the match at hand came to nothing.
            if count > 0 { start = ends[count - 1] & ~Self.gap }
            self.position = position
            self.row = row
            self.last = last
            count = look(at: column, ends, count)
            position = self.position
            row = self.row
            last = self.last
            if start >= limit || isWasteful { break }
        }
        if count > 0 { start = ends[count - 1] & ~Self.gap }
        self.position = position
        self.row = row
        self.last = last
        return count
    }
}

extension MatchCursor {
    /// Goes on from a step that the table does not tell; returns the number of ends.
    private mutating func look(at column: Int, _ ends: UnsafeMutablePointer<Int>, _ count: Int) -> Int {
        let step = table.automaton.step(table.state(ofRow: row), column)
        var count = count
        if step.matches {
            last = position
        } else if last <= start {
            wasted += position - start
            return gap(ends, count)
        }
        wasted += position - last
        ends[count] = last
        count += 1
        restart(at: last)
        return count
    }

    /// Begins a match at `place`.
    private mutating func restart(at place: Int) {
        start = place
        position = place
        last = place
        row = table.startRow(afterKind: kind(before: place))
    }

    /// The kind of the code point before `place`.
    private func kind(before place: Int) -> Int {
        guard table.alphabet.kindCount > 1, place > lower else { return 0 }
        let previous = text.startOfScalar(before: place)
        return table.alphabet.kinds[table.alphabet.classes.kind(of: text.scalar(at: previous).value)]
    }

    /// Writes the end of the gap that begins at `start`, where nothing matches, and goes on behind it.
    private mutating func gap(_ ends: UnsafeMutablePointer<Int>, _ count: Int) -> Int {
        var place = start + text.scalar(at: start).length
        while place < limit, !isWasteful {
            let (scalar, length) = text.scalar(at: place)
            let first = table.automaton.starts[kind(before: place)]
            if table.automaton.step(first, table.alphabet.classes.kind(of: scalar)).state != nil,
                matches(at: place, from: first)
            {
                break
            }
            place += length
        }
        // What is left is for another way of matching, from the start of the gap on.
        if place < limit, isWasteful { return count }
        ends[count] = place | Self.gap
        restart(at: place)
        return count + 1
    }

    /// Whether a match begins at `place`.
    private mutating func matches(at place: Int, from first: Int) -> Bool {
        var state = first
        var position = place
        while true {
            var column = table.alphabet.end
            var length = 0
            if position < limit {
                let (scalar, size) = text.scalar(at: position)
                column = table.alphabet.classes.kind(of: scalar)
                length = size
            }
            let step = table.automaton.step(state, column)
            wasted += length
            if step.matches { return true }
            guard let next = step.state else { return false }
            state = next
            position += length
        }
    }
}
