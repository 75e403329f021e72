import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Kinds of vocabulary in GGUF files")
struct GGUFKindsTests {
    private let bytes = (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x" + (digits.count < 2 ? "0" : "") + digits + ">"
    }

    private func file(
        _ kind: String, _ tokens: [String], scores: [Float]? = nil, types: [Int32],
        _ more: [(String, GGUFBuilder.Value)] = []
    ) throws -> GGUFFile {
        var builder = GGUFBuilder()
        builder["tokenizer.ggml.model"] = .string(kind)
        builder["tokenizer.ggml.tokens"] = .strings(tokens)
        if let scores { builder["tokenizer.ggml.scores"] = .float32s(scores) }
        builder["tokenizer.ggml.token_type"] = .int32s(types)
        for (key, value) in more { builder[key] = value }
        return try builder.file()
    }

    @Test("SPM: merges by score, bytes for the unknown, a space in front")
    func scoredPairs() throws {
        let tokens = ["<unk>", "<s>", "</s>"] + bytes + ["\u{2581}h", "hi", "\u{2581}", "h", "i"]
        let file = try file(
            "llama", tokens, scores: [0, 0, 0] + bytes.map { _ in 0 } + [-1, -2, -3, -4, -5],
            types: [2, 3, 3] + bytes.map { _ in 6 } + [1, 1, 1, 1, 1])
        let definition = try GGUFScoredPairs.definition(file.metadata, file: "f")
        let tokenizer = try PipelineTokenizer(definition)
        #expect(tokenizer.encode("hi hi") == [259, 263, 259, 263])
        #expect(tokenizer.encode("é") == [261, 3 + 0xC3, 3 + 0xA9])
        #expect(tokenizer.encode("<s>hi") == [1, 259, 263] && tokenizer.template.prefix == [1])
        #expect(tokenizer.decode([259, 263, 261, 262]) == "hi h")
    }

    @Test("Gemma 4: merges from the list, spaces as U+2581")
    func mergedCharacters() throws {
        let tokens = ["<pad>", "<bos>", "\u{2581}h", "\n\n", "\u{2581}", "h", "\n"] + bytes
        let file = try file(
            "gemma4", tokens, types: [3, 3, 1, 1, 1, 1, 1] + bytes.map { _ in 6 },
            [
                ("tokenizer.ggml.merges", .strings(["\u{2581} h", "\n \n"])),
                ("tokenizer.ggml.bos_token_id", .uint32(1)),
            ])
        let tokenizer = try PipelineTokenizer(GGUFMergedCharacters.definition(file.metadata, file: "f"))
        #expect(tokenizer.encode("h h\n\n\né") == [5, 2, 3, 6, 7 + 0xC3, 7 + 0xA9])
        #expect(tokenizer.template.prefix == [1])
    }

    @Test("WordPiece: words begin with U+2581 in the file and with nothing in the definition")
    func wordPiece() throws {
        let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u{2581}play", "ing", "\u{2581}ing"]
        let file = try file(
            "bert", tokens, types: [3, 3, 3, 3, 1, 1, 1],
            [
                ("tokenizer.ggml.unknown_token_id", .uint32(1)), ("tokenizer.ggml.cls_token_id", .uint32(2)),
                ("tokenizer.ggml.seperator_token_id", .uint32(3)),
            ])
        let tokenizer = try PipelineTokenizer(GGUFWordPiece.definition(file.metadata, file: "f"))
        #expect(tokenizer.encode("Playing ing zzz") == [4, 5, 6, 1])
        #expect(tokenizer.template == TokenTemplate(prefix: [2], suffix: [3]))
        #expect(tokenizer.spelling(of: 5) == "##ing" && tokenizer.spelling(of: 6) == "ing")
    }

    @Test("Unigram: 64-bit sums, control tokens not found")
    func unigram() throws {
        let tokens = ["<pad>", "</s>", "<unk>", "\u{2581}a", "\u{2581}", "a", "\u{2581}aa"]
        let file = try file("t5", tokens, scores: [0, 0, 0, -1, -2, -3, -5], types: [3, 3, 2, 1, 1, 1, 1])
        let tokenizer = try PipelineTokenizer(GGUFUnigram.definition(file.metadata, file: "f"))
        #expect(tokenizer.encode("a aa xy") == [3, 3, 5, 4, 2])
        #expect(tokenizer.template.suffix == [1] && tokenizer.specialTokens.unknown == 2)
    }

    @Test(
        "a damaged field is an error that names it",
        arguments: [
            ("tokenizer.ggml.tokens", nil, "missing"), ("tokenizer.ggml.tokens", .strings([]), "0 tokens"),
            ("tokenizer.ggml.tokens", .strings(["a", "a"]), "both"),
            ("tokenizer.ggml.token_type", .int32s([1]), "1 entries"),
            ("tokenizer.ggml.token_type", .int32s([9, 9]), "type 9"),
            ("tokenizer.ggml.scores", .float32s([1]), "1 entries"),
            ("tokenizer.ggml.scores", .float32s([1, .nan]), "nan"),
            ("tokenizer.ggml.unknown_token_id", .uint32(7), "7 is not an id"),
        ] as [(String, GGUFBuilder.Value?, String)], ["llama", "t5"])
    func damaged(hostile: (key: String, value: GGUFBuilder.Value?, named: String), kind: String) throws {
        var builder = GGUFBuilder()
        builder["tokenizer.ggml.tokens"] = .strings(["a", "b"])
        builder["tokenizer.ggml.scores"] = .float32s([0, 0])
        builder["tokenizer.ggml.token_type"] = .int32s([1, 2])
        builder[hostile.key] = hostile.value
        let file = try builder.file()
        expectLocatedError(naming: hostile.named) {
            kind == "llama"
                ? try GGUFScoredPairs.definition(file.metadata, file: "f")
                : try GGUFUnigram.definition(file.metadata, file: "f")
        }
    }
}
