import TesseraCore
import TesseraDecoding
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

private func expectClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) {
    #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(a) \(b)")
}

@Suite("Evaluation")
struct EvaluateTests {
    @Test("a model that knows nothing needs log2 of its vocabulary for every token")
    func uniform() throws {
        let model = SampleModel(vocabularySize: 257) { _ in Array(repeating: 0.5, count: 257) }
        let text = Array("abcdefghij".utf8)
        let result = try evaluate(text, model: model, tokenizer: SampleTokenizer())
        #expect((result.tokenCount, result.scoredTokenCount) == (10, 9))
        #expect((result.byteCount, result.scoredByteCount) == (10, 9))
        #expect(!result.startsWithBeginOfText)
        expectClose(result.perplexity, 257)
        expectClose(result.bitsPerByte, log2(257))
        expectClose(result.negativeLogLikelihood, 9 * log(257))
    }

    @Test("by hand: three tokens after a beginning-of-text token")
    func byHand() throws {
        // After B: a with 1/2; after a: b with 1/4; after b: a with 1/8; all else shares the rest.
        let model = SampleModel(vocabularySize: 257) { tokens in
            let (likely, p): (Int, Double) =
                switch tokens.last {
                case 66: (97, 0.5)
                case 97: (98, 0.25)
                default: (97, 0.125)
                }
            var row = Array(repeating: Float(log((1 - p) / 256)), count: 257)
            row[likely] = Float(log(p))
            return row.map { $0 + 100 }
        }
        var tokenizer = SampleTokenizer()
        tokenizer.specialTokens.beginOfText = 66
        tokenizer.specialTokens.addsBeginOfText = true
        let result = try evaluate(Array("aba".utf8), model: model, tokenizer: tokenizer)
        #expect(result.startsWithBeginOfText)
        #expect((result.tokenCount, result.scoredTokenCount, result.scoredByteCount) == (3, 3, 3))
        expectClose(result.negativeLogLikelihood, log(2) + log(4) + log(8), 1e-5)
        expectClose(result.bitsPerByte, 2, 1e-5)
        expectClose(result.perplexity, 4, 1e-5)

        // Without it the first token and its byte are left out.
        let without = try evaluate(Array("aba".utf8), model: model, tokenizer: SampleTokenizer())
        expectClose(without.negativeLogLikelihood, log(4) + log(8), 1e-5)
        expectClose(without.bitsPerByte, 2.5, 1e-5)
    }

    @Test(
        "every token is scored once, with the context that its window leaves",
        arguments: [
            (2, 1), (5, 1), (5, 2), (5, 4), (8, 4), (16, 3), (64, 32), (30, nil), (29, nil), (31, nil),
        ] as [(Int, Int?)])
    func windows(window: Int, stride: Int?) throws {
        // The score of a token is a function of how many tokens it sees and of itself.
        let size = 257
        @Sendable func row(_ seen: Int) -> [Float] {
            let random = CounterRandom(seed: UInt64(seen))
            return (0..<size).map { Float(random.uniform(at: $0)) * 6 }
        }
        let model = SampleModel(vocabularySize: size) { row($0.count) }
        let text = Array("The quick brown fox jumped on.".utf8)
        let result = try evaluate(
            text, model: model, tokenizer: SampleTokenizer(), options: .init(window: window, stride: stride)
        )
        // The reference: walk the windows in plain arithmetic.
        let step = stride ?? window / 2
        var sum = 0.0
        var end = min(window, text.count)
        var next = 1
        while next < text.count {
            let begin = max(0, end - window)
            while next < end {
                let scores = row(next - begin).map(Double.init)
                let top = scores.max()!
                sum += log(scores.reduce(0) { $0 + exp($1 - top) }) + top - scores[Int(text[next])]
                next += 1
            }
            end = min(end + step, text.count)
        }
        #expect(result.scoredTokenCount == text.count - 1)
        expectClose(result.negativeLogLikelihood, sum)
    }

    @Test("the bytes of a token of several bytes are counted as such")
    func bytesOfFirstToken() throws {
        struct Pairs: Tokenizer {
            var vocabularySize: Int { 4 }
            var specialTokens: SpecialTokens { SpecialTokens() }
            func encode(
                _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
            ) {
                ids += Array(repeating: 1, count: text.count / 2)
            }
            func bytes(of id: TokenID) -> [UInt8] { [97, 97] }
            func spelling(of id: TokenID) -> String? { nil }
            func id(ofSpelling spelling: String) -> TokenID? { nil }
        }
        let model = SampleModel(vocabularySize: 4) { _ in [0, 0, 0, 0] }
        let result = try evaluate(Array("aaaaaaaa".utf8), model: model, tokenizer: Pairs())
        #expect((result.byteCount, result.scoredByteCount, result.scoredTokenCount) == (8, 6, 3))
        expectClose(result.bitsPerByte, 1)
    }

    @Test("empty text, text of one token and invalid UTF-8 are errors that name the file")
    func badTexts() {
        for text: [UInt8] in [[], [97], [97, 98, 0xFF, 99]] {
            let error = #expect(throws: LocatedError.self) {
                try evaluate(text, file: "a.txt", model: SampleModel.random(), tokenizer: SampleTokenizer())
            }
            #expect(error?.file == "a.txt")
            #expect(error?.remedy?.isEmpty == false)
            if text.count == 4 { #expect(error?.problem.contains("byte 2") == true) }
        }
    }

    @Test(
        "windows and strides out of range are refused",
        arguments: [
            (1, nil, "--window"), (65, nil, "--window"), (-3, nil, "--window"), (8, 0, "--stride"),
            (8, 8, "--stride"),
            (nil, .max, "--stride"),
        ] as [(Int?, Int?, String)])
    func badWindows(window: Int?, stride: Int?, field: String) {
        let error = #expect(throws: LocatedError.self) {
            try evaluate(
                Array("abc".utf8), model: SampleModel.random(), tokenizer: SampleTokenizer(),
                options: .init(window: window, stride: stride)
            )
        }
        #expect(error?.field == field)
    }

    @Test("scores that are not numbers and tokens outside the model are errors")
    func badScores() {
        let broken = SampleModel(vocabularySize: 257) { _ in Array(repeating: .nan, count: 257) }
        #expect(throws: LocatedError.self) {
            try evaluate(Array("abc".utf8), model: broken, tokenizer: SampleTokenizer())
        }
        let small = SampleModel(vocabularySize: 98) { _ in Array(repeating: 0, count: 98) }
        #expect(throws: LocatedError.self) {
            try evaluate(Array("aac".utf8), model: small, tokenizer: SampleTokenizer())
        }
    }

    @Test("it can be cancelled, and tells how far it is")
    func cancellation() throws {
        let cancellation = Cancellation()
        let progress = Progress { if $0.completed > 10 { cancellation.cancel() } }
        let text = Array(repeating: UInt8(97), count: 100)
        #expect(throws: CancelledError.self) {
            try evaluate(
                text, model: SampleModel.random(), tokenizer: SampleTokenizer(), options: .init(window: 8),
                cancellation: cancellation, progress: progress
            )
        }
    }
}

@Suite("Decode benchmark")
struct DecodeBenchmarkTests {
    @Test("as many rates as repetitions, and the work that was promised")
    func rates() throws {
        let model = SampleModel.random()
        let result = try DecodeBenchmark(promptTokens: 20, generatedTokens: 7, repetitions: 3).run(on: model)
        #expect(result.promptRates.count == 3 && result.generationRates.count == 3)
        #expect((result.promptRates + result.generationRates).allSatisfy { $0 > 0 && $0.isFinite })
        #expect(model.readCount == 4 * (20 + 7))
    }

    @Test(
        "sizes out of range are refused",
        arguments: [
            (0, 1, 1, "--prompt-tokens"), (65, 1, 1, "--prompt-tokens"), (1, 0, 1, "--generated-tokens"),
            (1, 65, 1, "--generated-tokens"), (1, 1, 0, "--repetitions"), (1, 1, .max, "--repetitions"),
        ])
    func sizes(prompt: Int, generated: Int, repetitions: Int, field: String) {
        let benchmark = DecodeBenchmark(
            promptTokens: prompt, generatedTokens: generated, repetitions: repetitions
        )
        let error = #expect(throws: LocatedError.self) { try benchmark.run(on: SampleModel.random()) }
        #expect(error?.field == field)
    }
}
