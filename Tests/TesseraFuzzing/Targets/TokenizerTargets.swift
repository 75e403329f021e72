internal import TesseraTokenizers

extension FuzzTarget {
    /// Every format of tokenizers.
    static let tokenizerTargets: [FuzzTarget] = [
        tokenizer("tokenizer-json", file: "tokenizer.json"),
        tokenizer("folder", file: "tokenizer.json"),
        tokenizer("sentencepiece", file: "tokenizer.model"),
        tokenizer("tiktoken", file: "r50k_base.tiktoken"),
        tokenizer("tekken", file: "tekken.json"),
        tokenizer("vocab-merges", file: "vocab.json"),
        tokenizer("vocab-txt", file: "vocab.txt"),
        FuzzTarget("gguf", file: "vocabulary.gguf") { _, folder in
            let loaded = try TokenizerLoader.load(path: folder.path("vocabulary.gguf"))
            folder.markLoaded()
            try TokenizerTrial(loaded, folder).run()
        },
    ]

    private static func tokenizer(_ name: String, file: String) -> FuzzTarget {
        FuzzTarget(name, file: file) { input, folder in
            var options = TokenizerLoader.Options()
            if let expression = input.parts.first(where: { $0.name == "split.expression" }) {
                options.splitExpression = String(decoding: expression.bytes, as: UTF8.self)
            }
            let path = input.parts.count == 1 && !file.hasSuffix(".json") ? folder.path(file) : folder.path
            let loaded = try TokenizerLoader.load(path: path, options: options)
            folder.markLoaded()
            try TokenizerTrial(loaded, folder).run()
        }
    }
}
