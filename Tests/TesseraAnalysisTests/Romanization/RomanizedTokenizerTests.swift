import TesseraAnalysis
import TesseraCore
import TesseraReport
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("RomanizedTokenizer")
struct RomanizedTokenizerTests {
    /// A byte-level BPE that has seen Latin letters only.
    static func latin(special: [String] = []) throws -> PipelineTokenizer {
        var settings = TrainingSettings(.bytePair(TrainingSettings.BytePair()), vocabularySize: 420)
        settings.preTokenizer = .gpt2
        settings.specialTokens = special
        let folder = try TemporaryFolder()
        let words =
            "Russia and Moscow, Respublika Rossiya, Moskva, Nepal, Bharat, Nippon, Seoul, Ellada, Athena\n"
        let path = try folder.write(Array(String(repeating: words, count: 20).utf8), to: "latin.txt")
        return try PipelineTokenizer(
            trainTokenizer(settings, on: Corpus(files: [path]), options: CountingOptions(threads: 1))
                .definition)
    }

    @Test("ids are those of the romanized text")
    func ids() throws {
        let base = try Self.latin()
        let romanizer = try Romanizer(language: "rus")
        let tokenizer = RomanizedTokenizer(romanizer: romanizer, base: base)
        let text = "Россия and Москва, 東京"
        #expect(tokenizer.encode(text) == base.encode(romanizer.romanize(text)))
        #expect(tokenizer.decode(tokenizer.encode(text)) == "Rossiya and Moskva, dongjing")
        #expect(tokenizer.encode(text).count * 2 < base.encode(text).count)
        #expect(tokenizer.vocabularySize == base.vocabularySize)
        #expect(tokenizer.encode("") == [])
    }

    @Test("offsets are those of the native text")
    func offsets() throws {
        let tokenizer = RomanizedTokenizer(romanizer: try Romanizer(language: "rus"), base: try Self.latin())
        let text = "abc Россия, Щука xyz"
        let bytes = Array(text.utf8)
        let spans = tokenizer.encodeWithOffsets(text)
        #expect(spans.map(\.id) == tokenizer.encode(text))
        var last = 0
        for span in spans {
            #expect(span.range.lowerBound <= last && span.range.upperBound >= last)
            last = span.range.upperBound
            // Whole characters: the slice is UTF-8.
            #expect(String(validating: bytes[span.range], as: UTF8.self) != nil)
        }
        #expect(last == bytes.count)
        let word = try #require(spans.first { tokenizer.decode([$0.id]) == " Rossiya" })
        #expect(String(decoding: bytes[word.range], as: UTF8.self) == " Россия")
    }

    @Test("special tokens in other letters are found where they are read as such")
    func specials() throws {
        var definition = try Self.latin(special: ["<｜конец｜>"]).definition
        let id = try #require(definition.addedTokens.first?.id)
        definition.specialTokens.endOfText = [id]
        let tokenizer = RomanizedTokenizer(romanizer: Romanizer(), base: try PipelineTokenizer(definition))
        #expect(tokenizer.encode("Москва<｜конец｜>").last == id)
        #expect(!tokenizer.encode("Москва<｜конец｜>", special: .asText).contains(id))
    }

    @Test("a Latin vocabulary needs fewer tokens for romanized text")
    func effect() throws {
        let effect = RomanizationEffect(
            of: try Self.latin(),
            on: try [
                RomanizationEffect.Sample("Russian", language: "rus", text: "Россия Москва и Сеул"),
                RomanizationEffect.Sample("Greek", language: "ell", text: "Ελλάδα Αθήνα"),
            ])
        #expect(effect.rows.map(\.wordCount) == [4, 2])
        #expect(effect.rows.allSatisfy { $0.ratio >= 2 })
        #expect(effect.holds(leastRatio: 2))
        #expect(!effect.holds(leastRatio: 100))
        #expect(effect.table.rows.count == 2)
        #expect(effect.chart.groups.map(\.name) == ["Russian", "Greek"])
    }
}
