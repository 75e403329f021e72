public import TesseraCore
internal import TesseraFiles

extension TokenizerLoader {
    /// What a file may leave open, for the formats that do not say it.
    public struct Options: Hashable, Sendable {
        /// The name of the encoding that a `.tiktoken` file holds the ranks of, such as `cl100k_base`; nil:
        /// the name of the file tells.
        public var encoding: String?

        /// The expression that cuts text for a `.tiktoken` file of no known encoding; it has no special
        /// tokens then.
        public var splitExpression: String?

        public init(encoding: String? = nil, splitExpression: String? = nil) {
            self.encoding = encoding
            self.splitExpression = splitExpression
        }
    }

    /// The tokenizer at `path`: a file or folder of any format, or the short name of a fetched model.
    ///
    /// Files are known by their content, and by their name where that says more: `tokenizer.json`,
    /// `tekken.json`, SentencePiece's `.model`, `.tiktoken`, `vocab.json` with `merges.txt`, `vocab.txt`,
    /// GGUF.
    ///
    /// - Throws: `LocatedError` naming the file and field when it cannot be read, is damaged or uses a part
    ///   that is not known, or the option to give when the file leaves something open.
    public static func load(
        path: String, options: Options = Options()
    ) throws(LocatedError) -> LoadedTokenizer {
        switch FileSystem.kind(of: path) {
        case .file?:
            if try isGGUF(path) { return try load(gguf: GGUFFile(path: path)) }
            return try LoadedTokenizer(DefinitionLoader.load(path: path, options: options))
        case .folder?:
            if !FileSystem.names(in: path).contains(where: { $0.hasSuffix(".gguf") })
                || TokenizerFolder(path).hasTokenizer
            {
                return try LoadedTokenizer(DefinitionLoader.load(path: path, options: options))
            }
            return try load(ModelStore().resolve(path))
        default: return try load(ModelStore().resolve(path))
        }
    }

    private static func isGGUF(_ path: String) throws(LocatedError) -> Bool {
        let file = try MappedFile(path: path)
        return withExtendedLifetime(file) { file.bytes.starts(with: "GGUF".utf8) }
    }
}

extension TokenizerFolder {
    /// Whether the folder has a file with a vocabulary.
    fileprivate var hasTokenizer: Bool {
        ["tokenizer.json", "tekken.json", "tokenizer.model", "vocab.json", "vocab.txt"].contains {
            file($0) != nil
        }
    }
}
