import TesseraArchitectures
import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import Testing

@Suite("Folders of networks")
struct ModelFolderTests {
    @Test("give the same network back, bit by bit", arguments: TinyNetwork.allCases)
    func roundTrip(network: TinyNetwork) throws {
        let folder = try TemporaryFolder()
        let written = try network.make()
        try writeModelFolder(written, to: folder.path)
        #expect(folder.names == ["config.json", "generation_config.json", "model.safetensors"])
        let read = try readModelFolder(folder.path)
        #expect(JSONValue.object(read.fields) == .object(written.fields))
        #expect(read.parameters.map(\.name) == written.parameters.map(\.name))
        for (before, after) in zip(written.parameters, read.parameters) {
            #expect(try before.tensor.floats() == after.tensor.floats(), "\(before.name)")
            #expect(after.tensor.requiresGradient)
        }
        // Equal networks give equal files.
        let again = try TemporaryFolder()
        try writeModelFolder(read, to: again.path)
        for name in folder.names {
            let (first, second) = (
                try MappedFile(path: folder.path(name)), try MappedFile(path: again.path(name))
            )
            #expect(first.bytes.elementsEqual(second.bytes), "\(name)")
        }
    }

    /// Of the largest logit: rounding in float32.
    static let tolerance = 1e-4

    @Test("give the engine the logits that the network has", arguments: TinyNetwork.allCases)
    func engine(network: TinyNetwork) throws {
        let folder = try TemporaryFolder()
        let made = try network.make()
        try writeModelFolder(made, to: folder.path)
        let ids: [TokenID] = [7, 0, 47, 3, 3, 19, 22, 40, 5, 8, 30, 1, 2, 11, 46, 13]
        let expected = try withoutGradients {
            try made.logits(of: Tensor(ids, shape: [1, ids.count])).floats()
        }
        let model = try DecoderModel.load(
            .folder(path: folder.path), options: EngineOptions(threads: 1, precision: .float32))
        let cache = try model.makeCache(capacity: ids.count)
        var logits: [Float] = []
        try model.read(ids, cache: cache, rows: .all, logits: &logits)
        #expect(logits.count == expected.count)
        let largest = expected.map(abs).max() ?? 0
        #expect(largest > 1)
        let distance = zip(logits, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(Double(distance) <= Self.tolerance * Double(largest), "\(distance) of \(largest)")
    }

    @Test("hold weights in the type that is asked for", arguments: [ScalarType.bfloat16, .float16])
    func types(type: ScalarType) throws {
        let folder = try TemporaryFolder()
        let written = try TinyNetwork.llama.make()
        try writeModelFolder(written, to: folder.path, as: type)
        let file = try SafetensorsFile(path: folder.path("model.safetensors"))
        #expect(file.tensors.allSatisfy { $0.format == (type == .bfloat16 ? .bfloat16 : .float16) })
        #expect(
            try JSONField(contentsOf: folder.path("config.json"))["torch_dtype"].string() == type.rawValue)
        let read = try readModelFolder(folder.path)
        for (before, after) in zip(written.parameters, read.parameters) {
            let rounded = try before.tensor.converted(to: type).floats()
            #expect(try after.tensor.floats() == rounded && after.tensor.type == .float32)
        }
        expectLocatedError(file: folder.path, field: "type") {
            try writeModelFolder(written, to: folder.path, as: .float64)
        }
    }

    @Test("say which tokens begin and end a text")
    func textEnds() throws {
        let folder = try TemporaryFolder()
        let made = try TinyNetwork.llama.make()
        func fields(_ name: String) throws -> JSONField { try JSONField(contentsOf: folder.path(name)) }
        try writeModelFolder(made, to: folder.path, textEnds: TextEnds(beginning: 1, ends: [2, 5]))
        #expect(try fields("config.json")["bos_token_id"].integer() == 1)
        #expect(try fields("config.json")["eos_token_id"].integer() == 2)
        #expect(try fields("generation_config.json")["eos_token_id"].array() == [2, 5])
        try writeModelFolder(made, to: folder.path)
        #expect(try fields("config.json")["eos_token_id"].value == .null)
        #expect(try fields("generation_config.json").object().isEmpty)
        expectLocatedError(file: folder.path, field: "token 48") {
            try writeModelFolder(made, to: folder.path, textEnds: TextEnds(ends: [48]))
        }
    }

    @Test("of GPT-2 whose names lack what all begin with, and with old masks, are read")
    func oldNames() throws {
        let folder = try TemporaryFolder()
        let written = try TinyNetwork.gpt2.make()
        try writeModelFolder(written, to: folder.path)
        let renamed = written.parameters.map {
            Parameter(String($0.name.dropFirst("transformer.".count)), $0.tensor)
        }
        try writeSafetensors(
            renamed + [Parameter("h.0.attn.bias", .ones([16, 16]))], to: folder.path("model.safetensors"))
        let read = try readModelFolder(folder.path)
        for (before, after) in zip(written.parameters, read.parameters) {
            #expect(try before.tensor.floats() == after.tensor.floats(), "\(before.name)")
        }
    }
}
