import TesseraCore
import TesseraDecoding
import Testing

private let hello = Array("Hello".utf8).map(TokenID.init)

/// Generates after `prompt` and records the pieces that are shown.
private func run(
    _ model: SampleModel, prompt: [TokenID] = [1, 2, 3], tokenizer: SampleTokenizer = SampleTokenizer(),
    options: GenerationOptions = GenerationOptions(), cancellation: Cancellation = Cancellation()
) throws -> (generation: Generation, pieces: [String]) {
    var text = try ReadText(model: model)
    var pieces: [String] = []
    let generation = try generate(
        from: prompt, in: &text, tokenizer: tokenizer, options: options, cancellation: cancellation,
        show: { pieces.append($0) }
    )
    return (generation, pieces)
}

@Suite("Generation")
struct GenerateTests {
    @Test("an end-of-text token ends it and is not shown")
    func endOfText() throws {
        let (generation, pieces) = try run(.saying(hello + [256], afterPromptOf: 3))
        #expect(generation.stopReason == .endOfText)
        #expect(generation.text == "Hello")
        #expect(generation.tokens == hello + [256])
        #expect(pieces == ["H", "e", "l", "l", "o"])
        #expect((generation.promptTokenCount, generation.reusedTokenCount) == (3, 0))
    }

    @Test("it can go on past the end of a text")
    func ignoringEndOfText() throws {
        let options = GenerationOptions(maximumTokens: 8, ignoresEndOfText: true)
        let (generation, _) = try run(.saying(hello + [256], afterPromptOf: 3), options: options)
        #expect(generation.stopReason == .maximumTokens)
        #expect(generation.tokens == hello + [256, 256, 256])
    }

    @Test("no more tokens than asked for, and no row is read for nothing", arguments: [1, 2, 5])
    func maximumTokens(count: Int) throws {
        let model = SampleModel.saying([65], afterPromptOf: 3)
        let (generation, _) = try run(model, options: GenerationOptions(maximumTokens: count))
        #expect(generation.stopReason == .maximumTokens)
        #expect(generation.tokens.count == count)
        #expect(model.readCount == 3 + count - 1)
    }

    @Test("the context is filled to its last token and one beyond", arguments: [3, 4, 10])
    func contextFull(contextLength: Int) throws {
        let model = SampleModel.saying([65], afterPromptOf: 3, contextLength: contextLength)
        let (generation, _) = try run(model)
        #expect(generation.stopReason == .contextFull)
        #expect(generation.tokens.count == contextLength - 3 + 1)
        #expect(model.readCount == contextLength)
    }

    @Test("a stop string across tokens ends it, and no part of it is shown")
    func stopString() throws {
        let script = Array("one##two".utf8).map(TokenID.init)
        let (generation, pieces) = try run(
            .saying(script, afterPromptOf: 3), options: GenerationOptions(stopStrings: ["##", "never"])
        )
        #expect(generation.stopReason == .stopString)
        #expect(generation.text == "one")
        #expect(pieces.joined() == "one")
        #expect(generation.tokens.count == 5)
    }

    @Test("a beginning of a stop string at the end of the text is shown after all")
    func unfinishedStopString() throws {
        let script = Array("one#".utf8).map(TokenID.init) + [256]
        let (generation, pieces) = try run(
            .saying(script, afterPromptOf: 3), options: GenerationOptions(stopStrings: ["##"])
        )
        #expect(generation.stopReason == .endOfText)
        #expect(pieces == ["o", "n", "e", "#"])
        #expect(generation.text == "one#")
    }

    @Test("code points whose bytes lie in several tokens are shown whole")
    func codePoints() throws {
        let script = Array("é日😀".utf8).map(TokenID.init) + [256]
        let (generation, pieces) = try run(.saying(script, afterPromptOf: 3))
        #expect(pieces == ["é", "日", "😀"])
        #expect(generation.text == "é日😀")
    }

    @Test("a cut code point becomes U+FFFD at the end, once")
    func cutCodePoint() throws {
        let (generation, _) = try run(.saying([0x41, 0xE6, 0x97, 256], afterPromptOf: 3))
        #expect(generation.text == "A\u{FFFD}")
    }

    @Test("cancelled before it begins, it has read and said nothing")
    func cancelledEarly() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let model = SampleModel.saying([65], afterPromptOf: 3)
        let (generation, pieces) = try run(model, cancellation: cancellation)
        #expect(generation.stopReason == .cancelled)
        #expect(generation.tokens.isEmpty && pieces.isEmpty && model.readCount == 0)
        #expect(generation.firstTokenSeconds == nil)
    }

    @Test("cancelled while it runs, it stops at the next token and keeps what was said")
    func cancelledLate() throws {
        let cancellation = Cancellation()
        var text = try ReadText(model: SampleModel.saying([65], afterPromptOf: 3))
        var said = ""
        let generation = try generate(
            from: [1, 2, 3], in: &text, tokenizer: SampleTokenizer(), cancellation: cancellation,
            show: { piece in
                said += piece
                if said.count == 4 { cancellation.cancel() }
            }
        )
        #expect(generation.stopReason == .cancelled)
        #expect(said == "AAAA" && generation.text == "AAAA")
    }

    @Test("what the reader of the text throws ends it")
    func showThrows() throws {
        let full = LocatedError(file: "standard output", problem: "no space left")
        var text = try ReadText(model: SampleModel.saying([65], afterPromptOf: 3))
        #expect(throws: full) {
            try generate(
                from: [1, 2, 3], in: &text, tokenizer: SampleTokenizer(),
                show: { _ throws(LocatedError) in throw full }
            )
        }
    }

    @Test("a prompt longer than the context is an error with both counts and a remedy")
    func promptTooLong() throws {
        let model = SampleModel.random(contextLength: 10)
        let error = #expect(throws: LocatedError.self) {
            try run(model, prompt: Array(repeating: 1, count: 14))
        }
        #expect(error?.problem.contains("14 tokens") == true)
        #expect(error?.problem.contains("context of 10") == true)
        #expect(error?.remedy?.contains("by 4 tokens") == true)
        #expect(model.readCount == 0)
    }

    @Test("an empty prompt and ids out of range are errors")
    func badPrompts() {
        #expect(throws: LocatedError.self) { try run(.random(), prompt: []) }
        #expect(throws: LocatedError.self) { try run(.random(), prompt: [1, 999]) }
    }

    @Test("the same seed gives the same text, another seed another, greedy none needed")
    func seeds() throws {
        func text(_ sampling: SamplingOptions) throws -> [TokenID] {
            try run(.random(), options: GenerationOptions(sampling: sampling, maximumTokens: 40)).generation
                .tokens
        }
        let options = SamplingOptions(temperature: 1, topK: 20, repetitionPenalty: 1.1, seed: 5)
        var other = options
        other.seed = 6
        #expect(try text(options) == text(options))
        #expect(try text(options) != text(other))
        #expect(try text(.greedy) == text(SamplingOptions(seed: 7)))
    }

    @Test("times and speeds are there once there is something to measure")
    func timings() throws {
        let (generation, _) = try run(.random(), options: GenerationOptions(maximumTokens: 20))
        let first = try #require(generation.firstTokenSeconds)
        #expect(first >= generation.promptSeconds)
        #expect(first <= generation.promptSeconds + generation.generationSeconds)
        #expect(try #require(generation.generatedTokensPerSecond) > 0)
        #expect(try #require(generation.promptTokensPerSecond) > 0)
        let (one, _) = try run(.random(), options: GenerationOptions(maximumTokens: 1))
        #expect(one.generatedTokensPerSecond == nil)
    }

    @Test("the beginning-of-text token is added where the model wants it, and not doubled")
    func beginOfText() {
        var tokenizer = SampleTokenizer()
        #expect(tokenizer.promptTokens(of: "A") == [65])
        tokenizer.specialTokens.beginOfText = 66
        #expect(tokenizer.promptTokens(of: "A") == [65])
        tokenizer.specialTokens.addsBeginOfText = true
        #expect(tokenizer.promptTokens(of: "A") == [66, 65])
        #expect(tokenizer.promptTokens(of: "BA") == [66, 65])
        #expect(tokenizer.promptTokens(of: "") == [66])
    }
}

@Suite("Text a model has read")
struct ReadTextTests {
    @Test("only what is not shared is read, and the logits are the same as from nothing")
    func sharedPrefix() throws {
        let model = SampleModel.random()
        var text = try ReadText(model: model)
        var logits: [Float] = []
        for (prompt, newCount) in [
            ([1, 2, 3, 4], 4), ([1, 2, 3, 4, 5], 1), ([1, 2, 3, 4, 5], 1), ([1, 2, 9], 1), ([1, 2], 1),
            ([7], 1),
            ([7, 1, 2], 2),
        ] as [([TokenID], Int)] {
            let before = model.readCount
            #expect(text.sharedCount(with: prompt) == prompt.count - newCount)
            #expect(try text.read(prompt, logits: &logits))
            #expect(model.readCount - before == newCount)
            #expect(text.tokens == prompt)

            var fresh: [Float] = []
            try model.read(prompt, cache: model.makeCache(capacity: 64), rows: .last, logits: &fresh)
            #expect(logits == fresh)
        }
    }

    @Test("long prompts are read in blocks that report their progress and can be cancelled between")
    func blocks() throws {
        let model = SampleModel.random(contextLength: 2_000)
        let prompt = (0..<1_000).map { TokenID($0 % 250) }
        var text = try ReadText(model: model)
        var logits: [Float] = []
        let cancellation = Cancellation()
        let stopping = Progress { if $0.completed >= 500 { cancellation.cancel() } }
        #expect(try !text.read(prompt, logits: &logits, cancellation: cancellation, progress: stopping))
        #expect(text.tokens.count == 512)
        // What was read is kept.
        #expect(try text.read(prompt, logits: &logits))
        #expect(model.readCount == 1_000)
        #expect(logits.count == model.vocabularySize)
    }

    @Test("a capacity outside the context is refused", arguments: [-1, 0, 65, .max])
    func capacity(capacity: Int) {
        let error = #expect(throws: LocatedError.self) {
            try ReadText(model: SampleModel.random(contextLength: 64), capacity: capacity)
        }
        #expect(error?.field == "--context")
    }
}
