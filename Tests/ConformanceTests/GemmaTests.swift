import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// Gemma 3 270M on its real weights: windows, two rotary embeddings, norms after the products, heads wider than the
/// hidden size, and a vocabulary of 262,144.
@Suite(
    "Gemma 3 270M agrees with transformers", .serialized,
    .enabled(
        if: Gemma3Model.path != nil,
        "Gemma 3 270M is not in the cache; its terms are Google's, read them and run: Scripts/setup.sh gemma")
)
struct GemmaTests {
    /// The largest difference that 8-bit activations may make to a compared logit: a guard against blunders.
    static let fastTolerance = 2.0

    private func load(_ options: EngineOptions) throws -> DecoderModel {
        try DecoderModel.load(.gguf(path: try #require(Gemma3Model.path)), options: options)
    }

    @Test("its tokenizer gives the golden ids")
    func ids() throws {
        let tokenizer = try TokenizerLoader.load(path: try #require(Gemma3Model.path)).tokenizer
        for prompt in try LogitsGolden.load("gemma3-270m").prompts {
            #expect(tokenizer.promptTokens(of: prompt.text) == prompt.ids, "\(prompt.text)")
        }
    }

    @Test(
        "float32 logits, one text longer than the window, and what follows",
        arguments: InstructionSet.allCases.filter(\.isAvailable))
    func logits(_ instructionSet: InstructionSet) throws {
        let golden = try LogitsGolden.load("gemma3-270m")
        #expect(golden.prompts.count == 6 && golden.fixedIDs.count == 512)
        #expect(golden.prompts.contains { $0.ids.count > 600 }, "the window has 512 tokens")
        let model = try load(EngineOptions(precision: .float32, instructionSet: instructionSet))
        var worst = 0.0
        for prompt in golden.prompts {
            let cache = try model.makeCache(capacity: prompt.ids.count + prompt.greedy.count)
            var logits: [Float] = []
            try model.read(prompt.ids, cache: cache, rows: .last, logits: &logits)
            try #require(logits.count == model.vocabularySize)
            worst = max(worst, golden.expectSame(logits, prompt))
            for (index, expected) in prompt.greedy.enumerated() {
                let best = logits.indices.max { logits[$0] < logits[$1] }.map { TokenID($0) }
                #expect(best == expected, "\(prompt.text): token \(index) after it")
                try model.read([expected], cache: cache, rows: .last, logits: &logits)
            }
        }
        print("Gemma 3 270M, float32 logits, \(instructionSet.rawValue): largest difference \(worst)")
    }

    @Test(
        "fast logits stay near the float32 ones", arguments: InstructionSet.allCases.filter(\.isAvailable))
    func fastLogits(_ instructionSet: InstructionSet) throws {
        let golden = try LogitsGolden.load("gemma3-270m")
        let model = try load(EngineOptions(instructionSet: instructionSet))
        var worst = 0.0
        for prompt in golden.prompts {
            let cache = try model.makeCache(capacity: prompt.ids.count)
            var logits: [Float] = []
            try model.read(prompt.ids, cache: cache, rows: .last, logits: &logits)
            for (id, expected) in prompt.top { worst = max(worst, abs(Double(logits[Int(id)]) - expected)) }
        }
        print("Gemma 3 270M, fast logits, \(instructionSet.rawValue): largest difference \(worst)")
        #expect(worst <= Self.fastTolerance)
    }
}
