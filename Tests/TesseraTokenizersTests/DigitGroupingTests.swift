import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Groups of digits")
struct DigitGroupingTests {
    private func digits(_ count: Int, _ generator: inout SeededGenerator) -> String {
        String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &generator))) })
    }

    private static let rules: [DigitGrouping] = (1...7).flatMap { size in
        DigitGrouping.Direction.allCases.compactMap { try? DigitGrouping(size: size, direction: $0) }
    }

    @Test("groups are counted from the named end")
    func examples() throws {
        let right = try DigitGrouping(size: 3, direction: .rightToLeft)
        let left = try DigitGrouping(size: 3, direction: .leftToRight)
        #expect(try right.groups(of: "1234567") == ["1", "234", "567"])
        #expect(try left.groups(of: "1234567") == ["123", "456", "7"])
        #expect(try right.groups(of: "0070") == ["0", "070"])
        #expect(try right.groups(of: "12") == ["12"])
    }

    @Test(
        "groups joined are the digits; cuts from the right stay when digits are put before", arguments: rules)
    func properties(rule: DigitGrouping) throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            let text = digits(Int.random(in: 1...40, using: &generator), &generator)
            let groups = try rule.groups(of: text)
            #expect(groups.joined() == text)
            #expect(groups.allSatisfy { (1...rule.size).contains($0.utf8.count) })
            #expect(groups.map(\.utf8.count) == rule.lengths(ofRun: text.utf8.count))
            let other = try DigitGrouping(
                size: rule.size, direction: rule.direction == .leftToRight ? .rightToLeft : .leftToRight)
            if text.utf8.count % rule.size == 0 { #expect(try other.groups(of: text) == groups) }
            if rule.direction == .rightToLeft {
                let longer = try rule.groups(
                    of: digits(Int.random(in: 1...9, using: &generator), &generator) + text)
                #expect(longer.suffix(groups.count - 1) == groups.suffix(groups.count - 1))
            }
        }
    }

    @Test("the step of the pre-tokenizer cuts texts as the rule says", arguments: rules)
    func expression(rule: DigitGrouping) throws {
        var generator = SeededGenerator(seed: 9)
        let expression = try RegularExpression(rule.expression)
        for _ in 0..<100 {
            var text = ""
            var expected: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let run = digits(Int.random(in: 1...15, using: &generator), &generator)
                text += ["a", " ", ".", "é", "٣", "-"][Int.random(in: 0..<6, using: &generator)] + run
                expected += try rule.groups(of: run)
            }
            let bytes = Array(text.utf8)
            let found = expression.matches(in: text).map { String(decoding: bytes[$0], as: UTF8.self) }
            #expect(found == expected, "\(text)")
        }
    }

    @Test(
        "what is no rule or no run of digits is told",
        arguments: ["r2l", "3", "r2l:0", "r2l:x", "x2l:3", "r2l:3:4", "", "l2r:19"])
    func refused(text: String) {
        expectLocatedError(field: "digits") { try DigitGrouping(parsing: text) }
    }

    @Test("rules are read and written alike")
    func parsing() throws {
        #expect(try DigitGrouping(parsing: "l2r:4").description == "l2r:4")
        #expect(try DigitGrouping(parsing: "1").size == 1)
        let rule = try DigitGrouping(parsing: "r2l:3")
        for text in ["", "12a", "-1", "1.5", "٣"] {
            expectLocatedError(field: "digits") { try rule.groups(of: text) }
        }
    }

    @Test("the step takes the place of those that cut digits, behind Metaspace and before all others")
    func replacing() throws {
        let rule = try DigitGrouping(parsing: "r2l:3")
        let step = rule.preTokenizer
        let metaspace = PreTokenizer.metaspace(replacement: "\u{2581}", prepends: .always, splits: true)
        let bytes = PreTokenizer.byteLevel(addsPrefixSpace: false, usesExpression: true)
        #expect(try PreTokenizer.grouping(digits: rule, before: nil) == step)
        #expect(try PreTokenizer.grouping(digits: rule, before: metaspace) == .sequence([metaspace, step]))
        #expect(
            try PreTokenizer.grouping(
                digits: rule,
                before: .sequence([
                    .digits(individually: true),
                    .split(.expression(#"\p{N}{1,3}"#), .isolated, inverted: false), bytes,
                ])) == .sequence([step, bytes]))
        let other = try PreTokenizer.grouping(digits: try DigitGrouping(parsing: "l2r:2"), before: bytes)
        #expect(try PreTokenizer.grouping(digits: rule, before: other) == .sequence([step, bytes]))
        expectLocatedError(field: "pre_tokenizer.add_prefix_space") {
            try PreTokenizer.grouping(
                digits: rule, before: .byteLevel(addsPrefixSpace: true, usesExpression: true))
        }
    }

    private func tokenizer(_ rule: DigitGrouping) throws -> PipelineTokenizer {
        let numbers = (0..<1000).map { String($0) }
        let spellings = ["<unk>", "a", "b", "-", ".", " "] + numbers
        var model = WordLevelDefinition(vocabulary: try Vocabulary(spellings.map { Array($0.utf8) }))
        model.unknownToken = "<unk>"
        return try PipelineTokenizer(
            TokenizerDefinition(preTokenizer: rule.preTokenizer, model: .wordLevel(model)))
    }

    @Test("a text that grows by characters has at each moment the count of the whole", arguments: rules)
    func counting(rule: DigitGrouping) throws {
        let tokenizer = try tokenizer(rule)
        var counter = TokenCounter(tokenizer: tokenizer, special: .asTokens, patience: 0)
        var text = ""
        for character in "a1234567b12-3.45678901 1" + String(repeating: "7", count: 20) + "b" {
            text.append(character)
            counter.append(String(character))
            #expect(counter.count == tokenizer.encode(text).count, "\(text)")
        }
    }

    @Test("what stands before a number is settled, the number itself not before it ends")
    func settling() throws {
        var counter = TokenCounter(
            tokenizer: try tokenizer(try DigitGrouping(parsing: "r2l:3")), special: .asTokens, patience: 0)
        counter.append("a" + String(repeating: "b", count: 100))
        counter.append(String(repeating: "1", count: 100))
        #expect((100...102).contains(counter.unsettledByteCount))
        counter.append("bb1")
        #expect(counter.unsettledByteCount < 10)
    }

    @Test("a tokenizer.json keeps it as a Split that other programs read")
    func saving() throws {
        let rule = try DigitGrouping(parsing: "r2l:3")
        let folder = try TemporaryFolder()
        let tokenizer = try tokenizer(rule)
        try TokenizerSaver.save(tokenizer.definition, to: folder.path("tokenizer.json"))
        let step = try JSONField(contentsOf: folder.path("tokenizer.json"))["pre_tokenizer"]
        #expect(try step["type"].string() == "Split")
        #expect(try step["pattern"]["Regex"].string() == "[0-9]{1,3}(?=(?:[0-9]{3})*(?![0-9]))")
        let loaded = try TokenizerLoader.load(path: folder.path("tokenizer.json")).tokenizer
        #expect(loaded.definition.preTokenizer == rule.preTokenizer)
        #expect(loaded.encode("1234567") == tokenizer.encode("1234567"))
    }
}
