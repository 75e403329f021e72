public import TesseraCore
public import TesseraFiles

/// Reads tokenizers from files.
public enum TokenizerLoader {
    /// The tokenizer at `path`: a GGUF file, a Hugging Face folder, its `tokenizer.json`, or the short name of a
    /// fetched model.
    ///
    /// - Throws: `LocatedError` naming the file and field when it cannot be read, is damaged, or uses a part that is
    ///   not supported.
    public static func load(path: String) throws(LocatedError) -> LoadedTokenizer {
        if path.hasSuffix(".json") {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            return try LoadedTokenizer(HuggingFaceDefinitionReader(folder: folder, file: path).read())
        }
        // A folder may hold a tokenizer without a model.
        if case .file? = FileSystem.kind(of: path + "/tokenizer.json") { return try load(folder: path) }
        return try load(ModelStore().resolve(path))
    }

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

    /// The tokenizer of a Hugging Face folder: `tokenizer.json` and the files beside it.
    ///
    /// - Throws: `LocatedError` naming the file and field when it is missing, damaged or uses a component that is not
    ///   supported.
    public static func load(folder: String) throws(LocatedError) -> LoadedTokenizer {
        try LoadedTokenizer(
            HuggingFaceDefinitionReader(folder: folder, file: folder + "/tokenizer.json").read())
    }
}
