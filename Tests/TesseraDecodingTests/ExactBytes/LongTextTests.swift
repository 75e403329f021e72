import TesseraCore
import TesseraDecoding
import TesseraTestSupport
import Testing

@Suite("Exact bytes after long texts without a place that no token reaches across")
struct LongTextTests {
    /// Groups a run of letters by three from the right, so that each letter more moves all groups.
    private struct Groups: Tokenizer {
        let vocabularySize = 262
        let specialTokens = SpecialTokens(beginOfText: 257, endOfText: [256])

        func bytes(of id: TokenID) -> [UInt8] {
            switch id {
            case 0..<256: [UInt8(truncatingIfNeeded: id)]
            case 258...261: Array(repeating: 0x61, count: Int(id) - 258)
            default: []
            }
        }

        func encode(
            _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
        ) {
            var rest = text[...]
            while let first = rest.first {
                let run = rest.prefix { $0 == 0x61 }.count
                guard run > 0 else {
                    ids.append(TokenID(first))
                    rest.removeFirst()
                    continue
                }
                let odd = run % 3
                if odd > 0 { ids.append(odd == 1 ? 0x61 : 260) }
                ids += Array(repeating: 261, count: run / 3)
                rest.removeFirst(run)
            }
        }

        func spelling(of id: TokenID) -> String? { nil }
        func id(ofSpelling spelling: String) -> TokenID? { nil }
    }

    @Test("a long run whose groups all move costs little more than to read it", arguments: 0..<3)
    func groups(_ more: Int) throws {
        let tokenizer = Groups()
        let model = SampleModel(vocabularySize: tokenizer.vocabularySize, contextLength: 20_000) { _ in
            var row = [Float](repeating: -.infinity, count: 262)
            for id in [0x61, 0x62, 256, 260, 261] { row[id] = 0 }
            return row
        }
        var reader = try ExactBytes(
            model: model, tokenizer: tokenizer, vocabulary: ByteVocabulary(tokenizer))
        let count = 9_000 + more
        #expect(try reader.start(with: Array(repeating: 0x61, count: count), special: .asText))
        let next = try reader.distribution()
        #expect(next.bytes[0x61] > 0 && next.bytes[0x62] > 0)
        #expect(reader.statistics.modelTokens < count / 3 + 300)
        #expect(reader.statistics.encodings < 1_000)
    }

    @Test("from the whole text and step by step are the same")
    func steps() throws {
        let sample = ByteCase.all[0]
        let model = SampleModel.random(
            sample.tokenizer, bytes: sample.alphabet, seed: 2, contextLength: 4_000)
        let random = CounterRandom(seed: 8)
        let text = (0..<2_000).map { sample.alphabet[random.index(below: 2, at: $0)] }
        let vocabulary = try ByteVocabulary(sample.tokenizer)
        var whole = try ExactBytes(
            model: model, tokenizer: sample.tokenizer, vocabulary: vocabulary, effort: .complete)
        var stepped = try ExactBytes(
            model: model, tokenizer: sample.tokenizer, vocabulary: vocabulary, effort: .complete)
        #expect(try whole.start(after: [257], with: text))
        #expect(try stepped.start(after: [257], with: Array(text.prefix(1_500))))
        for byte in text.dropFirst(1_500) { try stepped.advance(by: byte) }
        let (left, right) = (try whole.distribution(), try stepped.distribution())
        for byte in 0..<256 { #expect(abs(left.bytes[byte] - right.bytes[byte]) < 1e-6, "\(byte)") }
        #expect(abs(left.end - right.end) < 1e-6)
    }
}
