import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Splitting by expressions")
struct SplittingExpressionTests {
    /// The expressions of every known rule.
    static let expressions: [String] = {
        var found: [String] = []
        func add(_ preTokenizer: PreTokenizer) {
            switch preTokenizer {
            case .sequence(let steps): steps.forEach(add)
            case .split(.expression(let source), _, _): found.append(source)
            default: break
            }
        }
        for name in PreTokenizer.llamaCppNames { PreTokenizer.llamaCpp(name: name).map(add) }
        for encoding in ["gpt2", "cl100k_base", "o200k_base"] {
            PreTokenizer.tiktoken(encoding: encoding).map(add)
        }
        return Array(Set(found)).sorted()
    }()

    /// The rule that cuts by one expression.
    private func rule(_ source: String) throws -> SplitRule {
        try #require(
            try SplitRule(
                compiling: .sequence([
                    .split(.expression(source), .isolated, inverted: false),
                    .byteLevel(addsPrefixSpace: false, usesExpression: false),
                ])))
    }

    @Test("every known expression cuts as a backtracking matcher does", arguments: expressions)
    func oracle(source: String) throws {
        let oracle = OracleExpression(source)
        let rule = try rule(source)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<150 {
            let text = Self.text(&random)
            let pieces = rule.pieces(of: text)
            let expected = oracle.pieces(of: text)
            #expect(
                pieces.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(text.debugDescription)")
        }
    }

    @Test("a long text is cut at two places at once as from start to end", arguments: expressions)
    func blocks(source: String) throws {
        let rule = try rule(source)
        var random = SeededGenerator(seed: 6)
        let words = [
            "the", "of", "don't", "x1", "a_b", "(", "):", "'", "''s", "\"", "0", "1234", ",", ".", "...", "=",
            "return", "I'LL", "\n", "\n\n", "\n    ", "\n  \n      ", "\t", "  ", "         ", " \n", "é",
            "漢字", "\u{3000}",
        ]
        for _ in 0..<40 {
            var text = ""
            let size = Int.random(in: 100...7000, using: &random)
            // Some texts have hardly any character outside ASCII, some hardly a space.
            let last = Bool.random(using: &random) ? words.count - 4 : words.count - 1
            let spaces = Int.random(in: 0...4, using: &random)
            while text.utf8.count < size {
                text += words[Int.random(in: 0...last, using: &random)]
                if Int.random(in: 0...4, using: &random) < spaces { text += " " }
            }
            let expected = rule.pieces(of: text)
            #expect(
                rule.pieces(of: text, inBlocks: true).map { Array($0.utf8) }
                    == expected.map { Array($0.utf8) })
            #expect(expected.joined().utf8.elementsEqual(text.utf8))
        }
    }

    @Test("ASCII text is cut by many characters at a time as one by one", arguments: expressions)
    func asciiBlocks(source: String) throws {
        let rule = try rule(source)
        var random = SeededGenerator(seed: 7)
        let alphabets = [
            "a \n", "aB1 '\n.", "sdtmlrvE' .", "0123456789 x", "a.'\" \t\r\n\u{B}\u{1C}",
            "ab01 \n\r\t.,'_\u{7F}\u{0}",
            "ab \n'1é", "a1 .\n\u{A0}’",
        ].map { Array($0.unicodeScalars) }
        for number in 0..<400 {
            let alphabet = alphabets[number % alphabets.count]
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 60...500, using: &random) {
                // Runs, too.
                let scalar = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                let most = Int.random(in: 0...9, using: &random) == 0 ? 40 : 3
                for _ in 0..<Int.random(in: 1...most, using: &random) { text.append(scalar) }
            }
            let whole = String(text)
            #expect(
                rule.pieces(of: whole, inBlocks: true).map { Array($0.utf8) }
                    == rule.pieces(of: whole).map { Array($0.utf8) }, "\(whole.debugDescription)")
        }
    }

    /// Text in which the parts of the known expressions meet often.
    static func text(_ random: inout SeededGenerator) -> String {
        let parts = [
            "a", "B", "s", "'", "'s", "'LL", "\u{17F}", "1", "23", "٣", "Ⅷ", " ", "  ", "\n", "\r\n", "\t",
            "\u{3000}",
            "é", "e\u{301}", "ǅ", "ʰ", "漢", "かな", "ア", "한", "ไทย", "!", "...", "$", "/", "_", "，", "…", "😀",
            "\u{200D}",
            "\u{0}", "\u{E000}", "\u{378}", "IMGIMGABZ", "<sentinel:1>", "    ", "\u{85}", "\u{A0}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            text += parts[Int.random(in: 0..<parts.count, using: &random)]
        }
        return text + random.unicodeText(Int.random(in: 0...3, using: &random))
    }

    @Test(
        "matches become pieces as the behaviour says",
        arguments: [
            (SplitBehavior.isolated, false, ["the", "-", "final", "-", "-", "countdown"]),
            (.removed, false, ["the", "final", "countdown"]),
            (.removed, true, ["-", "-", "-"]),
            (.contiguous, false, ["the", "-", "final", "--", "countdown"]),
            (.mergedWithPrevious, false, ["the-", "final-", "-", "countdown"]),
            (.mergedWithNext, false, ["the", "-final", "-", "-countdown"]),
        ] as [(SplitBehavior, Bool, [String])])
    func behaviors(behavior: SplitBehavior, isInverted: Bool, pieces: [String]) throws {
        let rule = try #require(
            try SplitRule(
                compiling: .sequence([
                    .split(.string("-"), behavior, inverted: isInverted),
                    .byteLevel(addsPrefixSpace: false, usesExpression: false),
                ])))
        #expect(rule.pieces(of: "the-final--countdown") == pieces)
    }

    @Test("a name that is not known has no rule")
    func unknownNames() {
        #expect(PreTokenizer.llamaCpp(name: "gpt-3") == nil)
        #expect(PreTokenizer.tiktoken(encoding: "r50k") == nil)
    }

    @Test("an expression that cannot be read is an error")
    func unreadable() {
        let broken = PreTokenizer.sequence([
            .split(.expression("(a"), .isolated, inverted: false),
            .byteLevel(addsPrefixSpace: false, usesExpression: false),
        ])
        #expect(throws: LocatedError.self) { try SplitRule(compiling: broken) }
    }

    @Test("long runs are cut like short ones")
    func longRuns() {
        for part in ["a", " ", "1", "漢", "!", "\n"] {
            let text = String(repeating: part, count: 100_000) + "x"
            #expect(SplitRule.llama3.pieces(of: text).joined().utf8.elementsEqual(text.utf8))
        }
    }
}
