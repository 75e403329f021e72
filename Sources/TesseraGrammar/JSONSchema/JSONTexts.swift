internal import TesseraFiles
internal import TesseraTokenizers

/// The parts of JSON texts (RFC 8259) as expressions.
enum JSONTexts {
    private static let hexadecimal = GrammarExpression.characters(
        CodePointSet(ordered: [0x30...0x39, 0x41...0x46, 0x61...0x66]))
    /// What may stand in a string as itself.
    static let plain = CodePointSet(ordered: [0x20...0x21, 0x23...0x5B, 0x5D...0xD7FF, 0xE000...0x10FFFF])
    static let digit = GrammarExpression.characters(CodePointSet(ordered: [0x30...0x39]))
    static let nonZeroDigit = GrammarExpression.characters(CodePointSet(ordered: [0x31...0x39]))
    static let digits = GrammarExpression.repetition(digit, least: 0, most: nil)

    /// One character of a string, escaped or not; surrogates come in pairs.
    static let character: GrammarExpression = {
        func set(_ characters: String) -> GrammarExpression {
            .characters(CodePointSet(characters.unicodeScalars.map { $0.value...$0.value }))
        }
        let two = GrammarExpression.repetition(hexadecimal, least: 2, most: 2)
        return .choice([
            .characters(plain),
            .sequence([.text("\\"), set("\"\\/bfnrt")]),
            .sequence([
                .text("\\u"), set("0123456789abcefABCEF"), .repetition(hexadecimal, least: 3, most: 3),
            ]),
            .sequence([.text("\\u"), set("dD"), set("01234567"), two]),
            .sequence([
                .text("\\u"), set("dD"), set("89abAB"), two, .text("\\u"), set("dD"), set("cdefCDEF"), two,
            ]),
        ])
    }()

    /// Any string.
    static let string = quoted(.repetition(character, least: 0, most: nil))

    static func quoted(_ inside: GrammarExpression) -> GrammarExpression {
        .sequence([.text("\""), inside, .text("\"")])
    }

    static let wholePart = GrammarExpression.choice([.text("0"), .sequence([nonZeroDigit, digits])])

    /// Any whole number without fraction and exponent.
    static let integer = GrammarExpression.sequence([.optional(.text("-")), wholePart])

    static let fraction = GrammarExpression.sequence([.text("."), digit, digits])

    /// Any number; an exponent has at most two digits, so that no parser refuses it as too large.
    static let number = GrammarExpression.sequence([
        integer, .optional(fraction),
        .optional(
            .sequence([
                .characters(CodePointSet(ordered: [0x45...0x45, 0x65...0x65])),
                .optional(.characters(CodePointSet(ordered: [0x2B...0x2B, 0x2D...0x2D]))),
                .repetition(digit, least: 1, most: 2),
            ])),
    ])

    /// A character of `set` as it stands in a string: as itself where that is allowed, else with its shortest escape.
    static func encoded(_ set: CodePointSet) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        let asItself = set.intersection(plain)
        if !asItself.isEmpty { parts.append(.characters(asItself)) }
        for scalar in Array(0..<UInt32(0x20)) + [0x22, 0x5C] where set.contains(scalar) {
            if let scalar = Unicode.Scalar(scalar) {
                let escaped = JSONValue.string(String(Character(scalar))).serializedBytes()
                parts.append(.bytes(Array(escaped.dropFirst().dropLast())))
            }
        }
        return .choice(parts)
    }

    /// An expression over the characters of a string as it is written inside quotes.
    static func encoded(_ expression: GrammarExpression) -> GrammarExpression {
        switch expression {
        case .bytes, .rule: expression
        case .characters(let set): encoded(set)
        case .sequence(let parts): .sequence(parts.map(encoded))
        case .choice(let parts): .choice(parts.map(encoded))
        case .repetition(let part, let least, let most): .repetition(encoded(part), least: least, most: most)
        }
    }
}
