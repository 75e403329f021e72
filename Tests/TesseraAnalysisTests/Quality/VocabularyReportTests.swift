import TesseraAnalysis
import TesseraCore
import TesseraReport
import TesseraTokenizers
import Testing

@Suite("Qtok: classes of tokens")
struct VocabularyReportTests {
    /// A tokenizer of these spellings, which spells bytes as characters or marks words with U+2581.
    static func tokenizer(_ spellings: [String], byteLevel: Bool, added: [String] = []) throws
        -> PipelineTokenizer
    {
        let vocabulary = try Vocabulary((spellings + added).map { Array($0.utf8) })
        var model = BytePairDefinition(vocabulary: vocabulary, merges: [])
        model.fallsBackToBytes = !byteLevel
        var definition = TokenizerDefinition(model: .bytePair(model))
        if byteLevel {
            definition.preTokenizer = .gpt2
            definition.decoder = .byteLevel
        } else {
            definition.decoder = .sequence([
                .replace(.string("\u{2581}"), with: " "), .byteFallback, .fuse,
            ])
        }
        definition.addedTokens = added.enumerated().map {
            AddedToken(id: TokenID(spellings.count + $0), content: Array($1.utf8))
        }
        return try PipelineTokenizer(definition)
    }

    @Test(
        "a vocabulary that spells bytes",
        arguments: [
            ("A", TokenClass.pureUnicode), ("Ã", .pureUnicode), ("Ġthe", .spacedAlpha), ("the", .innerAlpha),
            ("ĠÐ¿ÑĢÐ¸", .spacedAlpha), ("ÐŁÑĢÐ¸", .innerAlpha), ("Ð¶", .charAlpha), ("Ġ12", .spacedOther),
            ("12", .innerOther),
            ("âĤ¬", .charOther), ("Ð¿ÑĢ", .innerAlpha), ("ĠÐ", .unicodeFlanks), ("ĊĊ", .innerErrors),
            ("ĠĊ", .spacedErrors),
            ("ĠĠ", .spacedOther), ("aÐ¶", .innerOther),
        ])
    func byteLevel(spelling: String, expected: TokenClass) throws {
        // A vocabulary that spells bytes must have one alone.
        let report = VocabularyReport("v", try Self.tokenizer([spelling, "!"], byteLevel: true))
        #expect(report.classes == [expected, .pureUnicode])
    }

    @Test(
        "a vocabulary that marks words",
        arguments: [
            ("A", TokenClass.charAlpha), ("▁the", .spacedAlpha), ("the", .innerAlpha),
            ("<0x41>", .pureUnicode),
            ("<0xFF>", .pureUnicode), ("▁", .charOther), ("▁▁", .spacedOther), ("ж", .charAlpha),
            ("é", .charAlpha),
            ("\u{301}", .charOther), ("्", .charAlpha), ("क्ष", .innerAlpha), ("Ġ", .charAlpha),
            ("7", .charOther),
            ("\u{E000}", .charErrors),
            ("日本", .innerAlpha), ("日本の", .innerOther), ("▁日本", .spacedAlpha),
        ])
    func wordMarks(spelling: String, expected: TokenClass) throws {
        let report = VocabularyReport("v", try Self.tokenizer([spelling], byteLevel: false))
        #expect(report.classes == [expected])
    }

    @Test("special tokens are control tokens however they are written")
    func special() throws {
        let report = VocabularyReport(
            "v", try Self.tokenizer(["the", "!"], byteLevel: true, added: ["hello", "<|end|>"]))
        #expect(report.classes == [.innerAlpha, .pureUnicode, .controlTokens, .controlTokens])
    }

    @Test("WordPiece: what is not marked begins a word")
    func wordPiece() throws {
        let vocabulary = try Vocabulary(["[UNK]", "the", "##ing", "a", "##1"].map { Array($0.utf8) })
        let tokenizer = try PipelineTokenizer(
            TokenizerDefinition(model: .wordPiece(WordPieceDefinition(vocabulary: vocabulary))))
        #expect(
            VocabularyReport("v", tokenizer).classes
                == [.controlTokens, .spacedAlpha, .innerAlpha, .charAlpha, .charOther])
    }

    @Test("the published way: names of letters, and bytes for what they look like")
    func published() throws {
        let words = VocabularyReport(
            "v", try Self.tokenizer(["A", "ｱ", "ﾊﾞ", "▁ａ", "❶"], byteLevel: false),
            scriptRule: .firstWordOfName)
        #expect(words.classes == [.innerOther, .charAlpha, .innerAlpha, .spacedOther, .charAlpha])
        #expect(words.scriptCounts[.init(script: "HALFWIDTH", position: .char)] == 1)
        let bytes = VocabularyReport(
            "v", try Self.tokenizer(["A", "Ã", "Ċ", "Ã©"], byteLevel: true), scriptRule: .firstWordOfName)
        #expect(bytes.classes == [.pureUnicode, .unicodeFlanks, .charErrors, .pureUnicode])
    }

    @Test("classes partition the vocabulary; permuting ids changes no table")
    func partition() throws {
        let spellings = ["Ġthe", "the", "A", "Ċ", "ĠÐ", "12", "Ð¶", "Ġ12", "<x>", "Ġand", "ing", "Ã©t"]
        let report = VocabularyReport("v", try Self.tokenizer(spellings, byteLevel: true))
        #expect(report.size == spellings.count)
        #expect(report.classCounts.values.reduce(0, +) == spellings.count)
        #expect(report.scriptCounts.values.reduce(0, +) == report.alphabeticCount)
        let turned = VocabularyReport("v", try Self.tokenizer(spellings.reversed(), byteLevel: true))
        #expect(turned.classCounts == report.classCounts)
        #expect(turned.scriptCounts == report.scriptCounts)
        #expect(report.ids(of: .spacedAlpha) == [0, 9])
        let share = report.share(of: .init(script: "Latin", position: .spaced))
        let expected = 2 / Double(spellings.count)
        #expect(abs(share - expected) < 1e-12)
        let broken = 1 / Double(spellings.count)
        #expect(report.completeness == 1 - broken)
    }
}

@Suite("Qtok: vocabularies side by side")
struct VocabularyOverlapTests {
    private func report(_ name: String, _ spellings: [String], byteLevel: Bool = true) throws
        -> VocabularyReport
    {
        VocabularyReport(name, try VocabularyReportTests.tokenizer(spellings, byteLevel: byteLevel))
    }

    @Test("tokens are compared as text, whatever spells them")
    func overlap() throws {
        let overlap = VocabularyOverlap([
            try report("a", ["Ġthe", "and", "ing", "A"]),
            try report("b", ["▁the", "and", "ung", "A"], byteLevel: false),
            try report("c", ["Ġthe", "and", "ing", "A"]),
        ])
        #expect(overlap.unionCount == 5)
        #expect(overlap.histogram == [1, 1, 3])
        #expect(overlap.jaccard[0][1] == 0.6 && overlap.jaccard[1][0] == 0.6)
        #expect(overlap.jaccard[0][2] == 1)
        for index in overlap.jaccard.indices { #expect(overlap.jaccard[index][index] == 1) }
        #expect(overlap.ownCounts == [0, 1, 0])
        #expect(overlap.coreCount == 3 && overlap.coreShares == [1, 1, 1])
        #expect(overlap.duplicates() == [[0, 2], [1]])
        #expect(overlap.joins.map(\.members) == [[0, 2], [0, 1, 2]])
        let last = overlap.joins.last?.similarity ?? 0
        #expect(abs(last - 0.6) < 1e-12)
        #expect(overlap.initialShares == [0.25, 0.25, 0.25])
    }

    @Test("languages: a token of k languages counts 1/k for each")
    func languages() throws {
        let report = try report("v", ["Ġthe", "ing", "Ġder", "xyz", "12", "Ġ1", "a", "Ð¶"])
        let shares = LanguageShares(
            of: report,
            in: [
                LanguageLexicon("English", words: ["the", "The", "then", "king", "a b"]),
                LanguageLexicon("German", words: ["der", "ding", "und"]),
            ])
        #expect(shares.lexiconSizes == [3, 3])
        #expect(shares.weights == [1.5, 1.5])
        #expect(shares.mappedCount == 3)
        let sum = shares.weights.reduce(0, +)
        #expect(abs(sum - Double(shares.mappedCount)) < 1e-12)
        #expect(Set(shares.unseen) == ["xyz", "ж"])
        #expect(shares.singletonCount == 2)
        let third = 1.0 / 3
        #expect(shares.wordCoverage == [third, third])
        #expect(shares.entropy == 1)
    }

    @Test("a page holds every part and nothing from outside")
    func page() throws {
        let tokenizers = [
            (
                name: "a<b>",
                tokenizer: try VocabularyReportTests.tokenizer(["Ġthe", "and", "A"], byteLevel: true)
            ),
            (
                name: "c",
                tokenizer: try VocabularyReportTests.tokenizer(["▁the", "<0x41>"], byteLevel: false)
            ),
        ]
        let quality = try QualityReport(
            of: tokenizers, lexicons: [LanguageLexicon("English", words: ["the"])],
            samples: [(name: "x", text: "the and"), (name: "y", text: "A")])
        let html = quality.page.html()
        for part in ["a&lt;b&gt;", "Likeness", "Languages", "Texts", "spaced_alpha", "<svg"] {
            #expect(html.contains(part))
        }
        for part in ["<script", "src=", "a<b>", "url("] { #expect(!html.contains(part)) }
        #expect(html.split(separator: "<table>").count == html.split(separator: "</table>").count)
        #expect(quality.files.map(\.name).contains("languages.tsv"))
        #expect(quality.classTable(inPercent: false).rows.count == 2)
        #expect(throws: LocatedError.self) { try QualityReport(of: []) }
    }

    @Test("measures of a text")
    func text() throws {
        let tokenizer = try VocabularyReportTests.tokenizer(["a", "b", "Ġ", "c"], byteLevel: true)
        let quality = TextQuality("t", text: "ab a c", tokenizer)
        #expect(quality.wordCount == 3 && quality.tokenCount == 6 && quality.continuedCount == 1)
        #expect(quality.fertility == 2 && quality.usedCount == 4)
        #expect(quality.renyiEfficiency > 0.8 && quality.renyiEfficiency <= 1)
        let empty = TextQuality("t", text: "", tokenizer)
        #expect(empty.fertility == 0 && empty.renyiEfficiency == 0 && empty.bytesPerToken == 0)
    }
}
