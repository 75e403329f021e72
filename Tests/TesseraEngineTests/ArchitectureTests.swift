import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// Every architecture against Hugging Face transformers on tiny models.
@Suite("every architecture computes what transformers computes", .serialized)
struct ArchitectureGoldenTests {
    /// Of the largest logit in a file; fixed before the first run.
    static let tolerance = 1e-4

    /// Of the largest logit: float16 keys and values; weights are float32, so that nothing else is rounded.
    static let fastTolerance = 0.01

    static let isas = TesseraEngine.InstructionSet.allCases.filter(\.isAvailable)

    @Test("float32 logits of a folder", arguments: GoldenModel.causal, ArchitectureGoldenTests.isas)
    func folder(_ name: String, _ isa: TesseraEngine.InstructionSet) throws {
        let golden = try GoldenModel(name)
        let folder = try TemporaryFolder()
        for format: TensorFormat in [.float32, .float16, .bfloat16] {
            try golden.writeFolder(to: folder, format: format)
            try expectGolden(golden, .folder(path: folder.path), isa)
        }
    }

    @Test("fast logits of a folder", arguments: GoldenModel.causal)
    func fast(_ name: String) throws {
        let golden = try GoldenModel(name)
        let folder = try TemporaryFolder()
        try golden.writeFolder(to: folder)
        let model = try DecoderModel.load(.folder(path: folder.path), options: EngineOptions(threads: 2))
        for text in golden.texts { try expectRows(text, of: model, golden, Self.fastTolerance) }
    }

    @Test("sharded folders", arguments: GoldenModel.causal)
    func shards(_ name: String) throws {
        let golden = try GoldenModel(name)
        let folder = try TemporaryFolder()
        try golden.writeFolder(to: folder, shards: 3)
        try expectGolden(golden, .folder(path: folder.path), .best)
    }

    @Test(
        "a wrong number in the configuration is seen",
        arguments: [
            ("llama", "rope_parameters.factor", 4.0), ("llama", "rope_parameters.low_freq_factor", 0.5),
            ("llama", "rope_parameters.high_freq_factor", 8), ("mistral", "sliding_window", 7),
            ("mistral", "rope_parameters.rope_theta", 1100), ("qwen2", "sliding_window", 5),
            ("qwen2-yarn", "rope_parameters.factor", 3), ("qwen2-yarn", "rope_parameters.beta_slow", 0.25),
            ("qwen2-yarn", "rope_parameters.attention_factor", 1.1), ("qwen3", "rms_norm_eps", 0.01),
            ("smollm3", "no_rope_layers[3]", 1), ("smollm3", "no_rope_layers[1]", 0),
            ("gemma3", "query_pre_attn_scalar", 16), ("gemma3", "sliding_window", 7),
            ("gemma3", "rope_parameters.sliding_attention.rope_theta", 110),
            ("gemma3", "rope_parameters.full_attention.factor", 2), ("phi3", "sliding_window", 11),
            ("phi3", "rope_parameters.original_max_position_embeddings", 32),
            ("phi3", "rope_parameters.partial_rotary_factor", 1),
            ("phi3", "rope_parameters.long_factor[0]", 1), ("gpt2", "layer_norm_epsilon", 0.01),
        ] as [(String, String, Double)])
    func sensitivity(_ name: String, _ field: String, _ value: Double) throws {
        let golden = try GoldenModel(name)
        let folder = try TemporaryFolder()
        try golden.writeFolder(to: folder, change: { $0.set(field, to: .number(value)) })
        let model: DecoderModel
        do throws(LocatedError) {
            model = try DecoderModel.load(
                .folder(path: folder.path), options: EngineOptions(threads: 1, precision: .float32))
        } catch {
            // The other half of the head has no long and short factors.
            #expect(field == "rope_parameters.partial_rotary_factor", "\(error)")
            return
        }
        var worst = 0.0
        for text in golden.texts {
            var found: [Float] = []
            try model.read(
                text.ids, cache: try model.makeCache(capacity: text.ids.count), rows: .all, logits: &found)
            for (a, b) in zip(found, text.rows.joined()) { worst = max(worst, abs(Double(a) - b)) }
        }
        #expect(worst > 5 * Self.tolerance * golden.largest, "\(field): off by \(worst) only")
    }

    /// Compares every row of logits: of all tokens at once, and token by token in a batch of its own.
    private func expectGolden(
        _ golden: GoldenModel, _ location: ModelLocation, _ isa: TesseraEngine.InstructionSet
    ) throws {
        let model = try DecoderModel.load(
            location, options: EngineOptions(threads: 2, precision: .float32, instructionSet: isa))
        for text in golden.texts { try expectRows(text, of: model, golden, Self.tolerance) }
    }

    private func expectRows(
        _ text: GoldenModel.Text, of model: DecoderModel, _ golden: GoldenModel, _ tolerance: Double
    ) throws {
        let count = text.ids.count
        var atOnce: [Float] = []
        try model.read(text.ids, cache: try model.makeCache(capacity: count), rows: .all, logits: &atOnce)
        try #require(atOnce.count == count * model.vocabularySize)
        expectClose(atOnce, text.rows, golden, tolerance)

        let cache = try model.makeCache(capacity: count)
        var stepwise: [Float] = []
        for token in text.ids {
            var row: [Float] = []
            try model.read([token], cache: cache, rows: .last, logits: &row)
            stepwise += row
        }
        #expect(stepwise == atOnce, "\(golden.name): token by token")
    }

    private func expectClose(_ found: [Float], _ rows: [[Double]], _ golden: GoldenModel, _ tolerance: Double)
    {
        let expected = Array(rows.joined())
        #expect(found.count == expected.count)
        let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst <= tolerance * golden.largest, "\(golden.name): off by \(worst) of \(golden.largest)")
    }
}
