import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Streaming")
struct StreamingTests {
    @Test("pieces joined are the one-shot text, whatever the bytes", arguments: 0..<20)
    func joined(seed: Int) throws {
        let tokenizer = try SampleVocabulary(merges: SampleVocabulary.merges(for: ["日本", "😀", " a"]))
            .tokenizer()
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<50 {
            var bytes = Array(random.unicodeText(8).utf8)
            if Bool.random(using: &random), !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            let ids = bytes.map { TokenID($0) }
            var decoder = StreamingDecoder(tokenizer: tokenizer)
            let pieces = ids.map { decoder.append($0) } + [decoder.finish()]
            #expect(pieces.joined().utf8.elementsEqual(tokenizer.decode(ids).utf8))
        }
    }

    @Test("bytes of a code point are held back until it is whole")
    func heldBack() throws {
        var decoder = StreamingDecoder(tokenizer: try SampleVocabulary().tokenizer())
        #expect(decoder.append(0xF0) == "" && decoder.append(0x9F) == "" && decoder.append(0x98) == "")
        #expect(decoder.append(0x80) == "😀")
        #expect(decoder.append(0xE6) == "")
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.finish() == "")
        // A beginning that nothing can complete is not held back.
        #expect(decoder.append(0xC0) == "\u{FFFD}")
        #expect(decoder.append(0xED) == "")
        #expect(decoder.append(0xA0) == "\u{FFFD}\u{FFFD}")
        #expect(decoder.append(TokenID.max) == "")
    }
}
