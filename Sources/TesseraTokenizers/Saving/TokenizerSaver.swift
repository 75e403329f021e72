public import TesseraCore
internal import TesseraFiles

/// Writes tokenizers to files, each complete or not at all.
public enum TokenizerSaver {
    /// A format of files.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// `tokenizer.json`: everything but the chat template and the roles of tokens.
        case json
        /// `.tiktoken`: the ranks of a byte-level vocabulary.
        case tiktoken
        /// SentencePiece's `.model`: Unigram and BPE of characters.
        case model
        /// GGUF with a vocabulary only, for llama.cpp.
        case gguf
        /// A Hugging Face folder: `tokenizer.json` and `tokenizer_config.json`.
        case folder

        /// The format that the name of a file tells; nil when it tells none.
        public init?(path: String) {
            let name = FileSystem.name(of: path)
            guard !path.hasSuffix("/"), let dot = name.lastIndex(of: ".") else {
                self = .folder
                return
            }
            self.init(rawValue: String(name[name.index(after: dot)...]).lowercased())
        }
    }

    /// What was written.
    public struct Outcome: Hashable, Sendable {
        /// The paths of the files.
        public var files: [String]
        /// What the format cannot say and is lost, in words.
        public var losses: [String]
    }

    /// Writes `loaded` to `path`.
    ///
    /// - Parameter format: nil: the name of the file tells, and one without an extension is a folder.
    /// - Throws: `LocatedError` saying what the format cannot express, or that the file cannot be written.
    @discardableResult
    public static func save(
        _ loaded: LoadedTokenizer, to path: String, format: Format? = nil
    ) throws(LocatedError) -> Outcome {
        var definition = LoadedDefinition(loaded.tokenizer.definition, file: loaded.file)
        definition.chatTemplate = loaded.chatTemplate
        definition.endOfText = loaded.endOfText
        return try save(definition, to: path, format: format)
    }

    /// Writes `definition` to `path`.
    ///
    /// - Parameter format: as for `save(_:to:format:)` of a loaded tokenizer.
    /// - Throws: as that does.
    @discardableResult
    public static func save(
        _ definition: TokenizerDefinition, to path: String, format: Format? = nil
    ) throws(LocatedError) -> Outcome {
        try save(LoadedDefinition(definition, file: path), to: path, format: format)
    }

    /// Writes `loaded` to `path`.
    @discardableResult
    package static func save(
        _ loaded: LoadedDefinition, to path: String, format: Format? = nil
    ) throws(LocatedError) -> Outcome {
        guard let format = format ?? Format(path: path) else {
            let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw LocatedError(
                file: path, problem: "its name does not tell the format", remedy: "name one of \(known)")
        }
        do throws(LocatedError) {
            return try write(loaded, to: path, format)
        } catch {
            guard error.file == nil else { throw error }
            throw LocatedError(
                file: path, field: error.field,
                problem: "cannot be written as \(format.rawValue): \(error.problem)",
                remedy: error.remedy)
        }
    }

    private static func write(
        _ loaded: LoadedDefinition, to path: String, _ format: Format
    ) throws(LocatedError) -> Outcome {
        let hasTemplate = loaded.chatTemplate != nil
        var losses: [String] = []
        switch format {
        case .json:
            var writer = HuggingFaceWriter(loaded.definition)
            try writeAtomically(try writer.json(), to: path)
            losses = writer.losses
        case .tiktoken:
            var writer = TiktokenWriter(loaded.definition)
            try writeAtomically(try writer.text(), to: path)
            losses = writer.losses
        case .model:
            var writer = SentencePieceWriter(loaded.definition)
            let bytes = try writer.bytes()
            losses = try writer.losses + ReadBack(model: bytes, file: path).losses(of: loaded.definition)
            try writeAtomically(bytes, to: path)
        case .gguf:
            var writer = GGUFVocabularyWriter(loaded.definition)
            let bytes = try writer.bytes(chatTemplate: loaded.chatTemplate)
            losses = try writer.losses + ReadBack(gguf: bytes, file: path).losses(of: loaded.definition)
            try writeAtomically(bytes, to: path)
            return Outcome(files: [path], losses: losses)
        case .folder: return try FolderWriter(loaded).write(to: path)
        }
        if hasTemplate { losses.append("the chat template") }
        return Outcome(files: [path], losses: losses)
    }
}
