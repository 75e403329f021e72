import TesseraCore
import TesseraFiles
import TesseraReport
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Verification")
struct VerificationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func verification(
        _ first: TokenizerDefinition, _ second: TokenizerDefinition, on text: String,
        by identity: TokenIdentity = .ids,
        name: String = "text.txt"
    ) throws -> Verification {
        let file = try folder.write(text, to: name)
        return try verify(
            PipelineTokenizer(first), PipelineTokenizer(second), on: Corpus(files: [file]), by: identity)
    }

    private func digits(individually: Bool) throws -> TokenizerDefinition {
        try SmallVocabularies.bytePair(
            ["1 2", "12 3", "t h"],
            preTokenizer: .sequence([
                .digits(individually: individually), .byteLevel(addsPrefixSpace: false, usesExpression: true),
            ]))
    }

    @Test("finds nothing between equal tokenizers")
    func equal() throws {
        let definition = try SmallVocabularies.english()
        let outcome = try verification(
            definition, definition, on: SmallVocabularies.texts.joined(separator: "\n"))
        #expect(outcome.isEqual && outcome.firstDifference == nil && outcome.textCount > 4)
    }

    @Test("names the pre-tokenizer, with the byte and the line", arguments: TokenIdentity.allCases)
    func preTokenizer(identity: TokenIdentity) throws {
        let outcome = try verification(
            try digits(individually: false), try digits(individually: true), on: "the é\nno\né 123 th\n12\n",
            by: identity)
        let difference = try #require(outcome.firstDifference)
        #expect(difference.stage == .preTokenizer && difference.rule == "A cuts `123` | B cuts `1`, `2`, `3`")
        #expect(difference.line == 3 && difference.offsetInText == 3 && difference.offsetInFile == 13)
        #expect(outcome.differingCount == 2 && outcome.textCount == 4 && outcome.stages == [.preTokenizer: 2])
        #expect(difference.first.contains { $0.bytes == Array("123".utf8) })
        #expect(difference.equalTokens == 3)
    }

    @Test("names the model")
    func model() throws {
        let one = try SmallVocabularies.bytePair(["t h", "th e"])
        let two = try SmallVocabularies.bytePair(["h e", "t he"])
        let outcome = try verification(one, two, on: "in thin", by: .bytes)
        let difference = try #require(outcome.firstDifference)
        #expect(difference.stage == .model && difference.offsetInText == 3)
        #expect(difference.rule.hasPrefix("A makes ") && difference.rule.contains("of ` thin`"))
        // By bytes, the token that both have is the same whatever its id.
        #expect(try verification(one, two, on: "the", by: .bytes).isEqual)
        #expect(
            try !verification(one, try SmallVocabularies.bytePair(["x y", "t h", "th e"]), on: "the").isEqual)
    }

    @Test("names the normalizer")
    func normalizer() throws {
        let one = try SmallVocabularies.english()
        var two = one
        two.normalizer = .lowercase
        let difference = try #require(try verification(one, two, on: "and THE").firstDifference)
        #expect(difference.stage == .normalizer && difference.rule == "A makes ` THE` | B makes ` the`")
        #expect(difference.offsetInText >= 3)
    }

    @Test("names the added tokens")
    func addedTokens() throws {
        let one = try SmallVocabularies.english()
        var two = one
        two.addedTokens.removeLast()
        let difference = try #require(try verification(one, two, on: "a <|endofturn|>").firstDifference)
        #expect(difference.stage == .addedTokens)
        #expect(difference.rule == "A finds `<|endofturn|>`(280) at bytes 2–15 | B finds none more")
    }

    @Test("sees what is put around texts")
    func template() throws {
        let one = try SmallVocabularies.english()
        var two = one
        two.postProcessor = nil
        let outcome = try verification(one, two, on: "the")
        #expect(!outcome.isEqual && outcome.differingCount == 0)
        #expect(outcome.templateDifference?.contains("`<|end|>`(279) behind") == true)
    }

    @Test("numbers the lines of JSON, blank ones included")
    func jsonLines() throws {
        let text = "{\"text\": \"th\"}\n\n{\"text\": \"a 12\"}\n"
        let difference = try #require(
            try verification(
                try digits(individually: false), try digits(individually: true), on: text, name: "text.jsonl"
            ).firstDifference)
        #expect(difference.line == 3 && difference.offsetInText == 2 && difference.offsetInFile == nil)
    }
}

@Suite("Comparison of vocabularies")
struct VocabularyComparisonTests {
    @Test("counts bytes, words, tokens and what is not covered")
    func counts() throws {
        let unigram = try PipelineTokenizer(
            try SmallVocabularies.unigram([("\u{2581}ab", -1), ("\u{2581}", -2)]))
        let words = try PipelineTokenizer(try SmallVocabularies.wordPiece(["ab", "cd"]))
        let comparison = try VocabularyComparison(
            of: [("unigram", unigram), ("words", words)],
            on: [LanguageSample("one", text: "ab ab é"), LanguageSample("two", text: "ab 東京")])
        let cell = comparison.cells[0][0]
        #expect(
            cell.byteCount == 8 && cell.wordCount == 3 && cell.tokenCount == 5 && cell.byteTokenCount == 2)
        #expect(cell.bytesPerToken == 1.6 && cell.unknownCount == 0)
        #expect(comparison.cells[1][0].wordCount == 3)
        #expect(comparison.cells[0][1].unknownCount == 1 && comparison.totals[1].tokenCount == 5)
        #expect(comparison.table.rows[0] == ["one", "8", "1.60", "2.67"])
        #expect(comparison.json["languages"]?[at: 1]?["name"] == "two")
        #expect(comparison.chart.groups.map(\.name) == ["one", "two"])
    }

    @Test("takes a language for each file and folder of a folder")
    func samples() throws {
        let folder = try TemporaryFolder()
        try folder.write("ab", to: "texts/de.txt")
        try folder.write("ab", to: "texts/en/1.txt")
        try folder.write("cd", to: "texts/en/2.txt")
        let samples = try LanguageSample.at([folder.path("texts")])
        #expect(samples.map(\.name) == ["de", "en"])
        let words = try PipelineTokenizer(try SmallVocabularies.wordPiece(["ab", "cd"]))
        let comparison = try VocabularyComparison(of: [("words", words)], on: samples)
        #expect(comparison.cells.map { $0[0].tokenCount } == [1, 2])
        #expect(throws: LocatedError.self) { try LanguageSample.at([folder.path("nothing")]) }
    }
}
