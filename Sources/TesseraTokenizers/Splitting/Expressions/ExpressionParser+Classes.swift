internal import TesseraCore

extension ExpressionParser {
    /// `[…]`: characters, ranges, escapes, nested classes, and `&&` between parts that must all hold.
    mutating func characterClass() throws(LocatedError) -> CodePointSet {
        try descend()
        defer { ascend() }
        let start = position
        position += 1
        let isNegated = take("^")
        var parts: [CodePointSet] = []
        var part = ClassPart()
        var isFirst = true
        while true {
            guard let character = next else { throw error("a class without end", at: start) }
            if character == 0x5D, !isFirst {
                position += 1
                break
            }
            isFirst = false
            if take("&&") {
                parts.append(part.set)
                part = ClassPart()
            } else if character == 0x5B {
                if let set = try posixClass() {
                    part.add(set: set)
                } else {
                    part.add(set: try characterClass())
                }
            } else {
                try classItem(into: &part)
            }
        }
        var set = cased(part.set)
        for other in parts { set = set.intersection(cased(other)) }
        return isNegated ? set.inverted : set
    }

    /// The characters between two `&&`.
    private struct ClassPart {
        private var ranges: [ClosedRange<UInt32>] = []
        private var sets: CodePointSet = .empty

        mutating func add(set: CodePointSet) { sets = sets.union(set) }
        mutating func add(range: ClosedRange<UInt32>) { ranges.append(range) }

        var set: CodePointSet { sets.union(CodePointSet(ranges)) }
    }

    /// A character, a range or an escape.
    private mutating func classItem(into part: inout ClassPart) throws(LocatedError) {
        let start = position
        guard let low = try classCharacter(into: &part) else { return }
        // A hyphen before the end of the class, or before another class, is itself.
        guard next == 0x2D, position + 1 < scalars.count, scalars[position + 1] != 0x5D else {
            part.add(range: low...low)
            return
        }
        position += 1
        guard next != 0x5B, let high = try classCharacter(into: &part) else {
            part.add(range: low...low)
            part.add(range: 0x2D...0x2D)
            return
        }
        guard low <= high else { throw error("a range whose ends are swapped", at: start) }
        part.add(range: low...high)
    }

    /// One character; nil when it was an escape for a set, which `part` then has.
    private mutating func classCharacter(into part: inout ClassPart) throws(LocatedError) -> UInt32? {
        let start = position
        guard let character = next else { throw error("a class without end", at: start) }
        position += 1
        guard character == 0x5C else { return character }
        if next == 0x62 {
            position += 1
            return 0x08
        }
        if let set = try classEscape(start, isInClass: true) {
            part.add(set: set)
            return nil
        }
        return try escapedCharacter(start)
    }

    /// `[:alpha:]`; nil when it is none.
    private mutating func posixClass() throws(LocatedError) -> CodePointSet? {
        let start = position
        guard take("[:") else { return nil }
        let isNegated = take("^")
        var name = ""
        while let character = next, (0x61...0x7A).contains(character) {
            name.unicodeScalars.append(Unicode.Scalar(UInt8(character)))
            position += 1
            if name.utf8.count > 16 { break }
        }
        guard take(":]"), let set = UnicodeProperty.posix(name) else {
            position = start
            return nil
        }
        return isNegated ? set.inverted : set
    }
}
