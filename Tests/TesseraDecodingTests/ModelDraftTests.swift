import TesseraCore
import TesseraDecoding
import Testing

@Suite("Drafts from a smaller model")
struct ModelDraftTests {
    private static let prompt: [TokenID] = [97, 98, 99]
    private let large = SampleModel.babbling(seed: 1)
    private let small = SampleModel.babbling(seed: 2)
    private let options = GenerationOptions(maximumTokens: 60, ignoresEndOfText: true)

    private func run(
        _ drafting: Drafting?, _ options: GenerationOptions, model: SampleModel? = nil
    ) throws -> Generation {
        var drafting = drafting
        var text = try ReadText(model: model ?? large)
        return try generate(
            from: Self.prompt, in: &text, drafting: &drafting, tokenizer: SampleTokenizer(), options: options)
    }

    @Test("the text is that of the large model, greedy and drawn", arguments: [0, 0.8], [0, 0.3, 0.6, 1])
    func identical(_ temperature: Double, _ fallback: Double) throws {
        var options = options
        options.sampling = SamplingOptions(temperature: temperature, repetitionPenalty: 1.2, seed: 4)
        let source = try ModelDrafts(
            small, vocabularySize: 257, sampling: options.sampling, fallback: fallback)
        for size in [Drafting.Size.nodes(4), .measured] {
            let drafted = try run(try Drafting(source, size: size), options)
            #expect(try drafted.tokens == run(nil, options).tokens)
        }
    }

    @Test("a small model that is the large one is always right", arguments: [0, 0.8])
    func same(_ temperature: Double) throws {
        var options = options
        options.sampling = SamplingOptions(temperature: temperature, seed: 4)
        let source = try ModelDrafts(large, vocabularySize: 257, sampling: options.sampling, mostSteps: 5)
        let counts = try #require(try run(try Drafting(source, size: .nodes(5)), options).drafts)
        // 59 tokens after the first, six by pass.
        #expect(counts.passes == 10)
        #expect(counts.accepted == counts.drafted)
    }

    @Test("big-little without rollback is exact; with it, what differs is counted")
    func bigLittle() throws {
        let plain = try run(nil, options)
        for fallback in [0, 0.3, 0.6, 0.9] {
            let exact = try Drafting.bigLittle(small, vocabularySize: 257, fallback: fallback)
            let result = try run(exact, options)
            #expect(result.tokens == plain.tokens)
            #expect(result.drafts?.tolerated == 0)
        }
        let loose = try Drafting.bigLittle(
            small, vocabularySize: 257, fallback: 0, rollback: 30, mostSteps: 8)
        let result = try run(loose, options)
        let counts = try #require(result.drafts)
        #expect(result.tokens != plain.tokens)
        #expect(counts.tolerated > 0)
        // Whatever the small model writes stands: eight tokens and one of the large model by pass.
        #expect(counts.passes == 7)
        #expect(counts.accepted == counts.drafted)
        var drawn = options
        drawn.sampling = SamplingOptions(temperature: 0.8)
        #expect(throws: LocatedError.self) { try run(loose, drawn) }
    }

    @Test("a text that outgrows the small model goes on without drafts")
    func smallContext() throws {
        let short = SampleModel.babbling(seed: 2, contextLength: 20)
        let source = try ModelDrafts(short, vocabularySize: 257)
        let drafted = try run(try Drafting(source, size: .nodes(4)), options)
        #expect(try drafted.tokens == run(nil, options).tokens)
    }

    @Test("another vocabulary and options out of range are refused")
    func refused() {
        func field(_ body: () throws -> Void) -> String? {
            #expect(throws: LocatedError.self, performing: body)?.field
        }
        #expect(field { _ = try ModelDrafts(small, vocabularySize: 258) } == "--draft-model")
        for fallback in [-0.1, 1.1, .nan] {
            #expect(
                field { _ = try ModelDrafts(small, vocabularySize: 257, fallback: fallback) } == "--fallback")
        }
        for steps in [0, -1, 256] {
            #expect(
                field { _ = try ModelDrafts(small, vocabularySize: 257, mostSteps: steps) }
                    == "--max-small-steps")
        }
        for rollback in [-1, Double.nan, .infinity] {
            #expect(
                field { _ = try Drafting.bigLittle(small, vocabularySize: 257, rollback: rollback) }
                    == "--rollback")
        }
    }
}

@Suite("Adaptive drafts")
struct AdaptiveDraftTests {
    @Test("what followed two tokens most is drafted first, and memory is bounded")
    func store() {
        var source = AdaptiveDrafts(mostPairs: 5)
        let text: [TokenID] = [1, 2, 3, 1, 2, 3, 1, 2, 4, 1, 2]
        let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
        source.observe(ReadPass(tokens: text, accepted: Array(text.indices), logits: nothing, isPrompt: true))
        #expect(source.pairCount == 5)
        let tree = source.propose(after: text, limit: 8)
        #expect(tree.nodes.first?.token == 3)
        #expect(tree.child(of: -1, holding: 4) != nil)
        #expect(tree.count == 8)
        for index in 0..<100 { _ = source.propose(after: [0, TokenID(index), 7], limit: 3) }
        #expect(source.pairCount == 5)
        for text in [[], [1]] as [[TokenID]] { #expect(source.propose(after: text, limit: 3).count == 0) }
    }
}
