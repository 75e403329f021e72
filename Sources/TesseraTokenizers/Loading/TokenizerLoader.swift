public import TesseraCore
public import TesseraFiles

/// Reads tokenizers from files.
public enum TokenizerLoader {
    /// The tokenizer of the model at `location`.
    ///
    /// - Throws: as `load(path:)` does.
    public static func load(_ location: ModelLocation) throws(LocatedError) -> LoadedTokenizer {
        switch location {
        case .gguf(let path): try load(gguf: GGUFFile(path: path))
        case .folder(let path): try load(folder: path)
        }
    }

    /// The tokenizer in the metadata of `gguf`.
    ///
    /// - Throws: `LocatedError` naming the field when it is missing, damaged or of a kind that is not supported.
    public static func load(gguf: GGUFFile) throws(LocatedError) -> LoadedTokenizer {
        let reader = GGUFTokenizerReader(gguf)
        let definition = try reader.read()
        return try LoadedTokenizer(definition, preTokenizerDescription: reader.splitRuleName())
    }

    /// The tokenizer of a Hugging Face folder: `tokenizer.json` or an older file, and the files beside it.
    ///
    /// - Throws: `LocatedError` naming the file and field when it is missing, damaged or uses a component that is not
    ///   supported.
    public static func load(folder: String) throws(LocatedError) -> LoadedTokenizer {
        try LoadedTokenizer(DefinitionLoader.load(path: folder))
    }
}
