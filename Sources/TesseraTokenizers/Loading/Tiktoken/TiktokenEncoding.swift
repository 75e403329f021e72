internal import TesseraCore

/// What a `.tiktoken` file does not say: how text is split, and the special tokens.
///
/// The encodings of OpenAI are those of tiktoken 0.14.0 (`tiktoken_ext/openai_public.py`).
struct TiktokenEncoding: Sendable {
    /// The name, such as `cl100k_base`.
    let name: String

    /// Cuts the text; each piece is then spelled in the byte alphabet.
    let preTokenizer: PreTokenizer

    /// The special tokens with their ids.
    let specialTokens: [(String, TokenID)]

    /// Ranks from this on are not in the encoding, though its file may hold them.
    var rankLimit = Int.max

    /// The names, without `.tiktoken`, of files known to hold its ranks.
    ///
    /// tiktoken's own cache names files by the SHA-1 of the address that they came from.
    var fileNames: [String] = []

    /// The id that ends a text.
    var endOfText: TokenID? { specialTokens.first { $0.0 == "<|endoftext|>" }?.1 }
}

extension TiktokenEncoding {
    /// The encodings that are known.
    static let known: [TiktokenEncoding] = [
        TiktokenEncoding(
            name: "gpt2", preTokenizer: .r50k, specialTokens: [("<|endoftext|>", 50256)], rankLimit: 50256,
            fileNames: ["gpt2"]),
        TiktokenEncoding(
            name: "r50k_base", preTokenizer: .r50k, specialTokens: [("<|endoftext|>", 50256)],
            rankLimit: 50256,
            fileNames: ["r50k_base", "0ea1e91bbb3a60f729a8dc8f777fd2fc07cd8df4"]),
        TiktokenEncoding(
            name: "p50k_base", preTokenizer: .r50k, specialTokens: [("<|endoftext|>", 50256)],
            fileNames: ["p50k_base", "ec7223a39ce59f226a68acc30dc1af2788490e15"]),
        TiktokenEncoding(
            name: "p50k_edit", preTokenizer: .r50k,
            specialTokens: [("<|endoftext|>", 50256)]
                + numbered(["<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"], from: 50281),
            fileNames: ["p50k_edit"]),
        TiktokenEncoding(
            name: "cl100k_base", preTokenizer: .cl100k,
            specialTokens: numbered(
                ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"], from: 100257)
                + [("<|endofprompt|>", 100276)],
            fileNames: ["cl100k_base", "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"]),
        TiktokenEncoding(
            name: "o200k_base", preTokenizer: .o200k,
            specialTokens: [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)],
            fileNames: ["o200k_base", "fb374d419588a4632f3f557e76b4b70aebbca790"]),
        TiktokenEncoding(
            name: "o200k_harmony", preTokenizer: .o200k, specialTokens: harmonyTokens,
            fileNames: ["o200k_harmony"]),
        TiktokenEncoding(
            name: "qwen", preTokenizer: .qwen2,
            specialTokens: numbered(
                ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" },
                from: 151643),
            fileNames: ["qwen"]),
    ]

    /// The encoding called `name`; nil when it is not known.
    static func named(_ name: String) -> TiktokenEncoding? { known.first { $0.name == name } }

    /// The encoding whose ranks are usually in files called `fileName`; nil when none is known.
    static func ofFile(_ fileName: String) -> TiktokenEncoding? {
        let stem = fileName.hasSuffix(".tiktoken") ? String(fileName.dropLast(9)) : fileName
        return known.first { $0.fileNames.contains(stem) }
    }

    /// Pieces are the matches of `expression`; it must match all of any text.
    static func split(by expression: String) -> PreTokenizer {
        .sequence([
            .split(.expression(expression), .isolated, inverted: false),
            .byteLevel(addsPrefixSpace: false, usesExpression: false),
        ])
    }

    private static let harmonyTokens: [(String, TokenID)] = {
        let named: [TokenID: String] = [
            199998: "<|startoftext|>", 199999: "<|endoftext|>", 200002: "<|return|>", 200003: "<|constrain|>",
            200005: "<|channel|>", 200006: "<|start|>", 200007: "<|end|>", 200008: "<|message|>",
            200012: "<|call|>",
        ]
        // 200018 is reserved and, as in o200k_base, also the end of a prompt: two spellings for one id.
        return [("<|endofprompt|>", 200018)]
            + (199998..<201088).map { (named[$0] ?? "<|reserved_\($0)|>", $0) }
    }()

    private static func numbered(_ spellings: [String], from first: TokenID) -> [(String, TokenID)] {
        spellings.enumerated().map { ($1, first + TokenID(truncatingIfNeeded: $0)) }
    }
}
