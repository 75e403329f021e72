import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct GGUFFileTests {
    @Test("scalars of every type come back, whatever their width")
    func scalars() throws {
        let metadata = try sampleGGUF().file().metadata
        #expect(try metadata.string("general.architecture") == "llama")
        #expect(try metadata.integer("a.uint8") == 200)
        #expect(try metadata.integer("a.int8") == -5)
        #expect(try metadata.integer("a.uint16") == 60_000)
        #expect(try metadata.integer("a.int16") == -30_000)
        #expect(try metadata.integer("a.int32") == -7)
        #expect(try metadata.integer("a.int64") == .min)
        #expect(try metadata.double("a.float32") == 1.5)
        #expect(try metadata.double("a.float64") == -0.1)
        #expect(try metadata.double("a.int32") == -7)
        #expect(try metadata.double("a.uint64") == Double(UInt64.max))
        #expect(try metadata.bool("a.bool"))
        if case .unsigned(let value)? = metadata["a.uint64"] {
            #expect(value == .max)
        } else {
            Issue.record("not unsigned")
        }
    }

    @Test("keys keep the order of the file and are looked up byte by byte")
    func keys() throws {
        var builder = GGUFBuilder()
        builder["caf\u{E9}"] = .int32(1)
        builder.metadata.append(("cafe\u{301}", .int32(2)))
        builder["a"] = .int32(3)
        let metadata = try builder.file().metadata
        #expect(metadata.keys.map { $0.utf8.count } == [5, 6, 1])
        #expect(try metadata.integer("caf\u{E9}") == 1)
        #expect(try metadata.integer("cafe\u{301}") == 2)
        #expect(metadata["b"] == nil)
    }

    @Test("arrays of strings are bytes inside the file, UTF-8 or not")
    func strings() throws {
        let tokens = try sampleGGUF().file().metadata.strings("tokenizer.ggml.tokens")
        #expect(tokens.map { Array($0) } == [Array("the".utf8), [0xFF, 0xC0], [], Array("é".utf8)])
        #expect(Array(tokens[3]) == Array("é".utf8))
        #expect(try sampleGGUF().file().metadata.strings("empty").isEmpty)
    }

    @Test("arrays of numbers come back as whole or floating-point numbers")
    func numbers() throws {
        let metadata = try sampleGGUF().file().metadata
        #expect(try metadata.integers("tokenizer.ggml.token_type") == [1, 6, 3, -1])
        #expect(try metadata.doubles("tokenizer.ggml.scores") == [0.5, -1, 2, .infinity])
        #expect(try metadata.doubles("tokenizer.ggml.token_type") == [1, 6, 3, -1])
        #expect(try metadata.integers("empty") == [])
        expectLocatedError(field: "big", problem: "does not fit") { try metadata.integers("big") }
    }

    @Test("a value that is missing or of another type is named")
    func wrongTypes() throws {
        let metadata = try sampleGGUF().file(path: "m.gguf").metadata
        expectLocatedError(file: "m.gguf", field: "llama.block_count", problem: "missing") {
            try metadata.integer("llama.block_count")
        }
        #expect(try metadata.optionalInteger("llama.block_count") == nil)
        expectLocatedError(field: "general.architecture", problem: "is a string, expected an integer") {
            try metadata.optionalInteger("general.architecture")
        }
        expectLocatedError(field: "a.bool", problem: "expected a string") { try metadata.string("a.bool") }
        expectLocatedError(field: "a.int8", problem: "expected a truth value") { try metadata.bool("a.int8") }
        expectLocatedError(field: "a.uint64", problem: "does not fit") { try metadata.integer("a.uint64") }
        expectLocatedError(field: "a.bools", problem: "array of integers") {
            try metadata.integers("a.bools")
        }
        expectLocatedError(field: "a.float32", problem: "array of strings") {
            try metadata.strings("a.float32")
        }
    }

    @Test("text that is not UTF-8 is an error where text is needed, and can still be shown")
    func invalidText() throws {
        var builder = GGUFBuilder()
        builder["general.author"] = .bytes([0x48, 0xFF])
        let metadata = try builder.file().metadata
        expectLocatedError(field: "general.author", problem: "UTF-8") {
            try metadata.string("general.author")
        }
        if case .string(let text)? = metadata["general.author"] { #expect(text == "H\u{FFFD}") }
    }

    @Test("tensors have PyTorch's shapes and their own bytes", arguments: [8, 32, 64, 4_096])
    func tensors(alignment: Int) throws {
        var builder = sampleGGUF()
        builder.alignment = alignment
        builder["general.alignment"] = .uint32(UInt32(alignment))
        let file = try builder.file()
        #expect(file.alignment == alignment)
        #expect(file.version == 3)
        #expect(file.tensorNames == ["norm.weight", "quantized", "half", "exotic"])
        #expect(file.tensor("half")?.shape == [3, 2, 4])
        #expect(file.tensor("quantized")?.format == .q4_1)
        #expect(file.tensor("exotic")?.format == .other("Q3_K"))
        #expect(file.tensor("absent") == nil)
        for (tensor, written) in zip(file.tensors, builder.tensors) {
            #expect(Array(tensor.bytes) == written.bytes)
            #expect(UInt(bitPattern: tensor.bytes.baseAddress) % 8 == 0)
        }
    }

    @Test("version 2 reads like version 3, and a vocabulary without tensors is fine")
    func otherShapes() throws {
        var builder = sampleGGUF()
        builder.version = 2
        #expect(try builder.file().version == 2)
        builder.tensors = []
        #expect(try builder.file().tensors.isEmpty)
        #expect(try GGUFBuilder().file().metadata.keys.isEmpty)
    }

    @Test("a tensor outlives the file value it came from")
    func lifetime() throws {
        let written = sampleGGUF()
        let tensor = try #require(try written.file().tensor("quantized"))
        #expect(Array(tensor.bytes) == written.tensors[1].bytes)
    }
}
