import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

/// The default model's file, against what the `gguf` 0.19 Python package reads from it.
@Suite struct DefaultModelFileTests {
    @Test("metadata and tensors agree with the reference reader")
    func contents() throws {
        let file = try GGUFFile(path: DefaultModel.path())
        #expect(file.version == 3)
        #expect(file.metadata.keys.count == 33)
        #expect(try file.metadata.string("general.architecture") == "llama")
        #expect(try file.metadata.string("general.license") == "apache-2.0")
        #expect(try file.metadata.integer("llama.block_count") == 30)
        #expect(try file.metadata.double("llama.rope.freq_base") == 100_000)
        #expect(try file.metadata.double("llama.attention.layer_norm_rms_epsilon") == 9.999999747378752e-06)
        #expect(try !file.metadata.bool("tokenizer.ggml.add_bos_token"))

        let tokens = try file.metadata.strings("tokenizer.ggml.tokens")
        let merges = try file.metadata.strings("tokenizer.ggml.merges")
        #expect(tokens.count == 49_152 && merges.count == 48_900)
        #expect(String(decoding: tokens[0], as: UTF8.self) == "<|endoftext|>")
        #expect(String(decoding: merges[0], as: UTF8.self) == "Ġ t")
        #expect(try file.metadata.integers("tokenizer.ggml.token_type").count == 49_152)

        #expect(file.tensors.count == 272)
        let formats = Dictionary(grouping: file.tensors, by: \.format).mapValues(\.count)
        #expect(formats == [.float32: 61, .q4_1: 210, .q8_0: 1])
        let embedding = try #require(file.tensor("token_embd.weight"))
        #expect(embedding.shape == [49_152, 576] && embedding.byteCount == 30_081_024)
        #expect(file.tensors.reduce(0) { $0 + $1.elementCount } == 134_515_008)
        let start = try #require(file.file.bytes.baseAddress)
        #expect(embedding.bytes.baseAddress == start + 1_785_664)
        #expect(file.tensor("blk.0.ffn_gate.weight")?.bytes.baseAddress == start + 32_421_952)
        #expect(file.tensors.map { $0.bytes.baseAddress! + $0.byteCount - start }.max() == 98_362_432)
    }

    @Test("prefixes of the real file are refused")
    func prefixes() throws {
        let file = try MappedFile(path: DefaultModel.path())
        let head = Array(file.bytes.prefix(1_785_664 + 4_096))
        let dense = Array(0..<2_048)
        let sampled = stride(from: 2_048, to: head.count, by: 17_389)
        for count in dense + sampled {
            expectLocatedError(file: "cut.gguf") {
                try GGUFFile(file: MappedFile(copying: head[..<count], path: "cut.gguf"))
            }
        }
    }

    @Test("flipped bits in the real file's head are refused or read")
    func flippedBits() throws {
        let file = try MappedFile(path: DefaultModel.path())
        var head = Array(file.bytes.prefix(1_785_664))
        var random = SeededGenerator(seed: 11)
        for _ in 0..<60 {
            let place = Int.random(in: 0..<head.count, using: &random)
            let bit: UInt8 = 1 << UInt8.random(in: 0..<8, using: &random)
            head[place] ^= bit
            expectLocatedError { try GGUFFile(file: MappedFile(copying: head, path: "flipped.gguf")) }
            head[place] ^= bit
        }
    }
}
