import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// What `config.json` may say, and what it must not.
@Suite("configurations of Hugging Face folders")
struct ConfigurationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func configuration(_ change: (inout JSONObject) -> Void) throws -> ModelConfiguration {
        var fields = TinyModel().configuration()
        change(&fields)
        try folder.write(JSONValue.object(fields).serialized(), to: "config.json")
        return try ModelConfiguration(folder: folder.path)
    }

    private func expectError(_ field: String, _ change: (inout JSONObject) -> Void) {
        let error = #expect(throws: LocatedError.self) { _ = try configuration(change) }
        #expect(error?.field == field)
        #expect(error?.file == folder.path("config.json"))
        #expect(error?.remedy != nil)
    }

    @Test("absent fields have the defaults of the class")
    func defaults() throws {
        let full = try configuration { _ in }
        #expect(full.keyValueHeadCount == 2)
        #expect(full.headSize == 32)
        #expect(full.tiedEmbeddings)
        #expect(!full.interleavedRope)

        let sparse = try configuration {
            for field in [
                "num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta", "max_position_embeddings",
                "tie_word_embeddings", "rope_scaling", "hidden_act", "attention_bias",
            ] { $0[field] = nil }
        }
        #expect(sparse.keyValueHeadCount == 4)
        #expect(sparse.headSize == 16)
        #expect(sparse.epsilon == 1e-6)
        #expect(sparse.ropeBase == 10_000)
        #expect(sparse.contextLength == 2048)
        #expect(!sparse.tiedEmbeddings)
    }

    @Test("rotary parameters may lie in an object of their own")
    func ropeParameters() throws {
        let newer = try configuration {
            $0["rope_theta"] = nil
            $0["rope_parameters"] = ["rope_type": "default", "rope_theta": 123_456.0]
        }
        #expect(newer.ropeBase == 123_456)
        let plain = try configuration { $0["rope_scaling"] = ["type": "default"] }
        #expect(plain.ropeBase == 10_000)
    }

    @Test("what this engine does not have is refused by name")
    func unsupported() {
        expectError("architectures") { $0["architectures"] = ["GPT2LMHeadModel"] }
        expectError("model_type") {
            $0["architectures"] = nil
            $0["model_type"] = "gpt2"
        }
        expectError("attention_bias") { $0["attention_bias"] = true }
        expectError("mlp_bias") { $0["mlp_bias"] = true }
        expectError("hidden_act") { $0["hidden_act"] = "gelu" }
        expectError("rope_scaling.rope_type") { $0["rope_scaling"] = ["rope_type": "llama3", "factor": 8.0] }
        expectError("rope_scaling.type") { $0["rope_scaling"] = ["type": "linear", "factor": 2.0] }
        expectError("rope_parameters.rope_type") { $0["rope_parameters"] = ["rope_type": "yarn"] }
        expectError("rope_scaling.factor") { $0["rope_scaling"] = ["factor": 8.0] }
        expectError("rope_scaling") { $0["rope_scaling"] = "linear" }
    }

    @Test("values that cannot be are named")
    func impossible() {
        expectError("num_attention_heads") { $0["num_attention_heads"] = 0 }
        expectError("num_attention_heads") {
            $0["num_attention_heads"] = 7
            $0["head_dim"] = nil
        }
        expectError("num_key_value_heads") { $0["num_key_value_heads"] = 3 }
        expectError("hidden_size") { $0["hidden_size"] = "64" }
        expectError("hidden_size") { $0["hidden_size"] = nil }
        expectError("vocab_size") { $0["vocab_size"] = -1 }
        expectError("num_hidden_layers") { $0["num_hidden_layers"] = 1.5 }
        expectError("head_dim") { $0["head_dim"] = 33 }
        expectError("rms_norm_eps") { $0["rms_norm_eps"] = -1 }
        expectError("rope_theta") { $0["rope_theta"] = 0 }
        expectError("max_position_embeddings") { $0["max_position_embeddings"] = .integer(.max) }
    }

    @Test("the sizes of the largest configuration fit in an Int; larger ones are refused")
    func largest() throws {
        let limits = [
            "num_hidden_layers": 1 << 12, "max_position_embeddings": 1 << 24, "vocab_size": 1 << 24,
            "hidden_size": 1 << 20, "intermediate_size": 1 << 20, "num_attention_heads": 1 << 10,
            "num_key_value_heads": 1 << 10, "head_dim": 1 << 10,
        ]
        func setLimits(_ fields: inout JSONObject) {
            for (field, limit) in limits { fields[field] = .integer(limit) }
            fields["tie_word_embeddings"] = .bool(false)
        }
        let model = try configuration(setLimits)
        let cache = model.cacheBytesPerToken(.float32).multipliedReportingOverflow(by: model.contextLength)
        #expect(!cache.overflow)
        #expect(!model.parameterCount.multipliedReportingOverflow(by: 4).overflow)
        for (field, limit) in limits where !["num_key_value_heads", "head_dim"].contains(field) {
            expectError(field) {
                setLimits(&$0)
                $0[field] = .integer(2 * limit)
            }
        }
    }

    @Test("a folder whose weights belong to another configuration is refused")
    func mismatch() throws {
        try TinyModel().writeFolder(to: folder)
        _ = try configuration { $0["num_hidden_layers"] = 3 }
        let missing = #expect(throws: LocatedError.self) {
            _ = try LlamaModel.load(.folder(path: folder.path))
        }
        #expect(missing?.field == "model.layers.2.input_layernorm.weight")

        _ = try configuration { $0["tie_word_embeddings"] = false }
        let untied = #expect(throws: LocatedError.self) {
            _ = try LlamaModel.load(.folder(path: folder.path))
        }
        #expect(untied?.field == "lm_head.weight")
    }

    @Test("sizes for model info add up")
    func sizes() throws {
        let tiny = TinyModel(tied: false, format: .q8_0)
        let path = folder.path("model.gguf")
        try tiny.gguf().write(to: path)
        let model = try LlamaModel.load(.gguf(path: path), options: EngineOptions(threads: 1))
        let stored = tiny.gguf().tensors.reduce(0) { $0 + $1.bytes.count }
        #expect(model.weightBytes == stored)
        #expect(model.layerBytes.count == tiny.layers)
        let weights = tiny.gguf().tensors.reduce(0) { $0 + $1.dimensions.reduce(1, *) }
        #expect(model.configuration.parameterCount == Int(weights))
        // keys and values, 2 layers, 2 heads of 32, two bytes each
        #expect(model.configuration.cacheBytesPerToken(.float16) == 2 * 2 * 2 * 32 * 2)
        #expect(model.configuration.cacheBytesPerToken(.float32) == 2 * 2 * 2 * 32 * 4)
        #expect(model.cacheUse.pageBytes == model.cacheUse.pageTokens * 2 * 2 * 2 * 32 * 2)
    }
}
