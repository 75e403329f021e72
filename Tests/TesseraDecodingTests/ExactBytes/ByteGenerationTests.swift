import Foundation
import TesseraCore
import TesseraDecoding
import TesseraTestSupport
import Testing

@Suite("Generation byte by byte")
struct ByteGenerationTests {
    private let tokenizer = MergingTokenizer(["ab", "ba", "aba"])
    private let alphabet = Array("ab".utf8)

    private func reader(seed: UInt64 = 1, _ tokenizer: MergingTokenizer? = nil) throws -> ExactBytes<
        SampleModel
    > {
        let tokenizer = tokenizer ?? self.tokenizer
        return try ExactBytes(
            model: SampleModel.random(tokenizer, bytes: alphabet, seed: seed), tokenizer: tokenizer,
            vocabulary: ByteVocabulary(tokenizer), effort: .complete)
    }

    @Test("greedy takes the most likely byte each time, up to the limit")
    func greedy() throws {
        var reader = try reader()
        #expect(try reader.start(with: Array("a".utf8), special: .asText))
        let made = try generateBytes(
            from: &reader, options: GenerationOptions(maximumTokens: 12, ignoresEndOfText: true))
        #expect(made.byteCount == 12 && made.text.utf8.count == 12)
        #expect(made.stopReason == .maximumTokens)
        var again = try self.reader()
        #expect(try again.start(with: Array("a".utf8), special: .asText))
        for byte in made.text.utf8 {
            let next = try again.distribution()
            #expect(next.bytes[Int(byte)] == next.bytes.max())
            try again.advance(by: byte)
        }
    }

    @Test("samples follow the distribution, stop strings stop, the end ends, the context fills")
    func sampling() throws {
        var counts = [0, 0]
        var reader = try reader()
        for seed in 0..<600 {
            #expect(try reader.start(with: Array("ab".utf8), special: .asText))
            let made = try generateBytes(
                from: &reader,
                options: GenerationOptions(
                    sampling: SamplingOptions(temperature: 1, seed: UInt64(seed)), maximumTokens: 1))
            if made.text == "a" { counts[0] += 1 } else if made.text == "b" { counts[1] += 1 }
        }
        #expect(try reader.start(with: Array("ab".utf8), special: .asText))
        let truth = try reader.distribution()
        #expect(abs(Double(counts[0]) / 600 - truth.bytes[0x61]) < 0.08)
        #expect(abs(Double(counts[1]) / 600 - truth.bytes[0x62]) < 0.08)

        #expect(try reader.start(with: Array("ab".utf8), special: .asText))
        let stopped = try generateBytes(
            from: &reader,
            options: GenerationOptions(
                sampling: SamplingOptions(temperature: 1), stopStrings: ["a"], ignoresEndOfText: true))
        #expect(stopped.stopReason == .stopString && !stopped.text.contains("a"))
        #expect(try reader.start(with: Array("ab".utf8), special: .asText))
        let full = try generateBytes(from: &reader, options: GenerationOptions(ignoresEndOfText: true))
        #expect(full.stopReason == .contextFull && full.byteCount > 200)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(try reader.start(with: [], special: .asText))
        #expect(try generateBytes(from: &reader, cancellation: cancellation).stopReason == .cancelled)
        expectLocatedError(field: "--repetition-penalty") {
            try generateBytes(
                from: &reader,
                options: GenerationOptions(sampling: SamplingOptions(repetitionPenalty: 1.1)))
        }
    }

    @Test("a model alone and twice in an ensemble predict the same; members with other merges agree on bytes")
    func ensemble() throws {
        let other = MergingTokenizer(["bb", "aa"])
        var (one, two) = (try reader(), try reader(seed: 2, other))
        var pair = try ByteEnsemble([try reader(), try reader(seed: 2, other)])
        var product = try ByteEnsemble(
            [try reader(), try reader(seed: 2, other)], weights: [3, 1], rule: .product)
        var twice = try ByteEnsemble([try reader(), try reader()])
        let prompt = Array("abbab".utf8)
        for start in [
            try one.start(with: prompt, special: .asText), try two.start(with: prompt, special: .asText),
            try pair.start(with: prompt, special: .asText), try product.start(with: prompt, special: .asText),
            try twice.start(with: prompt, special: .asText),
        ] { #expect(start) }
        for byte in Array("abba".utf8) {
            let (left, right) = (try one.distribution(), try two.distribution())
            let (mean, doubled) = (try pair.distribution(), try twice.distribution())
            let geometric = try product.distribution()
            var total = 0.0
            for symbol in 0..<256 {
                #expect(abs(mean.bytes[symbol] - (left.bytes[symbol] + right.bytes[symbol]) / 2) < 1e-12)
                #expect(abs(doubled.bytes[symbol] - left.bytes[symbol]) < 1e-12)
                total += pow(left.bytes[symbol], 0.75) * pow(right.bytes[symbol], 0.25)
            }
            total += pow(left.end, 0.75) * pow(right.end, 0.25)
            let expected = pow(left.bytes[0x61], 0.75) * pow(right.bytes[0x61], 0.25) / total
            #expect(abs(geometric.bytes[0x61] - expected) < 1e-9)
            try one.advance(by: byte)
            try two.advance(by: byte)
            try pair.advance(by: byte)
            try product.advance(by: byte)
            try twice.advance(by: byte)
        }
        let made = try generateBytes(from: &pair, options: GenerationOptions(maximumTokens: 20))
        #expect(made.text.utf8.count <= 20)
    }

    @Test(
        "an ensemble whose models disagree on special tokens is refused, and so are weights that do not fit")
    func disagreement() throws {
        var endless = tokenizer
        endless.specialTokens = SpecialTokens(beginOfText: 257)
        let reader = try reader()
        let without = try self.reader(endless)
        expectLocatedError(field: "--ensemble", problem: "special tokens") {
            try ByteEnsemble([reader, without])
        }
        expectLocatedError(field: "--ensemble") { try ByteEnsemble([]) }
        expectLocatedError(field: "--ensemble") { try ByteEnsemble([reader], weights: [1, 2]) }
        expectLocatedError(field: "--ensemble") { try ByteEnsemble([reader], weights: [.nan]) }
        expectLocatedError(field: "--ensemble") { try ByteEnsemble([reader], weights: [-1]) }

        // The same prompt holds a special token to one of them and text to the other.
        struct Marked: Tokenizer {
            let base: MergingTokenizer
            var vocabularySize: Int { base.vocabularySize }
            var specialTokens: SpecialTokens { base.specialTokens }
            func encode(
                _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
            ) {
                var text = Array(text)
                if special == .asTokens, text.starts(with: "bb".utf8) {
                    ids.append(256)
                    text.removeFirst(2)
                }
                text.withUnsafeBufferPointer { base.encode($0, special: special, into: &ids) }
            }
            func bytes(of id: TokenID) -> [UInt8] { base.bytes(of: id) }
            func spelling(of id: TokenID) -> String? { base.spelling(of: id) }
            func id(ofSpelling spelling: String) -> TokenID? { nil }
        }
        let marked = try ExactBytes(
            model: SampleModel.random(tokenizer, bytes: alphabet, seed: 1),
            tokenizer: Marked(base: tokenizer),
            vocabulary: ByteVocabulary(tokenizer))
        var pair = try ByteEnsemble([reader, marked])
        expectLocatedError(field: "prompt", problem: "<end>") { try pair.start(with: Array("bba".utf8)) }
        #expect(try pair.start(with: Array("aba".utf8)))
    }

    @Test("the middle of two texts begins with what was cut from the first")
    func middle() throws {
        let words = MergingTokenizer(["ab", " a", " ab"], cutsWords: true)
        let model = SampleModel.random(words, bytes: Array("ab ".utf8), seed: 1)
        var reader = try ExactBytes(model: model, tokenizer: words, vocabulary: ByteVocabulary(words))
        struct Names: Tokenizer {
            let names: [String]
            let vocabularySize = 3
            let specialTokens = SpecialTokens()
            func encode(
                _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
            ) {}
            func bytes(of id: TokenID) -> [UInt8] { [] }
            func spelling(of id: TokenID) -> String? { names[Int(id)] }
            func id(ofSpelling spelling: String) -> TokenID? {
                names.firstIndex(of: spelling).map { TokenID($0 + 300) }
            }
        }
        let names = try FillInTheMiddle(Names(names: ["<fim_prefix>", "<fim_middle>", "<fim_suffix>"]))
        #expect(names.middle == 301 && names.suffix == 302)
        expectLocatedError(field: "--suffix") { try FillInTheMiddle(words) }
        // Ids that the little model has.
        let inside = FillInTheMiddle(prefix: 1, suffix: 2, middle: 3)
        #expect(try reader.start(between: Array("ab a".utf8), and: Array(" b".utf8), inside))
        let made = try reader.distribution()
        var plain = try ExactBytes(model: model, tokenizer: words, vocabulary: ByteVocabulary(words))
        let context =
            [inside.prefix] + words.encode("ab") + [inside.suffix] + words.encode(" b") + [inside.middle]
        #expect(try plain.start(after: context, with: Array(" a".utf8)))
        #expect(try plain.distribution() == made)
    }
}
