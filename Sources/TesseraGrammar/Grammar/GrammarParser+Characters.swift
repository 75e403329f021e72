internal import TesseraCore
internal import TesseraTokenizers

extension GrammarParser {
    mutating func literal() throws(LocatedError) -> GrammarExpression {
        let start = position
        position += 1
        var text = String.UnicodeScalarView()
        while true {
            guard position < scalars.count, scalars[position] != 0x0A else {
                throw error("a literal without end", at: start)
            }
            if take("\"") { return .bytes(Array(String(text).utf8)) }
            let place = position
            guard let scalar = Unicode.Scalar(try character()) else {
                throw error("an escape for half of a surrogate pair", at: place)
            }
            text.append(scalar)
        }
    }

    mutating func characterClass() throws(LocatedError) -> GrammarExpression {
        let start = position
        position += 1
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while true {
            guard position < scalars.count else { throw error("a class without end", at: start) }
            if take("]") { break }
            let place = position
            let low = try character()
            var high = low
            if position + 1 < scalars.count, scalars[position] == 0x2D, scalars[position + 1] != 0x5D {
                position += 1
                high = try character()
            }
            guard low <= high else { throw error("a range whose ends are swapped", at: place) }
            ranges.append(low...high)
        }
        let set = CodePointSet(ranges)
        return .characters(isNegated ? set.inverted : set)
    }

    /// A code point, escaped or not.
    mutating func character() throws(LocatedError) -> UInt32 {
        let start = position
        guard position < scalars.count else { throw error("unexpected end", at: start) }
        let scalar = scalars[position]
        position += 1
        guard scalar == 0x5C else { return scalar }
        guard position < scalars.count else { throw error("a backslash at the end", at: start) }
        let escaped = scalars[position]
        position += 1
        switch escaped {
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x78: return try hexadecimal(2, start)
        case 0x75: return try hexadecimal(4, start)
        case 0x55: return try hexadecimal(8, start)
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: throw error("an unknown escape", at: start)
        default: return escaped
        }
    }

    mutating func hexadecimal(_ count: Int, _ start: Int) throws(LocatedError) -> UInt32 {
        var value: UInt64 = 0
        for _ in 0..<count {
            guard position < scalars.count, let digit = hexadecimalDigit(scalars[position]) else {
                throw error("an escape with fewer than \(count) digits", at: start)
            }
            value = value * 16 + UInt64(digit)
            position += 1
        }
        guard value <= 0x10FFFF else { throw error("an escape beyond the last code point", at: start) }
        return UInt32(value)
    }
}

/// The value of a hexadecimal digit; nil for other characters.
func hexadecimalDigit(_ scalar: UInt32) -> UInt32? {
    switch scalar {
    case 0x30...0x39: scalar - 0x30
    case 0x41...0x46: scalar - 0x37
    case 0x61...0x66: scalar - 0x57
    default: nil
    }
}
