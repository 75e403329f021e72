public import TesseraCore
public import TesseraFiles

/// Reads tokenizers from files.
public enum TokenizerLoader {
    /// The tokenizer of the model at `path`: a GGUF file, a Hugging Face folder or its `tokenizer.json`.
    ///
    /// - Throws: `LocatedError` naming the file and field when it cannot be read, is damaged, or uses a part that is
    ///   not supported.
    public static func load(path: String) throws(LocatedError) -> LoadedTokenizer {
        try load(gguf: GGUFFile(path: path))
    }

    /// The tokenizer in the metadata of `gguf`.
    ///
    /// - Throws: `LocatedError` naming the field when it is missing, damaged or of a kind that is not supported.
    public static func load(gguf: GGUFFile) throws(LocatedError) -> LoadedTokenizer {
        try GGUFTokenizerReader(gguf).read()
    }
}
