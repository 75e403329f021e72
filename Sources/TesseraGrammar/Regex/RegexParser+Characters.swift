internal import TesseraCore
internal import TesseraTokenizers

extension RegexParser {
    mutating func characterClass(_ start: Int) throws(LocatedError) -> CodePointSet {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var sets = CodePointSet.empty
        while true {
            guard position < scalars.count else { throw error("a class without end", at: start) }
            if take("]") { break }
            let place = position
            guard let low = try classCharacter(into: &sets) else { continue }
            guard position + 1 < scalars.count, scalars[position] == 0x2D, scalars[position + 1] != 0x5D
            else {
                ranges.append(low...low)
                continue
            }
            position += 1
            guard let high = try classCharacter(into: &sets) else {
                ranges += [low...low, 0x2D...0x2D]
                continue
            }
            guard low <= high else { throw error("a range whose ends are swapped", at: place) }
            ranges.append(low...high)
        }
        let set = CodePointSet(ranges).union(sets)
        return isNegated ? set.inverted : set
    }

    /// One character of a class; nil when it was an escape for a set.
    mutating func classCharacter(into sets: inout CodePointSet) throws(LocatedError) -> UInt32? {
        let start = position
        let scalar = scalars[position]
        position += 1
        guard scalar == 0x5C else { return scalar }
        if let set = try classEscape() {
            sets = sets.union(set)
            return nil
        }
        if take("b") { return 0x08 }
        return try escapedCharacter(start)
    }

    /// `\d`, `\p{…}` and the like, behind the backslash; nil for other escapes.
    mutating func classEscape() throws(LocatedError) -> CodePointSet? {
        guard position < scalars.count else { throw error("a backslash at the end") }
        let start = position
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case 0x64: return Self.digits
        case 0x44: return Self.digits.inverted
        case 0x77: return Self.word
        case 0x57: return Self.word.inverted
        case 0x73: return Self.space
        case 0x53: return Self.space.inverted
        case 0x70, 0x50:
            guard take("{") else { throw error("a property without braces", at: start) }
            var name = ""
            while position < scalars.count, scalars[position] != 0x7D, name.utf8.count < 64 {
                if let scalar = Unicode.Scalar(scalars[position]) { name.unicodeScalars.append(scalar) }
                position += 1
            }
            guard take("}"), let set = UnicodeProperty.named(name) else {
                throw error("the property \"\(name)\", which is not known,", at: start)
            }
            return scalar == 0x50 ? set.inverted : set
        default:
            position = start
            return nil
        }
    }

    static let digits = CodePointSet(ordered: [0x30...0x39])
    static let word = CodePointSet(ordered: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = UnicodeProperty.whitespace.union(CodePointSet(0xFEFF))
        .intersection(CodePointSet(0x85).inverted)

    /// The character that an escape stands for, behind the backslash.
    mutating func escapedCharacter(_ start: Int) throws(LocatedError) -> UInt32 {
        guard position < scalars.count else { throw error("a backslash at the end", at: start) }
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x66: return 0x0C
        case 0x76: return 0x0B
        case 0x30 where position >= scalars.count || !(0x30...0x39).contains(scalars[position]): return 0
        case 0x78: return try hexadecimal(2, start)
        case 0x75:
            guard take("{") else { return try surrogatePair(try hexadecimal(4, start), start) }
            var value: UInt32 = 0
            var count = 0
            while position < scalars.count, count < 6, let digit = hexadecimalDigit(scalars[position]) {
                value = value * 16 + digit
                position += 1
                count += 1
            }
            guard count > 0, take("}"), value <= 0x10FFFF else {
                throw error("an escape that is no code point", at: start)
            }
            return value
        case 0x62, 0x42: throw error("a word boundary, which is not supported,", at: start)
        case 0x31...0x39, 0x6B: throw error("a backreference, which is not regular,", at: start)
        case 0x30, 0x41...0x5A, 0x61...0x7A: throw error("an unknown escape", at: start)
        default: return scalar
        }
    }

    mutating func hexadecimal(_ count: Int, _ start: Int) throws(LocatedError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < scalars.count, let digit = hexadecimalDigit(scalars[position]) else {
                throw error("an escape with fewer than \(count) digits", at: start)
            }
            value = value * 16 + digit
            position += 1
        }
        return value
    }

    /// `\uD83D\uDE00` is one character.
    mutating func surrogatePair(_ first: UInt32, _ start: Int) throws(LocatedError) -> UInt32 {
        guard (0xD800...0xDFFF).contains(first) else { return first }
        guard first < 0xDC00, take("\\u") else { throw error("half of a surrogate pair", at: start) }
        let second = try hexadecimal(4, start)
        guard (0xDC00...0xDFFF).contains(second) else { throw error("half of a surrogate pair", at: start) }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
}
