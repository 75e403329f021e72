import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// Drafts on a real model, whose rows come from other kernels when there are several.
@Suite("drafts leave the text as it is", .serialized)
struct DraftTests {
    private static let prompts = [
        "def add(first, second):\n    return first + second\n\ndef add(first, second, third):\n",
        "The quick brown fox jumps over the lazy dog. The quick brown",
    ]

    @Test("the real model says the same with every method", arguments: [0, 0.8])
    func identical(_ temperature: Double) throws {
        let path = try DefaultModel.path()
        let model = try DecoderModel.load(.gguf(path: path))
        let tokenizer = try TokenizerLoader.load(path: path).tokenizer
        let options = GenerationOptions(
            sampling: SamplingOptions(temperature: temperature, repetitionPenalty: 1.05, seed: 3),
            maximumTokens: 48)
        for prompt in Self.prompts {
            let tokens = tokenizer.promptTokens(of: prompt)
            var plain = try ReadText(model: model, capacity: 128)
            let expected = try generate(from: tokens, in: &plain, tokenizer: tokenizer, options: options)
            for method in DraftMethod.allCases where method != .none {
                for size in [Drafting.Size.nodes(8), .nodes(20), .measured] {
                    let table = try RecyclingTable(vocabularySize: model.vocabularySize)
                    var drafting = try method.drafting(table: table, size: size)
                    var text = try ReadText(model: model, capacity: 128)
                    let result = try generate(
                        from: tokens, in: &text, drafting: &drafting, tokenizer: tokenizer, options: options)
                    #expect(result.tokens == expected.tokens, "\(method), \(size)")
                    #expect(text.tokens == plain.tokens)
                    // The fox goes on as before; how many drafts pay by measured times, the machine decides.
                    if temperature == 0, prompt == Self.prompts[1], size != .measured {
                        #expect(try #require(result.drafts).accepted > 0, "\(method), \(size)")
                    }
                }
            }
        }
    }

    @Test("the benchmark tells lossless methods from those that change answers")
    func benchmark() throws {
        typealias Benchmark = MethodBenchmark<DecoderModel>
        let path = try DefaultModel.path()
        let model = try DecoderModel.load(.gguf(path: path))
        let tokenizer = try TokenizerLoader.load(path: path).tokenizer
        var arms = try ["recycling:8", "big-little:0", "big-little:9", "window:25%"].map {
            try Benchmark.Arm(named: $0, vocabularySize: model.vocabularySize)
        }
        let benchmark = Benchmark(
            model: model, tokenizer: tokenizer, options: GenerationOptions(maximumTokens: 40))
        let scores = try benchmark.run(Self.prompts.map { tokenizer.promptTokens(of: $0) }, &arms).scores
        #expect(scores.map(\.name) == ["none", "recycling:8", "big-little:0", "big-little:9", "window:25%"])
        for score in scores[..<3] { #expect(score.identical == 2 && score.difference == 0) }
        for score in scores[3...] {
            #expect(score.identical < 2)
            #expect(try #require(score.difference) > 0 && #require(score.difference) <= 1)
        }
        // Every token of the store stands, ten by pass, wherever it knows what follows.
        #expect(try #require(scores[3].tokensPerPass) > #require(scores[2].tokensPerPass))
        #expect(try #require(scores[4].bytesOfCache) <= #require(scores[0].bytesOfCache))
        for name in ["magic", "lookup:x", "lookup:0", "big-little:-1", "h2o:none"] {
            #expect(throws: LocatedError.self, "\(name)") {
                try Benchmark.Arm(named: name, vocabularySize: model.vocabularySize)
            }
        }
    }
}
