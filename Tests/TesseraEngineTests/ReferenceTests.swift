import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// The engine on random models against a forward pass in double precision.
@Suite("the engine computes what the equations say", .serialized)
struct ReferenceTests {
    static let formats: [TensorFormat] = [.float32, .float16, .bfloat16, .q8_0, .q4_0, .q4_1]
    static let isas = TesseraEngine.InstructionSet.allCases.filter(\.isAvailable)

    /// Of the largest reference logit: rounding in float32.
    static let exactTolerance = 2e-5

    /// Of the largest reference logit: 8-bit activations and float16 keys and values.
    static let fastTolerance = 0.03

    @Test("every format, GGUF layout", arguments: ReferenceTests.formats, ReferenceTests.isas)
    func ggufLayout(_ format: TensorFormat, _ isa: TesseraEngine.InstructionSet) throws {
        try expectAgreement(TinyModel(format: format), isa, folder: false)
        try expectAgreement(TinyModel(tied: false, format: format, seed: 2), isa, folder: false)
    }

    static let denseFormats: [TensorFormat] = [.float32, .float16, .bfloat16]

    @Test("every format, Hugging Face layout", arguments: ReferenceTests.denseFormats, ReferenceTests.isas)
    func folderLayout(_ format: TensorFormat, _ isa: TesseraEngine.InstructionSet) throws {
        try expectAgreement(TinyModel(format: format, seed: 3), isa, folder: true)
        try expectAgreement(TinyModel(tied: false, format: format, seed: 4), isa, folder: true)
    }

    @Test("head sizes, with and without shared keys", arguments: [32, 64, 80], [1, 2, 6])
    func headSizes(_ headSize: Int, _ keyValueHeads: Int) throws {
        for isa in Self.isas {
            for folder in [false, true] {
                let model = TinyModel(heads: 6, keyValueHeads: keyValueHeads, headSize: headSize, seed: 5)
                try expectAgreement(model, isa, folder: folder)
            }
        }
    }

    @Test("sizes that are not whole blocks work in dense formats", arguments: ReferenceTests.isas)
    func oddSizes(_ isa: TesseraEngine.InstructionSet) throws {
        let model = TinyModel(
            layers: 1, heads: 3, keyValueHeads: 3, headSize: 10, hidden: 37, feedForward: 51, vocabulary: 29,
            seed: 6
        )
        try expectAgreement(model, isa, folder: false)
        try expectAgreement(model, isa, folder: true)
    }

    @Test("weights at odd addresses", arguments: ReferenceTests.denseFormats, ReferenceTests.isas)
    func oddAddresses(_ format: TensorFormat, _ isa: TesseraEngine.InstructionSet) throws {
        let folder = try TemporaryFolder()
        let tiny = TinyModel(format: format, seed: 7)
        try tiny.writeFolder(to: folder)
        let options = EngineOptions(threads: 1, instructionSet: isa)
        func logits() throws -> [[Float]] {
            try rows(of: .load(.folder(path: folder.path), options: options), tiny.tokens(11))
        }
        let padded = try logits()

        // One more space after the header moves every tensor by a byte.
        var bytes = try MappedFile(path: folder.path("model.safetensors")).copy()
        let header = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        bytes.insert(UInt8(ascii: " "), at: 8 + Int(header))
        withUnsafeBytes(of: (header + 1).littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
        try folder.write(bytes, to: "model.safetensors")
        #expect(try logits() == padded)
    }

    /// Reads some tokens at once and some one by one, in both precisions, and compares every row of logits.
    private func expectAgreement(_ tiny: TinyModel, _ isa: TesseraEngine.InstructionSet, folder: Bool) throws
    {
        let storage = try TemporaryFolder()
        let location: ModelLocation
        if folder {
            try tiny.writeFolder(to: storage)
            location = .folder(path: storage.path)
        } else {
            try tiny.gguf().write(to: storage.path("model.gguf"))
            location = .gguf(path: storage.path("model.gguf"))
        }
        let tokens = tiny.tokens(11)
        let expected = ReferenceLlama(tiny, interleavedRope: !folder).logits(tokens)
        let largest = expected.joined().map(abs).max() ?? 1
        for precision in EngineOptions.Precision.allCases {
            let options = EngineOptions(threads: 2, precision: precision, instructionSet: isa)
            let model = try DecoderModel.load(location, options: options)
            let found = try rows(of: model, tokens)
            #expect(found.count == expected.count)
            var worst = 0.0
            for (foundRow, expectedRow) in zip(found, expected) {
                #expect(foundRow.count == expectedRow.count)
                for (a, b) in zip(foundRow, expectedRow) { worst = max(worst, abs(Double(a) - b)) }
            }
            let tolerance = precision == .float32 ? Self.exactTolerance : Self.fastTolerance
            #expect(worst <= tolerance * largest, "\(precision): off by \(worst) of \(largest)")
        }
    }

    /// The logits after every token: the first seven in one call, the others one by one.
    private func rows(of model: DecoderModel, _ tokens: [TokenID]) throws -> [[Float]] {
        let cache = try model.makeCache(capacity: tokens.count)
        var logits: [Float] = []
        try model.read(Array(tokens[..<7]), cache: cache, rows: .all, logits: &logits)
        var rows = stride(from: 0, to: logits.count, by: model.vocabularySize).map {
            Array(logits[$0..<$0 + model.vocabularySize])
        }
        for token in tokens[7...] {
            try model.read([token], cache: cache, rows: .last, logits: &logits)
            rows.append(logits)
        }
        #expect(cache.count == tokens.count)
        return rows
    }
}
