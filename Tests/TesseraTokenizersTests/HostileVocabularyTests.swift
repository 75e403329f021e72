import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Hostile vocabularies")
struct HostileVocabularyTests {
    @Test(
        "a damaged field is an error that names it",
        arguments: [
            ("tokenizer.ggml.model", nil, "missing"),
            ("tokenizer.ggml.model", .string("mystery"), "mystery"),
            ("tokenizer.ggml.model", .uint32(2), "a string"),
            ("tokenizer.ggml.pre", nil, "smollm"),
            ("tokenizer.ggml.pre", .string("mystery"), "mystery"),
            ("tokenizer.ggml.tokens", nil, "missing"),
            ("tokenizer.ggml.tokens", .strings([]), "0 tokens"),
            ("tokenizer.ggml.tokens", .strings(["a", "b"]), "for 2 tokens"),
            ("tokenizer.ggml.token_type", .int32s([1, 2]), "2 entries"),
            ("tokenizer.ggml.merges", nil, "merges"),
            ("tokenizer.ggml.merges", .strings([]), "merges"),
            ("tokenizer.ggml.merges", .strings(["ab"]), "merge 0"),
            ("tokenizer.ggml.merges", .strings([""]), "merge 0"),
            ("tokenizer.ggml.merges", .strings(["a "]), "merge 0"),
            ("tokenizer.ggml.merges", .strings(["t h", "q q"]), "\"qq\""),
            ("tokenizer.ggml.merges", .strings(["zz z"]), "\"zz\""),
            ("tokenizer.ggml.merges", .byteStrings([[0xFF, 0x20, 0xFE]]), "merge 0"),
            ("tokenizer.ggml.bos_token_id", .uint32(100_000), "100000"),
            ("tokenizer.ggml.eos_token_id", .int32(-1), "-1"),
            ("tokenizer.ggml.eot_token_id", .uint64(.max), "63 bits"),
            ("tokenizer.ggml.add_bos_token", .uint32(1), "add_bos_token"),
            ("tokenizer.chat_template", .uint32(1), "chat_template"),
        ] as [(String, GGUFBuilder.Value?, String)])
    func damaged(key: String, value: GGUFBuilder.Value?, named: String) {
        var builder = SampleVocabulary(merges: SampleVocabulary.merges(for: ["the"])).builder
        builder[key] = value
        expectLocatedError(naming: named) { try TokenizerLoader.load(gguf: builder.file()) }
    }

    @Test("tokens that occur twice, are empty, or have an unknown type are refused")
    func tokens() {
        var vocabulary = SampleVocabulary()
        vocabulary.special = ["<s>", "<s>"]
        expectLocatedError(naming: "\"<s>\"") { try vocabulary.load() }
        vocabulary.special = ["<s>", ""]
        expectLocatedError(naming: "is empty") { try vocabulary.load() }
        var builder = SampleVocabulary().builder
        builder["tokenizer.ggml.token_type"] = .int32s(Array(repeating: 9, count: 260))
        expectLocatedError(naming: "type 9") { try TokenizerLoader.load(gguf: builder.file()) }
        builder["tokenizer.ggml.token_type"] = nil
        builder["tokenizer.ggml.tokens"] = .strings(["zz", "yy"])
        builder["tokenizer.ggml.merges"] = .strings(["zz yy"])
        expectLocatedError(naming: "\"zzyy\"") { try TokenizerLoader.load(gguf: builder.file()) }
    }

    @Test("bytes without a token are dropped, as in the reference, and what they parted may merge")
    func missingBytes() throws {
        let vocabulary = SampleVocabulary(merges: [("!", "!")])
        var builder = vocabulary.builder
        var tokens = vocabulary.tokens
        tokens[4] = "<unused>"
        builder["tokenizer.ggml.tokens"] = .strings(tokens)
        let tokenizer = try TokenizerLoader.load(gguf: builder.file()).tokenizer
        #expect(tokenizer.bytesWithoutToken == [4])
        #expect(tokenizer.spellings("!\u{4}!") == ["!!"])
        #expect(tokenizer.encode("\u{4}").isEmpty)
        #expect(tokenizer.encodeWithOffsets("a\u{4}!\u{4}!").map(\.range) == [0..<1, 2..<5])
    }

    @Test("spellings that are not UTF-8 or not of the alphabet stand for their bytes")
    func strangeSpellings() throws {
        let vocabulary = SampleVocabulary(merges: [("a", "b")])
        var builder = vocabulary.builder
        let strange: [[UInt8]] = [[0xC4], [0xE2, 0x82], [0xFF], Array("日".utf8), [0xC3, 0x28]]
        builder["tokenizer.ggml.tokens"] = .byteStrings(vocabulary.tokens.map { Array($0.utf8) } + strange)
        builder["tokenizer.ggml.token_type"] = nil
        let tokenizer = try TokenizerLoader.load(gguf: builder.file()).tokenizer
        for (index, bytes) in strange.enumerated() {
            #expect(tokenizer.bytes(of: TokenID(vocabulary.tokens.count + index)) == bytes)
        }
        #expect(tokenizer.bytes(of: 1_000_000).isEmpty && tokenizer.spelling(of: .max) == nil)
    }

    @Test("random bytes in the tokens and merges never trap", arguments: 0..<30)
    func randomBytes(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var builder = SampleVocabulary(merges: SampleVocabulary.merges(for: ["the"])).builder
        func strings(_ count: Int) -> [[UInt8]] {
            (0..<count).map { _ in random.bytes(Int.random(in: 0...6, using: &random)) }
        }
        builder["tokenizer.ggml.token_type"] = nil
        if seed % 2 == 0 { builder["tokenizer.ggml.tokens"] = .byteStrings(strings(300)) }
        if seed % 3 == 0 { builder["tokenizer.ggml.merges"] = .byteStrings(strings(40)) }
        if let loaded = try? TokenizerLoader.load(gguf: builder.file()) {
            let text = random.unicodeText(50)
            _ = loaded.tokenizer.decode(loaded.tokenizer.encode(text))
        }
    }
}
