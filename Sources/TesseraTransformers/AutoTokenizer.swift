internal import TesseraTokenizers

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Opens tokenizers under the names that apps written for swift-transformers call.
///
/// ```swift
/// let tokenizer = try await AutoTokenizer.from(modelFolder: URL(filePath: "models/smollm2"))
/// let ids = tokenizer.encode(text: "Hello")
/// ```
public enum AutoTokenizer {
    /// The tokenizer in a folder, chosen by what its files say and not by the name of a class.
    ///
    /// - Parameters:
    ///   - modelFolder: a Hugging Face folder; a GGUF file or a `tokenizer.json` will do too.
    ///   - strict: accepted for compatibility; what cannot be read exactly is always an error.
    /// - Throws: `LocatedError` naming the file and field that is missing, damaged or not known.
    public static func from(modelFolder: URL, strict: Bool = true) async throws -> any Tokenizer {
        try LoadedTransformersTokenizer(TokenizerLoader.load(path: modelFolder.path))
    }

    /// The tokenizer of a model that `tessera model fetch` fetched, or at a path; nothing is downloaded.
    ///
    /// - Throws: `LocatedError` naming what was not found and how to fetch it.
    public static func from(pretrained model: String, strict: Bool = true) async throws -> any Tokenizer {
        try LoadedTransformersTokenizer(TokenizerLoader.load(path: model))
    }
}
