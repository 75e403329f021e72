import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Offsets")
struct OffsetsTests {
    @Test("ranges follow each other and cover the text; ids are those of encode")
    func cover() throws {
        let tokenizer = try SampleVocabulary(merges: SampleVocabulary.merges(for: [" the", "日本", "é"]))
            .tokenizer()
        var random = SeededGenerator(seed: 9)
        for _ in 0..<200 {
            let text = "the " + random.unicodeText(12) + "<s> the日本"
            let spans = tokenizer.encodeWithOffsets(text)
            #expect(spans.map(\.id) == tokenizer.encode(text))
            var end = 0
            for span in spans {
                #expect(span.range.lowerBound <= end && span.range.upperBound >= end)
                end = max(end, span.range.upperBound)
            }
            #expect(end == text.utf8.count)
            let bytes = Array(text.utf8)
            for span in spans { #expect(String(validating: bytes[span.range], as: UTF8.self) != nil) }
        }
    }

    @Test("a token inside a code point spans all of it")
    func insideCharacter() throws {
        let tokenizer = try SampleVocabulary().tokenizer()
        #expect(tokenizer.encodeWithOffsets("a日").map(\.range) == [0..<1, 1..<4, 1..<4, 1..<4])
    }

    @Test("ByteLevel's trim_offsets leaves white space out")
    func trims() throws {
        var folder = SampleFolder()
        func ranges(_ postProcessor: JSONValue) throws -> [Range<Int>] {
            folder.members = [("post_processor", postProcessor)]
            return try folder.load().tokenizer.encoding(of: "the the").ranges
        }
        #expect(
            try ranges(["type": "ByteLevel", "trim_offsets": true, "add_prefix_space": false])
                == [0..<3, 4..<7])
        #expect(
            try ranges(["type": "ByteLevel", "trim_offsets": false, "add_prefix_space": false])
                == [0..<3, 3..<7])
    }
}
