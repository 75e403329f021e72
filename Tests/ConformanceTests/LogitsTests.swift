import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// The engine's float32 path against Hugging Face transformers on the dequantised weights.
@Suite("logits agree with transformers", .serialized)
struct LogitsTests {
    @Test("float32 logits of 20 prompts", arguments: InstructionSet.allCases.filter(\.isAvailable))
    func logitsMatch(_ instructionSet: InstructionSet) throws {
        let golden = try LogitsGolden.load()
        #expect(golden.prompts.count == 20)
        #expect(golden.fixedIDs.count == 512)
        let model = try DecoderModel.load(
            .gguf(path: try DefaultModel.path()),
            options: EngineOptions(precision: .float32, instructionSet: instructionSet)
        )
        var worst = 0.0
        for prompt in golden.prompts {
            #expect(prompt.top.count == 64)
            let cache = try model.makeCache(capacity: prompt.ids.count)
            var logits: [Float] = []
            try model.read(prompt.ids, cache: cache, rows: .last, logits: &logits)
            try #require(logits.count == model.vocabularySize)

            worst = max(worst, golden.expectSame(logits, prompt))
        }
        print("float32 logits, \(instructionSet.rawValue): largest difference \(worst)")
    }

    /// The largest difference that 8-bit activations may make to a compared logit: a guard against blunders.
    static let fastTolerance = 2.0

    @Test("fast logits stay near the float32 ones", arguments: InstructionSet.allCases.filter(\.isAvailable))
    func fastLogits(_ instructionSet: InstructionSet) throws {
        let golden = try LogitsGolden.load()
        let model = try DecoderModel.load(
            .gguf(path: try DefaultModel.path()), options: EngineOptions(instructionSet: instructionSet)
        )
        var worst = 0.0
        var sameTop = 0
        for prompt in golden.prompts {
            let cache = try model.makeCache(capacity: prompt.ids.count)
            var logits: [Float] = []
            try model.read(prompt.ids, cache: cache, rows: .last, logits: &logits)
            for (id, expected) in prompt.top { worst = max(worst, abs(Double(logits[Int(id)]) - expected)) }
            for (id, expected) in zip(golden.fixedIDs, prompt.fixed) {
                worst = max(worst, abs(Double(logits[Int(id)]) - expected))
            }
            let best = logits.indices.max { logits[$0] < logits[$1] }
            if best.map({ TokenID($0) }) == prompt.top.first?.id { sameTop += 1 }
        }
        print(
            "fast logits, \(instructionSet.rawValue): largest difference \(worst), same top 1: \(sameTop) of 20"
        )
        #expect(worst <= Self.fastTolerance)
        #expect(sameTop >= 18)
    }
}
