import TesseraCore
import TesseraTemplates
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Roles in GGUF files")
struct GGUFRolesTests {
    @Test(
        "every name of Llama 3's rule takes a piece that is a token as a whole, and begins a text with a token",
        arguments: ["llama-bpe", "llama3", "llama-v3"])
    func llama3(name: String) throws {
        // `zz` cannot be reached by merges.
        var vocabulary = SampleVocabulary(pre: name)
        vocabulary.merges = [("q", "z"), ("qz", "z")]
        var builder = vocabulary.builder
        builder["tokenizer.ggml.merges"] = .strings(["q z"])
        let loaded = try TokenizerLoader.load(gguf: builder.file())
        #expect(loaded.tokenizer.spellings("qzz") == ["qzz"])
        #expect(loaded.preTokenizerDescription == name)
        #expect(loaded.tokenizer.specialTokens.addsBeginOfText)
        #expect(loaded.tokenizer.template.prefix == loaded.tokenizer.specialTokens.beginOfText.map { [$0] })

        builder["tokenizer.ggml.add_bos_token"] = .bool(false)
        #expect(try !TokenizerLoader.load(gguf: builder.file()).tokenizer.specialTokens.addsBeginOfText)
        builder["tokenizer.ggml.add_bos_token"] = nil
        builder["tokenizer.ggml.bos_token_id"] = nil
        #expect(try !TokenizerLoader.load(gguf: builder.file()).tokenizer.specialTokens.addsBeginOfText)
    }

    @Test(
        "other rules merge and begin a text with nothing unless told",
        arguments: ["qwen2", "smollm", "gpt-2"])
    func others(name: String) throws {
        var vocabulary = SampleVocabulary(pre: name)
        vocabulary.merges = [("q", "z"), ("qz", "z")]
        var builder = vocabulary.builder
        builder["tokenizer.ggml.merges"] = .strings(["q z"])
        let tokenizer = try TokenizerLoader.load(gguf: builder.file()).tokenizer
        #expect(tokenizer.spellings("qzz") == ["qz", "z"])
        #expect(!tokenizer.specialTokens.addsBeginOfText && tokenizer.template.prefix.isEmpty)
    }

    @Test("the template's eos_token is the file's own, not the smallest id that ends a turn")
    func endOfText() throws {
        var builder = SampleVocabulary().builder
        let tokenizer = try SampleVocabulary().tokenizer()
        let ids = try ["<s>", "</s>"].map { try UInt32(#require(tokenizer.id(ofSpelling: $0))) }
        builder["tokenizer.ggml.eot_token_id"] = .uint32(ids[0])
        builder["tokenizer.ggml.eos_token_id"] = .uint32(ids[1])
        builder["tokenizer.chat_template"] = .string("{{ eos_token }}")
        let loaded = try TokenizerLoader.load(gguf: builder.file())
        #expect(loaded.tokenizer.specialTokens.endOfText == Set(ids.map { TokenID($0) }))
        #expect(loaded.endOfText == TokenID(ids[1]))
        #expect(try loaded.requireChatTemplate().render(messages: [], addGenerationPrompt: false) == "</s>")
    }

    @Test(
        "tokens that are looked for in the text are UTF-8 and of bounded length",
        arguments: [
            ([0xC3], "not UTF-8"), ([0x41, 0xE2, 0x82], "not UTF-8"), ([0x80], "not UTF-8"),
            (Array(repeating: 0x41, count: 5000), "5000 bytes"),
        ] as [([UInt8], String)], [Int32(3), 4])
    func addedTokens(hostile: (content: [UInt8], problem: String), type: Int32) {
        let vocabulary = SampleVocabulary(special: [])
        var builder = vocabulary.builder
        let tokens = vocabulary.tokens.map { Array($0.utf8) }
        builder["tokenizer.ggml.tokens"] = .byteStrings(tokens + [hostile.content])
        builder["tokenizer.ggml.token_type"] = .int32s(Array(repeating: 1, count: tokens.count) + [type])
        builder["tokenizer.ggml.bos_token_id"] = nil
        builder["tokenizer.ggml.eos_token_id"] = nil
        expectLocatedError(naming: hostile.problem) { try TokenizerLoader.load(gguf: builder.file()) }
    }
}
