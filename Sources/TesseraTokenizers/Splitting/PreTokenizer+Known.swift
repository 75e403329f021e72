extension PreTokenizer {
    /// Byte-level, after one expression whose matches are pieces.
    private static func bytes(_ expressions: String...) -> PreTokenizer { bytes(expressions) }

    private static func bytes(_ expressions: [String]) -> PreTokenizer {
        .sequence(splits(expressions) + [.byteLevel(addsPrefixSpace: false, usesExpression: false)])
    }

    private static func splits(_ expressions: [String]) -> [PreTokenizer] {
        expressions.map { .split(.expression($0), .isolated, inverted: false) }
    }

    /// Byte-level with GPT-2's expression, after others.
    private static func gpt2(after expressions: String...) -> PreTokenizer {
        .sequence(splits(expressions) + [.byteLevel(addsPrefixSpace: false, usesExpression: true)])
    }

    /// GPT-2's: contractions, then runs of letters, numbers, others and white space.
    public static let gpt2 = PreTokenizer.byteLevel(addsPrefixSpace: false, usesExpression: true)
    /// SmolLM's, also StarCoder's: every digit alone, then GPT-2's.
    public static let smollm = PreTokenizer.sequence([.digits(individually: true), gpt2])
    /// Llama 3's.
    public static let llama3 = bytes(KnownExpressions.llama3(digits: #"\p{N}{1,3}"#))
    /// Qwen 2's: Llama 3's with every digit alone.
    public static let qwen2 = bytes(KnownExpressions.llama3(digits: #"\p{N}"#))
    /// Mistral's tekken.
    public static let tekken = bytes(KnownExpressions.tekken)

    /// What tiktoken's `gpt2`, `r50k_base`, `p50k_base` and `p50k_edit` cut with.
    public static let r50k = bytes(KnownExpressions.r50k)
    /// What tiktoken's `cl100k_base` cuts with.
    public static let cl100k = bytes(KnownExpressions.cl100k)
    /// What tiktoken's `o200k_base` and `o200k_harmony` cut with.
    public static let o200k = bytes(KnownExpressions.o200k)

    /// What cuts text for the tiktoken encoding of this name; nil when the name is not known.
    public static func tiktoken(encoding name: String) -> PreTokenizer? {
        switch name {
        case "gpt2", "r50k_base", "p50k_base", "p50k_edit": .r50k
        case "cl100k_base": .cl100k
        case "o200k_base", "o200k_harmony": .o200k
        default: nil
        }
    }

    /// Names of `tokenizer.ggml.pre` that mean the same.
    struct LlamaCppRule: Sendable {
        let names: [String]
        let preTokenizer: PreTokenizer

        init(_ preTokenizer: PreTokenizer, _ names: String...) {
            self.names = names
            self.preTokenizer = preTokenizer
        }
    }

    /// What cuts text for this name of `tokenizer.ggml.pre`; nil when the name is not known.
    public static func llamaCpp(name: String) -> PreTokenizer? {
        llamaCppRules.first { $0.names.contains(name) }?.preTokenizer
    }

    /// The rules of llama.cpp (`llama-vocab.cpp` of llama-cpp-python 0.3.36).
    ///
    /// Those that are written by hand there
    /// stand here as the expressions that they were written from.
    static var llamaCppRules: [LlamaCppRule] {
        [
            LlamaCppRule(
                bytes(#"[\p{P}\$\+<=>\^~\|]+"#, KnownExpressions.gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"),
                "default"),
            LlamaCppRule(
                .gpt2, "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de",
                "a.x-4.0",
                "mellum", "modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "exaone4", "mpt",
                "olmo",
                "jais", "trillion", "granite-docling"),
            LlamaCppRule(
                .smollm, "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
                "mellum2"),
            LlamaCppRule(
                .llama3, "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
                "lfm2",
                "jina-v5-nano", "dbrx", "smaug-bpe", "chatglm-bpe", "glm4", "glm5"),
            LlamaCppRule(
                .qwen2, "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "megrez", "hunyuan",
                "grok-2",
                "solar-open"),
            LlamaCppRule(bytes(KnownExpressions.qwen35), "qwen35"),
            LlamaCppRule(.tekken, "tekken"),
            LlamaCppRule(
                .o200k, "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2", "granite-embed-multi-97m"),
            LlamaCppRule(
                bytes(
                    #"[\r\n]"#, KnownExpressions.deepSeekWords, KnownExpressions.deepSeekSymbols, #"\s+$"#,
                    KnownExpressions.deepSeekEastAsian, #"\p{N}+"#), "deepseek-llm"),
            LlamaCppRule(
                bytes(
                    #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, KnownExpressions.deepSeekEastAsian, #"\p{N}"#),
                "deepseek-coder"),
            LlamaCppRule(
                bytes(#"\p{N}{1,3}"#, KnownExpressions.eastAsian, KnownExpressions.deepSeek3), "deepseek-v3",
                "hunyuan-dense", "joyai-llm", "hy_v4"),
            LlamaCppRule(
                bytes(#"\p{N}{1,3}"#, KnownExpressions.eastAsian, KnownExpressions.spark, #"\p{N}"#),
                "spark2_5"),
            LlamaCppRule(
                bytes(
                    #"[\x{AC00}-\x{D7A3}\x{3131}-\x{318E}]+"#
                        + #"|[\x{FF01}\x{2026}\x{201C}\x{201D}\x{2018}\x{2019}\x{2014}\x{FF1A}-\x{FF1B}\x{FF0C}\x{3001}-\x{303F}\x{FE30}-\x{FE4F}]+"#
                        + #"|[\x{3105}-\x{312F}]+|"# + KnownExpressions.eastAsian,
                    KnownExpressions.youtu), "youtu"),
            LlamaCppRule(
                bytes(#"[\p{P}\$\+<=>\^~\|`]+"#, KnownExpressions.gpt2, "[0-9][0-9][0-9]"), "falcon"),
            LlamaCppRule(bytes(KnownExpressions.jais2), "jais-2"),
            LlamaCppRule(bytes(KnownExpressions.bloom), "poro-chat", "bloom", "gpt3-finnish"),
            LlamaCppRule(bytes(KnownExpressions.bloom, #"\p{N}"#), "viking"),
            LlamaCppRule(
                gpt2(
                    after: "<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", #"([\t\n]|    |  )"#,
                    #"\p{N}"#, #"[\p{P}!-/:-@\[-`{-~]"#), "chameleon"),
            LlamaCppRule(
                bytes(#"\d{1,3}(?=(?:\d{3})*\b)"#, KnownExpressions.o200k), "tiny_aya", "cohere2moe"),
            LlamaCppRule(bytes(KnownExpressions.kimi), "kimi-k2"),
            LlamaCppRule(bytes(#"\p{N}+"#, #"(?=(\d{3})+(?!\d))"#), "superbpe"),
            LlamaCppRule(bytes(KnownExpressions.bailing), "bailingmoe", "bailingmoe2", "llada-moe"),
            LlamaCppRule(bytes(KnownExpressions.seedCoder), "seed-coder"),
            LlamaCppRule(bytes(KnownExpressions.ufakzeka), "ufakzeka"),
            LlamaCppRule(
                bytes(
                    #"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"#, KnownExpressions.arceeAsian,
                    KnownExpressions.deepSeek3), "afmoe"),
            LlamaCppRule(bytes(#"[^\n]+|[\n]+"#, KnownExpressions.llama3(digits: #"\p{N}"#)), "laguna"),
            LlamaCppRule(bytes(KnownExpressions.exaoneMoE), "exaone-moe"),
            LlamaCppRule(
                bytes(#"\p{N}{1,3}"#, KnownExpressions.llama3(digits: #"\p{N}+"#)), "minicpm5"),
            // These spell text as it is, not its bytes.
            LlamaCppRule(
                .split(.expression(#"[^\n]+|[\n]+"#), .isolated, inverted: false), "gemma4",
                "granite-embed-multi-311m", "sarvam-moe"),
            LlamaCppRule(.split(.expression(#"\S+"#), .isolated, inverted: false), "whitespace"),
        ]
    }
}

extension PreTokenizer {
    /// The names that `llamaCpp(name:)` knows.
    public static var llamaCppNames: [String] { llamaCppRules.flatMap(\.names) }
}
