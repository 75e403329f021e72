internal import TesseraCore

extension ExpressionParser {
    /// What follows a backslash outside classes.
    mutating func escape(_ start: Int) throws(LocatedError) -> ExpressionNode {
        guard let character = next else { throw error("a backslash at the end", at: start) }
        if let set = try classEscape(start, isInClass: false) { return .set(set) }
        switch character {
        case 0x41: return taking(.previous(.empty, orStart: true))  // \A
        case 0x7A: return taking(.next(.empty, orEnd: true))  // \z
        case 0x5A:  // \Z
            let last = ExpressionNode.sequence([.set(CodePointSet(0x0A)), .next(.empty, orEnd: true)])
            let end = ExpressionNode.alternatives([.next(.empty, orEnd: true), last])
            return taking(.look(end, isAhead: true, isNegated: false))
        case 0x62: return taking(boundary(isNegated: false))  // \b
        case 0x42: return taking(boundary(isNegated: true))  // \B
        case 0x52: return taking(Self.lineBreak)  // \R
        case 0x31...0x39, 0x6B: throw error("a backreference, which is not supported,", at: start)
        case 0x47, 0x4B, 0x67, 0x58:
            throw error("\\\(Self.text(character)), which is not supported,", at: start)
        default:
            return .set(cased(CodePointSet(try escapedCharacter(start))))
        }
    }

    private mutating func taking(_ node: ExpressionNode) -> ExpressionNode {
        position += 1
        return node
    }

    private static func text(_ character: UInt32) -> String {
        Unicode.Scalar(character).map { String(Character($0)) } ?? ""
    }

    /// `\w`; Oniguruma's has the numbers of Latin-1 outside classes only.
    private func word(isInClass: Bool) -> CodePointSet {
        if dialect == .fancyRegex { return UnicodeProperty.wordOfFancyRegex }
        return isInClass ? UnicodeProperty.word : UnicodeProperty.wordOfOniguruma
    }

    /// `\b`: between a word character and none.
    private func boundary(isNegated: Bool) -> ExpressionNode {
        let word = word(isInClass: false)
        let after = ExpressionNode.previous(word, orStart: false)
        let notAfter = ExpressionNode.previous(word.inverted, orStart: true)
        let before = ExpressionNode.next(word, orEnd: false)
        let notBefore = ExpressionNode.next(word.inverted, orEnd: true)
        return isNegated
            ? .alternatives([.sequence([after, before]), .sequence([notAfter, notBefore])])
            : .alternatives([.sequence([after, notBefore]), .sequence([notAfter, before])])
    }

    /// `\R`: CR LF for good, or another line break.
    private static var lineBreak: ExpressionNode {
        .atomic(
            .alternatives([
                .sequence([.set(CodePointSet(0x0D)), .set(CodePointSet(0x0A))]),
                .set(CodePointSet(ordered: [0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])),
            ]))
    }
}

extension ExpressionParser {
    /// `\s`, `\p{…}` and the like, where `position` is behind the backslash; nil for other escapes.
    mutating func classEscape(_ start: Int, isInClass: Bool) throws(LocatedError) -> CodePointSet? {
        guard let character = next else { throw error("a backslash at the end", at: start) }
        let set: CodePointSet
        switch character {
        case 0x73: set = UnicodeProperty.whitespace
        case 0x53: set = UnicodeProperty.whitespace.inverted
        case 0x64: set = UnicodeProperty.decimal
        case 0x44: set = UnicodeProperty.decimal.inverted
        case 0x77: set = word(isInClass: isInClass)
        case 0x57: set = word(isInClass: isInClass).inverted
        case 0x68, 0x48:
            let digits = CodePointSet(ordered: [0x30...0x39, 0x41...0x46, 0x61...0x66])
            set = character == 0x68 ? digits : digits.inverted
        case 0x4E: set = CodePointSet(0x0A).inverted
        case 0x4F: set = .all
        case 0x70, 0x50:
            let isBraced = position + 1 < scalars.count && scalars[position + 1] == 0x7B
            guard isBraced || dialect == .fancyRegex else { return nil }
            return try property(start, isNegated: character == 0x50)
        default: return nil
        }
        position += 1
        return set
    }

    /// `\p{L}`, `\p{^L}`, `\P{L}` and, in fancy-regex, `\pL`.
    private mutating func property(_ start: Int, isNegated: Bool) throws(LocatedError) -> CodePointSet {
        position += 1
        var isNegated = isNegated
        var name = ""
        if take("{") {
            if take("^") { isNegated.toggle() }
            while let character = next, character != 0x7D {
                name += Self.text(character)
                position += 1
                if name.utf8.count > 64 { throw error("a property name without end", at: start) }
            }
            guard take("}") else { throw error("a property without end", at: start) }
        } else if let character = next {
            name = Self.text(character)
            position += 1
        }
        guard let set = UnicodeProperty.named(name) else {
            throw error("the property \"\(name)\", which is not known,", at: start)
        }
        // Oniguruma has no other cases for properties outside classes; in classes the class sees to it.
        let wanted = dialect == .fancyRegex ? cased(set) : set
        return isNegated ? wanted.inverted : wanted
    }

    /// The one character that an escape stands for, where `position` is behind the backslash.
    mutating func escapedCharacter(_ start: Int) throws(LocatedError) -> UInt32 {
        guard let character = next else { throw error("a backslash at the end", at: start) }
        position += 1
        switch character {
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x66: return 0x0C
        case 0x76: return 0x0B
        case 0x61: return 0x07
        case 0x65: return 0x1B
        case 0x30 where dialect == .oniguruma: return try digits(radix: 8, most: 2, start)
        case 0x78: return try hexadecimal(fixed: 2, start)
        case 0x75: return try hexadecimal(fixed: 4, start)
        case 0x55 where dialect == .fancyRegex: return try hexadecimal(fixed: 8, start)
        case 0x70, 0x50: return character
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A:
            throw error("the escape \\\(Self.text(character)), which is not known,", at: start)
        default: return character
        }
    }

    /// `{1F600}` or up to `fixed` digits.
    private mutating func hexadecimal(fixed: Int, _ start: Int) throws(LocatedError) -> UInt32 {
        if take("{") {
            let value = try digits(radix: 16, most: 8, start)
            guard take("}") else { throw error("a code point without end", at: start) }
            return value
        }
        return try digits(radix: 16, most: fixed, start)
    }

    private mutating func digits(radix: UInt64, most: Int, _ start: Int) throws(LocatedError) -> UInt32 {
        var value: UInt64 = 0
        var count = 0
        while count < most, let character = next, let digit = Self.digit(character), digit < radix {
            value = value * radix + digit
            count += 1
            position += 1
        }
        guard count > 0 || radix == 8, value <= UInt64(CodePointSet.last) else {
            throw error("an escape that is not a code point", at: start)
        }
        return UInt32(value)
    }

    private static func digit(_ character: UInt32) -> UInt64? {
        switch character {
        case 0x30...0x39: UInt64(character - 0x30)
        case 0x41...0x46: UInt64(character - 0x37)
        case 0x61...0x66: UInt64(character - 0x57)
        default: nil
        }
    }
}
