internal import TesseraCore
internal import TesseraFiles

/// Builds a tokenizer from the `tokenizer.ggml.*` fields of a GGUF file.
struct GGUFTokenizerReader {
    private let file: String
    private let metadata: GGUFMetadata

    init(_ gguf: GGUFFile) {
        file = gguf.path
        metadata = gguf.metadata
    }

    func read() throws(LocatedError) -> LoadedDefinition {
        var loaded = LoadedDefinition(try definition(), file: file)
        loaded.chatTemplate = try metadata.optionalString("tokenizer.chat_template")
        loaded.chatTemplateFile = file
        let end = try metadata.optionalInteger("tokenizer.ggml.eos_token_id").flatMap { TokenID(exactly: $0) }
        loaded.endOfText = end.flatMap { loaded.definition.specialTokens.endOfText.contains($0) ? $0 : nil }
        return loaded
    }

    /// The name of the rule that cuts text; nil for vocabularies that have none.
    func splitRuleName() throws(LocatedError) -> String? {
        try metadata.optionalString("tokenizer.ggml.pre")
    }

    private func definition() throws(LocatedError) -> TokenizerDefinition {
        switch try metadata.string("tokenizer.ggml.model") {
        case "gpt2": return try GGUFByteLevel.definition(metadata, file: file)
        case "llama": return try GGUFScoredPairs.definition(metadata, file: file)
        case "gemma4": return try GGUFMergedCharacters.definition(metadata, file: file)
        case "bert": return try GGUFWordPiece.definition(metadata, file: file)
        case "t5": return try GGUFUnigram.definition(metadata, file: file)
        case let kind:
            throw LocatedError(
                file: file, field: "tokenizer.ggml.model", problem: "\"\(kind)\" is not known",
                remedy: "use a model whose tokenizer is gpt2, llama, gemma4, bert or t5")
        }
    }
}
