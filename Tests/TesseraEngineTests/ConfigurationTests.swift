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
        #expect(full.rotary.map(\.isInterleaved) == [false])

        let sparse = try configuration {
            for field in [
                "num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta", "max_position_embeddings",
                "tie_word_embeddings", "rope_scaling", "hidden_act", "attention_bias",
            ] { $0[field] = nil }
        }
        #expect(sparse.keyValueHeadCount == 4)
        #expect(sparse.headSize == 16)
        #expect(sparse.epsilon == 1e-6)
        #expect(sparse.rotary.map(\.base) == [10_000])
        #expect(sparse.contextLength == 2048)
        #expect(!sparse.tiedEmbeddings)
    }

    @Test(
        "absent fields have the defaults of each class",
        arguments: [
            ("llama", 32, 1e-6, 2048), ("mistral", 8, 1e-6, 131_072), ("qwen2", 32, 1e-6, 32_768),
            ("qwen3", 32, 1e-6, 32_768), ("smollm3", 4, 1e-6, 32_768), ("gemma3", 4, 1e-6, 131_072),
            ("phi3", 32, 1e-5, 4096),
        ])
    func classDefaults(name: String, keyValueHeads: Int, epsilon: Double, context: Int) throws {
        let golden = try GoldenModel(name)
        func read(_ change: (inout JSONObject) -> Void) throws -> ModelConfiguration {
            try golden.writeFolder(to: folder) {
                $0["num_attention_heads"] = 32
                $0["head_dim"] = 8
                for field in [
                    "num_key_value_heads", "rms_norm_eps", "max_position_embeddings", "rope_parameters",
                ] {
                    $0[field] = nil
                }
                change(&$0)
            }
            return try ModelConfiguration(folder: folder.path)
        }
        let found = try read { _ in }
        #expect(found.keyValueHeadCount == keyValueHeads)
        #expect(found.epsilon == epsilon)
        #expect(found.contextLength == context)
        #expect(try read { $0["num_key_value_heads"] = .null }.keyValueHeadCount == 32)
    }

    @Test("SmolLM3's window is for the layers that do not turn, and there is none by itself")
    func smolLM3Window() throws {
        func windows(_ change: (inout JSONObject) -> Void) throws -> [Int?] {
            try GoldenModel("smollm3").writeFolder(to: folder) {
                $0["no_rope_layers"] = [1, 0, 1, 0]
                $0["layer_types"] = nil
                $0["use_sliding_window"] = true
                change(&$0)
            }
            return try ModelConfiguration(folder: folder.path).layers.map(\.window)
        }
        #expect(try windows { $0["sliding_window"] = 6 } == [nil, 6, nil, 6])
        #expect(try windows { $0["sliding_window"] = nil } == [nil, nil, nil, nil])
        #expect(try windows { $0.set("use_sliding_window", to: false) } == [nil, nil, nil, nil])
    }

    @Test("rotary parameters may lie in an object of their own")
    func ropeParameters() throws {
        let newer = try configuration {
            $0["rope_theta"] = nil
            $0["rope_parameters"] = ["rope_type": "default", "rope_theta": 123_456.0]
        }
        #expect(newer.rotary.map(\.base) == [123_456])
        let plain = try configuration { $0["rope_scaling"] = ["type": "default"] }
        #expect(plain.rotary.map(\.base) == [10_000])
    }

    @Test("what this engine does not have is refused by name")
    func unsupported() {
        expectError("architectures") { $0["architectures"] = ["MambaForCausalLM"] }
        expectError("model_type") {
            $0["architectures"] = nil
            $0["model_type"] = "mamba"
        }
        expectError("hidden_act") { $0["hidden_act"] = "mish" }
        expectError("rope_scaling.rope_type") {
            $0["rope_scaling"] = ["rope_type": "dynamic", "factor": 8.0]
        }
        expectError("rope_parameters.rope_type") { $0["rope_parameters"] = ["rope_type": "proportional"] }
        expectError("rope_scaling.factor") { $0["rope_scaling"] = ["factor": 8.0] }
        expectError("rope_scaling") { $0["rope_scaling"] = "linear" }
    }

    @Test("numbers of a scaled rotary embedding that cannot be are named")
    func impossibleScaling() {
        func expect(_ field: String, _ scaling: JSONValue) {
            expectError("rope_scaling.\(field)") { $0["rope_scaling"] = scaling }
        }
        expect("factor", ["type": "linear"])
        expect("factor", ["type": "linear", "factor": 0])
        expect("factor", ["type": "linear", "factor": -2.0])
        expect("factor", ["type": "linear", "factor": "8"])
        let llama3: JSONObject = [
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        ]
        func expectLlama3(_ field: String, _ value: JSONValue?) {
            var scaling = llama3
            scaling[field] = value
            expect(field, .object(scaling))
        }
        for field in ["factor", "low_freq_factor", "high_freq_factor"] {
            for value in [nil, 0, -1.0, "1"] as [JSONValue?] { expectLlama3(field, value) }
        }
        expectLlama3("high_freq_factor", 1.0)
        for value: JSONValue in [0, -1, .integer(.max), "8192", 1.5] {
            expectLlama3("original_max_position_embeddings", value)
        }
        expectError("original_max_position_embeddings") {
            var scaling = llama3
            scaling["original_max_position_embeddings"] = nil
            $0["rope_scaling"] = .object(scaling)
        }
        let ones = JSONValue.array(Array(repeating: .number(1), count: 16))
        let long: JSONObject = [
            "type": "longrope", "original_max_position_embeddings": 64, "short_factor": ones,
            "long_factor": ones,
        ]
        for field in ["short_factor", "long_factor"] {
            for value in [nil, [1.0], [], "1", .array(Array(repeating: .number(0), count: 16))]
                as [JSONValue?]
            {
                var scaling = long
                scaling[field] = value
                let error = #expect(throws: LocatedError.self) {
                    _ = try configuration { $0["rope_scaling"] = .object(scaling) }
                }
                #expect(error?.field?.hasPrefix("rope_scaling.\(field)") == true)
            }
        }
        expectError("partial_rotary_factor") { $0["partial_rotary_factor"] = 0 }
        expectError("partial_rotary_factor") { $0["partial_rotary_factor"] = 1.5 }
        expectError("partial_rotary_factor") { $0["partial_rotary_factor"] = 0.1 }
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
            _ = try DecoderModel.load(.folder(path: folder.path))
        }
        #expect(missing?.field == "model.layers.2.input_layernorm.weight")

        _ = try configuration { $0["tie_word_embeddings"] = false }
        let untied = #expect(throws: LocatedError.self) {
            _ = try DecoderModel.load(.folder(path: folder.path))
        }
        #expect(untied?.field == "lm_head.weight")
    }

    @Test("sizes for model info add up")
    func sizes() throws {
        let tiny = TinyModel(tied: false, format: .q8_0)
        let path = folder.path("model.gguf")
        try tiny.gguf().write(to: path)
        let model = try DecoderModel.load(.gguf(path: path), options: EngineOptions(threads: 1))
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
