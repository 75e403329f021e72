import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// Damaged models and impossible requests give one located error, and damaged numbers never trap.
@Suite("hostile models and requests", .serialized)
struct HostileModelTests {
    private func load(
        _ builder: GGUFBuilder, _ options: EngineOptions = EngineOptions(threads: 1)
    ) throws(LocatedError) -> DecoderModel {
        try DecoderModel.load(gguf: builder.file(path: "hostile.gguf"), options: options)
    }

    private func expectError(
        _ builder: GGUFBuilder, field: String, _ location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: LocatedError.self, sourceLocation: location) { _ = try load(builder) }
        #expect(error?.field == field, "\(String(describing: error))", sourceLocation: location)
        #expect(error?.file == "hostile.gguf", sourceLocation: location)
        #expect(error?.remedy != nil, sourceLocation: location)
    }

    @Test(
        "a metadata value that cannot be is named",
        arguments: [
            ("llama.attention.head_count", 0), ("llama.attention.head_count", 1 << 30),
            ("llama.attention.head_count_kv", 0), ("llama.attention.head_count_kv", 3),
            ("llama.attention.head_count_kv", 8), ("llama.attention.key_length", 0),
            ("llama.attention.key_length", 31),
            ("llama.block_count", 0), ("llama.block_count", .max), ("llama.context_length", 0),
            ("llama.context_length", .max), ("llama.embedding_length", 0), ("llama.embedding_length", .max),
            ("llama.feed_forward_length", 0), ("llama.vocab_size", 0), ("llama.rope.dimension_count", 0),
            ("llama.rope.dimension_count", 15), ("llama.rope.dimension_count", 64),
            ("llama.attention.sliding_window", .max),
            ("llama.attention.value_length", 16),
        ] as [(String, UInt32)])
    func impossibleValue(_ field: String, _ value: UInt32) {
        var builder = TinyModel().gguf()
        builder[field] = .uint32(value)
        expectError(builder, field: field)
    }

    @Test("a number that is not one is named")
    func impossibleNumbers() {
        for (field, value) in [
            ("llama.rope.freq_base", Float.nan), ("llama.rope.freq_base", 0),
            ("llama.rope.freq_base", .infinity),
            ("llama.attention.layer_norm_rms_epsilon", -1), ("llama.attention.layer_norm_rms_epsilon", .nan),
        ] {
            var builder = TinyModel().gguf()
            builder[field] = .float32(value)
            expectError(builder, field: field)
        }
    }

    @Test(
        "a missing required value is named",
        arguments: [
            "general.architecture", "llama.block_count", "llama.context_length", "llama.embedding_length",
            "llama.feed_forward_length", "llama.attention.head_count",
            "llama.attention.layer_norm_rms_epsilon",
        ])
    func missingValue(_ field: String) {
        var builder = TinyModel().gguf()
        builder[field] = nil
        expectError(builder, field: field)
    }

    @Test("what is not supported is refused by name")
    func unsupported() throws {
        var builder = TinyModel().gguf()
        builder["general.architecture"] = .string("mamba")
        expectError(builder, field: "general.architecture")

        builder = TinyModel().gguf()
        builder["llama.rope.scaling.type"] = .string("longrope")
        expectError(builder, field: "llama.rope.scaling.type")
        builder["llama.rope.scaling.type"] = .string("yarn")
        builder["llama.rope.scaling.factor"] = .float32(4)
        expectError(builder, field: "llama.rope.scaling.original_context_length")
        builder["llama.rope.scaling.original_context_length"] = .uint32(0)
        expectError(builder, field: "llama.rope.scaling.original_context_length")

        for field in ["llama.rope.scaling.factor", "llama.rope.scale_linear"] {
            for (value, scaling) in [(0, .none), (1, .none), (4, .linear(factor: 4))]
                as [(
                    Float, RotaryEmbedding.Scaling
                )]
            {
                builder = TinyModel().gguf()
                builder[field] = .float32(value)
                #expect(try load(builder).configuration.rotary[0].scaling == scaling)
            }
            builder["llama.rope.scaling.type"] = .string("none")
            builder["llama.rope.scaling.factor"] = .float32(4)
            #expect(try load(builder).configuration.rotary[0].scaling == .none)
            for value: Float in [-1, .nan, .infinity] {
                builder = TinyModel().gguf()
                builder[field] = .float32(value)
                expectError(builder, field: field)
            }
        }

        builder = TinyModel().gguf()
        builder["llama.expert_count"] = .uint32(8)
        expectError(builder, field: "llama.expert_count")
        builder["llama.expert_count"] = .uint32(0)
        #expect(throws: Never.self) { _ = try load(builder) }

        builder = TinyModel().gguf()
        builder.addTensor("rope_freqs.weight", shape: [16], floats: Array(repeating: 2, count: 16))
        #expect(
            try load(builder).configuration.rotary[0].scaling == .divided(by: Array(repeating: 2, count: 16)))
        for numbers in [Array(repeating: Float(0), count: 16), Array(repeating: .nan, count: 16), [1]] {
            builder = TinyModel().gguf()
            builder.addTensor("rope_freqs.weight", shape: [numbers.count], floats: numbers)
            expectError(builder, field: "rope_freqs.weight")
        }

        builder = TinyModel().gguf()
        builder.addTensor("blk.1.attn_q.bias", shape: [128], floats: Array(repeating: 1, count: 128))
        expectError(builder, field: "blk.1.attn_q.bias")
    }

    @Test("every missing tensor is named")
    func missingTensors() {
        let whole = TinyModel().gguf()
        for index in whole.tensors.indices {
            var builder = whole
            let name = String(decoding: builder.tensors.remove(at: index).name, as: UTF8.self)
            expectError(builder, field: name)
        }
        var builder = whole
        builder["llama.block_count"] = .uint32(3)
        expectError(builder, field: "blk.2.attn_norm.weight")
    }

    @Test("every wrong shape and every type without kernels is named")
    func wrongTensors() {
        let whole = TinyModel().gguf()
        for index in whole.tensors.indices {
            let name = String(decoding: whole.tensors[index].name, as: UTF8.self)
            var builder = whole
            builder.tensors[index].dimensions[0] -= 2
            expectError(builder, field: name)

            builder = whole
            builder.tensors[index].dimensions.append(1)
            if builder.tensors[index].dimensions.count < 3 { builder.tensors[index].dimensions[1] = 1 }
            expectError(builder, field: name)

            builder = whole
            builder.tensors[index].typeNumber = 11  // Q3_K
            builder.tensors[index].dimensions[0] = 256
            let error = #expect(throws: LocatedError.self) { _ = try load(builder) }
            #expect(error?.field?.isEmpty == false)
        }
    }

    @Test("quantised rows that are not whole blocks are refused")
    func partialBlocks() {
        var model = TinyModel()
        model.hidden = 48
        var builder = model.gguf()
        for index in builder.tensors.indices where builder.tensors[index].dimensions.count == 2 {
            builder.tensors[index].typeNumber = 8  // Q8_0: 34 bytes for 32 weights, fewer than float32 takes
        }
        #expect(throws: LocatedError.self) { _ = try load(builder) }
    }

    @Test("a model with bits flipped loads or fails with an error, and reads without a trap")
    func flippedBits() throws {
        let whole = TinyModel(layers: 1, vocabulary: 20, context: 32, format: .q4_0, seed: 8).gguf().bytes()
        var random = SeededGenerator(seed: 9)
        var loaded = 0
        for round in 0..<400 {
            var bytes = whole
            let head = round.isMultiple(of: 2) ? min(2400, bytes.count) : bytes.count
            for _ in 0...Int.random(in: 0...2, using: &random) {
                bytes[Int.random(in: 0..<head, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            do throws(LocatedError) {
                let file = try GGUFFile(file: MappedFile(copying: bytes, path: "hostile.gguf"))
                let model = try DecoderModel.load(gguf: file, options: EngineOptions(threads: 1))
                let cache = try model.makeCache(capacity: min(8, model.contextLength))
                var logits: [Float] = []
                try model.read(
                    [1, 2, 3].filter { $0 < model.vocabularySize }, cache: cache, rows: .all, logits: &logits)
                loaded += 1
            } catch {
                #expect(!error.problem.isEmpty)
            }
        }
        #expect(loaded > 0)
    }

    @Test("weights that are not numbers give logits, not traps", arguments: EngineOptions.Precision.allCases)
    func notNumbers(_ precision: EngineOptions.Precision) throws {
        for bits in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude].map(\.bitPattern) {
            var builder = TinyModel(seed: 10).gguf()
            for index in builder.tensors.indices {
                builder.tensors[index].bytes.replaceSubrange(
                    0..<4, with: withUnsafeBytes(of: bits) { Array($0) })
            }
            let model = try load(builder, EngineOptions(threads: 2, precision: precision))
            let cache = try model.makeCache(capacity: 16)
            var logits: [Float] = []
            try model.read([0, 1, 2, 3], cache: cache, rows: .all, logits: &logits)
            try model.read([0], cache: cache, rows: .last, logits: &logits)
            #expect(logits.count == model.vocabularySize)
        }
    }

    @Test("ids out of range, a full cache and a foreign cache are refused and leave the cache alone")
    func badRequests() throws {
        let model = try load(TinyModel().gguf())
        let other = try load(TinyModel(layers: 1).gguf())
        let cache = try model.makeCache(capacity: 4)
        var logits: [Float] = []
        try model.read([1, 2], cache: cache, rows: .last, logits: &logits)

        let outOfRange = #expect(throws: LocatedError.self) {
            try model.read([3, 50], cache: cache, rows: .last, logits: &logits)
        }
        #expect(outOfRange?.field == "token 1")
        let full = #expect(throws: LocatedError.self) {
            try model.read([1, 2, 3], cache: cache, rows: .last, logits: &logits)
        }
        #expect(full?.field == "context")
        #expect(full?.remedy != nil)
        #expect(throws: LocatedError.self) { try model.read([], cache: cache, rows: .last, logits: &logits) }
        #expect(throws: LocatedError.self) { try other.read([1], cache: cache, rows: .last, logits: &logits) }
        #expect(throws: LocatedError.self) {
            try model.read([.max], cache: cache, rows: .last, logits: &logits)
        }
        #expect(cache.count == 2)

        for capacity in [0, -1, 1025, Int.max, Int.min] {
            #expect(throws: LocatedError.self) { _ = try model.makeCache(capacity: capacity) }
        }
    }

    @Test("a context far longer than memory costs nothing until it is used")
    func hugeContext() throws {
        let model = try load(TinyModel(layers: 1, heads: 1, keyValueHeads: 1, context: 1 << 20).gguf())
        let cache = try model.makeCache(capacity: 1 << 20)
        var logits: [Float] = []
        try model.read([1, 2, 3], cache: cache, rows: .last, logits: &logits)
        #expect(logits.allSatisfy { $0.isFinite })
    }

    @Test("numbers of threads that cannot be are refused", arguments: [0, -1, 257, Int.max])
    func threads(_ count: Int) {
        let error = #expect(throws: LocatedError.self) {
            _ = try load(TinyModel().gguf(), EngineOptions(threads: count))
        }
        #expect(error?.field == "threads")
    }
}
