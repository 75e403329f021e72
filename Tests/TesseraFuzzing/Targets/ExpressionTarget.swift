internal import TesseraTokenizers

extension FuzzTarget {
    /// Expressions that split text: read in both notations and run over hostile texts.
    static let expression = FuzzTarget(
        "expression", file: "source.expression", vocabulary: ExpressionWords.all
    ) { input, folder in
        let source = input.parts.first { $0.name == "source.expression" }.map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
        let own = input.parts.first { $0.name == "text.txt" }.map {
            String(decoding: $0.bytes.prefix(5000), as: UTF8.self)
        }
        for dialect in [ExpressionDialect.oniguruma, .fancyRegex] {
            let expression = try RegularExpression(source ?? "", dialect: dialect)
            folder.markLoaded()
            for text in ExpressionWords.texts + [own ?? ""] { try check(expression, on: text) }
        }
        let rule = try SplitRule(
            compiling: .sequence([
                .split(.expression(source ?? ""), .isolated, inverted: false),
                .byteLevel(addsPrefixSpace: false, usesExpression: false),
            ]))
        guard let rule else { return }
        for text in ExpressionWords.texts {
            let pieces = rule.pieces(of: text)
            try require(
                pieces.joined().utf8.elementsEqual(text.utf8),
                "the pieces of \(text.debugDescription) are not its whole")
        }
    }

    private static func check(_ expression: RegularExpression, on text: String) throws {
        var end = 0
        let bytes = Array(text.utf8)
        for match in expression.matches(in: text) {
            try require(
                match.lowerBound >= end && match.upperBound <= bytes.count,
                "matches overlap in \(text.debugDescription)")
            end = match.upperBound
            for place in [match.lowerBound, match.upperBound] {
                try require(
                    place == bytes.count || bytes[place] & 0xC0 != 0x80,
                    "a match cuts a character of \(text.debugDescription)")
            }
        }
    }
}

private enum ExpressionWords {
    static let all = [
        "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i)", "(?i:", "(?s)", "(?m)", "(?x)", "(", ")", "|",
        "[^", "[", "]",
        "&&", "\\p{L}", "\\p{N}{1,3}", "\\P{M}", "\\p{Han}", "\\p{Lu}", "\\p{^L}", "[[:alpha:]]",
        "\\s+(?!\\S)", "\\w",
        "\\b", "\\B", "\\d", "\\h", "\\X", "\\K", "\\G", "\\A", "\\z", "\\Z", "^", "$", ".", "*", "+", "?",
        "*+", "++", "?+",
        "*?", "+?", "??", "{0}", "{2,}", "{,3}", "{1000}", "{2,1}", "{99999999999}", "{1,100000}",
        "\\x{10FFFF}", "\\x{110000}",
        "\\x41", "\\u0041", "\\1", "\\k<a>", "(?<a>", "\\Q", "\\E", "\\n", "\\r", "a-z", "z-a", "\\-",
        "'(?:[sdmt]|ll|ve|re)",
        "[^\\r\\n\\p{L}\\p{N}]?+", "ſ", "\u{1E9E}", "\u{10FFFF}", "#", "\\R",
    ]

    static let texts = [
        "", "Hello, world's 12345  test!\r\n\n  x", String(repeating: "a", count: 3000) + "!",
        String(repeating: "ab ", count: 500),
        String(repeating: " ", count: 2000) + "x" + String(repeating: "\n", count: 500),
        "日本語 Ελλ İıſK 👩‍👧 e\u{301}\u{323} \0\u{7F}\u{FFFF}\u{10FFFF}",
    ]
}
