import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// BERT against Hugging Face transformers on a tiny model.
@Suite("encoders give texts the vectors that transformers gives", .serialized)
struct EmbeddingTests {
    static let isas = TesseraEngine.InstructionSet.allCases.filter(\.isAvailable)

    private let golden: GoldenModel
    private let folder: TemporaryFolder

    init() throws {
        golden = try GoldenModel("bert")
        folder = try TemporaryFolder()
        try golden.writeFolder(to: folder)
    }

    private func expectClose(
        _ found: [Float], _ expected: [Double], of largest: Double, _ tolerance: Double = 1e-4
    ) {
        #expect(found.count == expected.count)
        let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst <= tolerance * largest, "off by \(worst) of \(largest)")
    }

    private func expectGolden(_ location: ModelLocation, _ options: EngineOptions, _ tolerance: Double) throws
    {
        for pooling in Pooling.allCases {
            let model = try EmbeddingModel.load(location, pooling: pooling, options: options)
            for text in golden.texts {
                expectClose(
                    try model.hiddenStates(of: text.ids), Array(text.rows.joined()), of: golden.largest,
                    tolerance)
            }
            let vectors = try model.embed(golden.texts.map(\.ids))
            for (vector, text) in zip(vectors, golden.texts) {
                let expected =
                    switch pooling {
                    case .mean: text.mean
                    case .first: text.cls
                    case .largest: text.max
                    }
                expectClose(vector, expected, of: 1, 10 * tolerance)
            }
        }
    }

    @Test("float32, from folders in every dense format and from GGUF", arguments: EmbeddingTests.isas)
    func exact(_ isa: TesseraEngine.InstructionSet) throws {
        let options = EngineOptions(threads: 2, precision: .float32, instructionSet: isa)
        for format: TensorFormat in [.float32, .float16, .bfloat16] {
            try golden.writeFolder(to: folder, format: format)
            try expectGolden(.folder(path: folder.path), options, 1e-4)
        }
        let gguf = folder.path("model.gguf")
        try ModelConversion(.folder(path: folder.path), format: nil).writeGGUF(to: gguf)
        try expectGolden(.gguf(path: gguf), options, 1e-4)
    }

    @Test("names without the prefix that sentence-transformers leaves out")
    func prefix() throws {
        for prefix in ["bert.", ""] {
            try golden.writeFolder(to: folder, rename: { prefix + $0 })
            try expectGolden(.folder(path: folder.path), EngineOptions(threads: 1, precision: .float32), 1e-4)
        }
    }

    @Test("8-bit weights stay near")
    func quantized() throws {
        let gguf = folder.path("model.gguf")
        try ModelConversion(.folder(path: folder.path), format: .q8_0).writeGGUF(to: gguf)
        try expectGolden(.gguf(path: gguf), EngineOptions(threads: 2), 0.1)
    }

    @Test("the kind of pooling is what the files say")
    func pooling() throws {
        func pooling(_ modes: JSONObject) throws -> Pooling {
            try folder.write(JSONValue.object(modes).serialized(), to: "1_Pooling/config.json")
            return try EmbeddingModel.load(.folder(path: folder.path)).pooling
        }
        #expect(try EmbeddingModel.load(.folder(path: folder.path)).pooling == .mean)
        #expect(try pooling(["pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false]) == .mean)
        #expect(try pooling(["pooling_mode_max_tokens": true]) == .largest)
        #expect(try pooling(["pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false]) == .first)
        let gguf = folder.path("model.gguf")
        try ModelConversion(.folder(path: folder.path), format: nil).writeGGUF(to: gguf)
        #expect(try EmbeddingModel.load(.gguf(path: gguf)).pooling == .first)

        expectLocatedError(field: "pooling_mode_lasttoken") { try pooling(["pooling_mode_lasttoken": true]) }
        expectLocatedError(field: "pooling_mode_mean_tokens") {
            try pooling(["pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true])
        }
        expectLocatedError(field: "pooling_mode_mean_tokens") { try pooling([:]) }
        expectLocatedError(field: "pooling_mode_cls_token") { try pooling(["pooling_mode_cls_token": 1]) }
    }

    @Test("any number of threads gives the same bits")
    func threads() throws {
        var expected: [[Float]] = []
        let texts = golden.texts.map(\.ids) + [[7], Array((0..<64).map { TokenID($0 % 48) })]
        for threads in [1, 2, 5] {
            let model = try EmbeddingModel.load(
                .folder(path: folder.path), options: EngineOptions(threads: threads))
            let found = try model.embed(texts)
            if expected.isEmpty { expected = found }
            #expect(found == expected, "\(threads) threads")
        }
    }

    @Test("texts that cannot be read are named, and models are not taken for another kind")
    func refused() throws {
        let model = try EmbeddingModel.load(.folder(path: folder.path))
        expectLocatedError(field: "text 1", problem: "no tokens") { try model.embed([[1], []]) }
        expectLocatedError(field: "text 0", problem: "65 tokens") {
            try model.embed([Array(repeating: 1, count: 65)])
        }
        expectLocatedError(field: "text 0", problem: "48") { try model.embed([[48]]) }
        #expect(try model.embed([]).isEmpty)
        expectLocatedError(field: "architecture") { try DecoderModel.load(.folder(path: folder.path)) }
        try GoldenModel("qwen2").writeFolder(to: folder)
        expectLocatedError(field: "architecture") { try EmbeddingModel.load(.folder(path: folder.path)) }
    }
}
