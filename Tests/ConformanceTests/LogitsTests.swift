import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// The engine's float32 path against Hugging Face transformers on the dequantised weights.
///
/// The tolerances were committed before the first comparison and do not move: a failure is a bug to be found.
@Suite("logits agree with transformers", .serialized)
struct LogitsTests {
    /// The largest difference of a compared logit; logits of these prompts span about 40.
    static let tolerance = 2e-3

    /// Ids may swap places in the top 64 when their logits are this close.
    static let swapTolerance = 4e-3

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

            let compared =
                prompt.top.map { ($0.id, $0.logit) } + zip(golden.fixedIDs, prompt.fixed).map { ($0, $1) }
            for (id, expected) in compared {
                let difference = abs(Double(logits[Int(id)]) - expected)
                worst = max(worst, difference)
                #expect(difference <= Self.tolerance, "\(prompt.text): logit of \(id)")
            }
            expectSameTop(logits, prompt)
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

    private func expectSameTop(_ logits: [Float], _ prompt: LogitsGolden.Prompt) {
        let ranked = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }.prefix(prompt.top.count)
        #expect(ranked.first.map { TokenID($0) } == prompt.top.first?.id, "\(prompt.text): top 1")

        let expected = Set(prompt.top.map(\.id))
        let found = Set(ranked.map { TokenID($0) })
        let lowestExpected = prompt.top.last?.logit ?? 0
        let lowestFound = ranked.last.map { Double(logits[$0]) } ?? 0
        for id in found.subtracting(expected) {
            let excess = Double(logits[Int(id)]) - lowestExpected
            #expect(abs(excess) <= Self.swapTolerance, "\(prompt.text): \(id) is in the top 64")
        }
        for id in expected.subtracting(found) {
            let deficit = lowestFound - Double(logits[Int(id)])
            #expect(abs(deficit) <= Self.swapTolerance, "\(prompt.text): \(id) is not in the top 64")
        }
    }
}
