import Foundation
import TesseraCore
import TesseraDecoding
import TesseraTestSupport
import Testing

/// A vocabulary and the bytes that its model writes.
struct ByteCase: Sendable, CustomTestStringConvertible {
    let name: String
    let tokenizer: MergingTokenizer
    let alphabet: [UInt8]
    var testDescription: String { name }

    static let all = [
        ByteCase(
            name: "merges alone", tokenizer: MergingTokenizer(["ab", "ba", "aba", "bb", "abab"]),
            alphabet: Array("ab".utf8)),
        ByteCase(
            name: "merges across spaces", tokenizer: MergingTokenizer([" a", "a ", "ab", " ab", "a a"]),
            alphabet: Array("ab ".utf8)),
        ByteCase(
            name: "words, looking ahead",
            tokenizer: MergingTokenizer([" a", "  ", "ab", " ab", "\n\n", "   "], cutsWords: true),
            alphabet: Array("ab \n".utf8)),
        ByteCase(
            name: "characters of several bytes",
            tokenizer: MergingTokenizer(bytes: [
                [0xC3, 0xA9], [0x61, 0xC3], [0x61, 0xC3, 0xA9], [0x61, 0x61],
            ]),
            alphabet: [0x61, 0xC3, 0xA9]),
    ]

    func texts(upTo length: Int) -> [[UInt8]] {
        var (all, last): ([[UInt8]], [[UInt8]]) = ([[]], [[]])
        for _ in 0..<length {
            last = last.flatMap { text in alphabet.map { text + [$0] } }
            all += last
        }
        return all.filter { text in
            [[], [0xA9]].contains { firstInvalidUTF8Offset(in: text + $0) == nil }
        }
    }
}

@Suite("Exact byte probabilities")
struct ExactBytesTests {
    private func reader(
        _ model: SampleModel, _ tokenizer: MergingTokenizer,
        _ effort: ExactBytes<SampleModel>.Effort = .complete
    ) throws -> ExactBytes<SampleModel> {
        try ExactBytes(
            model: model, tokenizer: tokenizer, vocabulary: ByteVocabulary(tokenizer), effort: effort)
    }

    @Test("equal those of all token sequences, for every short text", arguments: ByteCase.all)
    func bruteForce(_ sample: ByteCase) throws {
        let model = SampleModel.random(sample.tokenizer, bytes: sample.alphabet, seed: 5)
        let truth = BruteForce(model: model, tokenizer: sample.tokenizer, alphabet: sample.alphabet)
        for text in sample.texts(upTo: sample.alphabet.count > 3 ? 4 : 5) {
            var reader = try reader(model, sample.tokenizer)
            guard try truth.mass(of: text).text > 0 else { continue }
            #expect(try reader.start(after: [257], with: text))
            let found = try reader.distribution()
            let expected = try truth.next(after: text)
            for (byte, share) in zip(sample.alphabet, expected.bytes) {
                #expect(abs(found.bytes[Int(byte)] - share) < 1e-6, "\(text) then \(byte)")
            }
            #expect(abs(found.end - expected.end) < 1e-6, "\(text)")
        }
    }

    @Test("are the same step by step and from the whole text", arguments: ByteCase.all)
    func steps(_ sample: ByteCase) throws {
        let model = SampleModel.random(sample.tokenizer, bytes: sample.alphabet, seed: 9)
        for text in sample.texts(upTo: 6).suffix(300) {
            var whole = try reader(model, sample.tokenizer)
            var stepped = try reader(model, sample.tokenizer)
            #expect(try whole.start(after: [257], with: text))
            #expect(try stepped.start(after: [257], with: []))
            for byte in text { try stepped.advance(by: byte) }
            let (left, right) = (try whole.distribution(), try stepped.distribution())
            for byte in 0..<256 { #expect(abs(left.bytes[byte] - right.bytes[byte]) < 1e-9, "\(text)") }
            #expect(abs(left.end - right.end) < 1e-9)
        }
    }

    @Test("the bounded and the fast effort are near the complete one, and cost less")
    func efforts() throws {
        let sample = ByteCase.all[1]
        let model = SampleModel.random(sample.tokenizer, bytes: sample.alphabet, seed: 3)
        func result(_ effort: ExactBytes<SampleModel>.Effort) throws -> (ByteDistribution, Int) {
            var reader = try reader(model, sample.tokenizer, effort)
            _ = try reader.start(with: Array("ab ab".utf8), special: .asText)
            return (try reader.distribution(), reader.statistics.encodings)
        }
        let (complete, bounded, fast) = (
            try result(.complete), try result(.bounded), try result(.fast)
        )
        for byte in 0..<256 { #expect(abs(complete.0.bytes[byte] - bounded.0.bytes[byte]) < 1e-6) }
        #expect(fast.1 < complete.1)
    }

    @Test("a long text costs about one pass, and each byte a token at most")
    func work() throws {
        let sample = ByteCase.all[2]
        let model = SampleModel.random(
            sample.tokenizer, bytes: sample.alphabet, seed: 1, contextLength: 4_000)
        let text = Array(String(repeating: "ab a ba\n", count: 300).utf8)
        var reader = try reader(model, sample.tokenizer, .bounded)
        #expect(try reader.start(with: text, special: .asText))
        let tokens = sample.tokenizer.encode(String(decoding: text, as: UTF8.self)).count
        #expect(reader.statistics.modelTokens < tokens + 40)
        let (before, encodings) = (model.readCount, reader.statistics.encodings)
        for byte in Array("ab a ba ab".utf8) {
            _ = try reader.distribution()
            try reader.advance(by: byte)
        }
        _ = try reader.distribution()
        #expect(model.readCount - before < 40)
        #expect(reader.statistics.encodings - encodings < 5_000)
    }

    @Test("goes on for ten thousand bytes with the same care")
    func endurance() throws {
        let sample = ByteCase.all[0]
        let model = SampleModel.random(
            sample.tokenizer, bytes: sample.alphabet, seed: 2, contextLength: 20_000)
        var reader = try reader(model, sample.tokenizer, .fast)
        #expect(try reader.start(with: [], special: .asText))
        let random = CounterRandom(seed: 4)
        for position in 0..<10_000 {
            let byte = sample.alphabet[random.index(below: 2, at: position)]
            if position % 500 == 0 {
                let distribution = try reader.distribution()
                #expect(distribution.bytes.allSatisfy { $0 >= 0 && $0 <= 1 })
            }
            try reader.advance(by: byte)
        }
        #expect(reader.statistics.mostCovers < 100)
    }

    @Test("a prompt may end in a special token, be empty, or fill the context")
    func edges() throws {
        let tokenizer = MergingTokenizer(["ab"])
        let model = SampleModel.random(tokenizer, bytes: Array("ab".utf8), seed: 1, contextLength: 8)
        var reader = try reader(model, tokenizer)
        #expect(try reader.start(after: [257, 256], with: []))
        let next = try reader.distribution()
        #expect(next.bytes[0x61] > 0 && next.bytes[0x62] > 0 && next.end > 0)
        #expect(try reader.start(with: []))
        _ = try reader.distribution()
        expectLocatedError(field: "prompt", problem: "do not fit") {
            _ = try reader.start(with: Array("aaaaaaaaaaaa".utf8))
            _ = try reader.distribution()
        }
    }

    @Test("text without any probability, ill-formed text and bytes without tokens are errors, never a NaN")
    func refused() throws {
        let tokenizer = MergingTokenizer(["ab"])
        let model = SampleModel.random(tokenizer, bytes: Array("ab".utf8), seed: 1)
        var reader = try reader(model, tokenizer)
        expectLocatedError(field: "text") {
            _ = try reader.start(with: Array("abx".utf8))
            _ = try reader.distribution()
        }
        expectLocatedError(problem: "not valid UTF-8") { try reader.start(with: [0x61, 0xFF, 0x61]) }
        expectLocatedError(field: "text") {
            _ = try reader.start(with: Array("a".utf8))
            try reader.advance(by: 0x7A)
            _ = try reader.distribution()
        }
        let broken = SampleModel(vocabularySize: tokenizer.vocabularySize) { _ in
            Array(repeating: .nan, count: tokenizer.vocabularySize)
        }
        var other = try self.reader(broken, tokenizer)
        expectLocatedError(field: "logits") {
            _ = try other.start(with: Array("a".utf8))
            _ = try other.distribution()
        }
    }

    @Test("a vocabulary that cannot spell every byte of its tokens is refused")
    func vocabulary() {
        struct Words: Tokenizer {
            let texts: [String]
            let vocabularySize = 4
            let specialTokens = SpecialTokens()
            func encode(
                _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
            ) {}
            func bytes(of id: TokenID) -> [UInt8] { Int(id) < texts.count ? Array(texts[Int(id)].utf8) : [] }
            func spelling(of id: TokenID) -> String? { nil }
            func id(ofSpelling spelling: String) -> TokenID? { nil }
        }
        expectLocatedError(field: "vocabulary", problem: "0x64") {
            try ByteVocabulary(Words(texts: ["a", "b", "c", "abcd"]))
        }
        expectLocatedError(field: "vocabulary", problem: "no token") { try ByteVocabulary(Words(texts: [])) }
    }

    @Test("a tokenizer that changes texts is refused")
    func changing() throws {
        struct Lowercase: Tokenizer {
            let base = MergingTokenizer([])
            var vocabularySize: Int { base.vocabularySize }
            var specialTokens: SpecialTokens { base.specialTokens }
            func encode(
                _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
            ) { ids += text.map { TokenID($0 | 0x20) } }
            func bytes(of id: TokenID) -> [UInt8] { base.bytes(of: id) }
            func spelling(of id: TokenID) -> String? { base.spelling(of: id) }
            func id(ofSpelling spelling: String) -> TokenID? { nil }
        }
        let model = SampleModel.random(MergingTokenizer([]), bytes: Array("ab".utf8), seed: 1)
        var reader = try ExactBytes(
            model: model, tokenizer: Lowercase(), vocabulary: ByteVocabulary(Lowercase()))
        expectLocatedError(field: "tokenizer", problem: "changes the text") {
            try reader.start(with: Array("aB".utf8))
        }
    }

    @Test("a tokenizer that puts a space in front of texts is followed")
    func leadingSpace() throws {
        struct Spaced: Tokenizer {
            let base = MergingTokenizer([" a", "ab", " ab"])
            var vocabularySize: Int { base.vocabularySize }
            var specialTokens: SpecialTokens { base.specialTokens }
            func encode(
                _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
            ) {
                guard !text.isEmpty else { return }
                ([0x20] + text).withUnsafeBufferPointer { base.encode($0, special: special, into: &ids) }
            }
            func bytes(of id: TokenID) -> [UInt8] { base.bytes(of: id) }
            func spelling(of id: TokenID) -> String? { base.spelling(of: id) }
            func id(ofSpelling spelling: String) -> TokenID? { nil }
        }
        let plain = Spaced().base
        let model = SampleModel.random(plain, bytes: Array("ab ".utf8), seed: 6)
        var spaced = try ExactBytes(
            model: model, tokenizer: Spaced(), vocabulary: ByteVocabulary(Spaced()), effort: .complete)
        var other = try reader(model, plain)
        for text in ["a", "ab", "ab a", "abb ab b"] {
            #expect(try spaced.start(with: Array(text.utf8), special: .asText))
            #expect(try other.start(with: Array(" \(text)".utf8), special: .asText))
            let (left, right) = (try spaced.distribution(), try other.distribution())
            for byte in 0..<256 { #expect(abs(left.bytes[byte] - right.bytes[byte]) < 1e-9, "\(text)") }
        }
        func expectSame(_ note: String) throws {
            // Where there is no text yet, one of them may end it and the other not.
            let (left, right) = (try spaced.distribution().bytes, try other.distribution().bytes)
            let (leftSum, rightSum) = (left.reduce(0, +), right.reduce(0, +))
            for byte in 0..<256 {
                #expect(abs(left[byte] / leftSum - right[byte] / rightSum) < 1e-9, "\(note)")
            }
        }
        // An empty text begins with the space, one behind other tokens does not.
        #expect(try spaced.start(with: [], special: .asText))
        #expect(try other.start(with: Array(" ".utf8), special: .asText))
        try expectSame("empty")
        for text in ["", "ab", "a b"] {
            #expect(try spaced.start(after: [257, 256], with: Array(text.utf8)))
            #expect(try other.start(after: [257, 256], with: Array(text.utf8)))
            try expectSame(text)
        }
        let middle = FillInTheMiddle(prefix: 1, suffix: 2, middle: 3)
        #expect(try spaced.start(between: Array("ab a".utf8), and: Array("b".utf8), middle))
        #expect(try other.start(between: Array("ab a".utf8), and: Array("b".utf8), middle))
        try expectSame("middle")
    }
}
