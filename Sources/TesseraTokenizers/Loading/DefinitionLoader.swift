package import TesseraCore
internal import TesseraFiles

/// Reads a definition from files of any format but GGUF.
package enum DefinitionLoader {
    /// The definition in the file or folder at `path`.
    ///
    /// The content of a file decides, and its name only where that says more; a folder's `tokenizer.json`
    /// goes before its older files.
    ///
    /// - Throws: `LocatedError` naming the file and field that is missing, damaged or not known.
    package static func load(
        path: String, options: TokenizerLoader.Options = TokenizerLoader.Options()
    ) throws(LocatedError) -> LoadedDefinition {
        if case .folder? = FileSystem.kind(of: path) { return try load(folder: path, options: options) }
        let name = FileSystem.name(of: path)
        let folder = FileSystem.folder(of: path)
        if name.hasSuffix(".tiktoken") || options.encoding != nil || options.splitExpression != nil {
            return try TiktokenReader(path: path, options: options).read()
        }
        if name.hasSuffix(".json") {
            if isTekken(path) { return try TekkenReader(path: path).read() }
            if name == "vocab.json" { return try load(folder: folder, options: options, prefersOlder: true) }
            return try HuggingFaceDefinitionReader(folder: folder, file: path).read()
        }
        if name.hasSuffix(".txt") {
            return try complete(
                PlainVocabularyReader(TokenizerFolder(folder)).wordPiece(vocabulary: path), folder)
        }
        if TiktokenReader.recognises(path) { return try TiktokenReader(path: path, options: options).read() }
        return try SentencePieceReader(path: path).read()
    }

    /// The definition in a folder.
    private static func load(
        folder path: String, options: TokenizerLoader.Options, prefersOlder: Bool = false
    ) throws(LocatedError) -> LoadedDefinition {
        let folder = TokenizerFolder(path)
        if !prefersOlder, let file = folder.file("tokenizer.json") {
            return try HuggingFaceDefinitionReader(folder: path, file: file).read()
        }
        if !prefersOlder, let file = folder.file("tekken.json") { return try TekkenReader(path: file).read() }
        let reader = PlainVocabularyReader(folder, options: options)
        if let vocabulary = folder.file("vocab.json"), let merges = folder.file("merges.txt") {
            return try complete(reader.bytePair(vocabulary: vocabulary, merges: merges), path)
        }
        for name in ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"] {
            guard let file = folder.file(name) else { continue }
            if TiktokenReader.recognises(file) {
                return try complete(TiktokenReader(path: file, options: options).read(), path)
            }
            return try complete(SentencePieceReader(path: file).read(), path)
        }
        if let file = folder.file("vocab.txt") {
            return try complete(reader.wordPiece(vocabulary: file), path)
        }
        if let name = FileSystem.names(in: path).first(where: { $0.hasSuffix(".tiktoken") }) {
            return try complete(TiktokenReader(path: "\(path)/\(name)", options: options).read(), path)
        }
        throw LocatedError(
            file: path, problem: "has no tokenizer",
            remedy:
                "name a folder with tokenizer.json, tekken.json, tokenizer.model, vocab.json and merges.txt, "
                + "vocab.txt or a .tiktoken file")
    }

    private static func complete(
        _ loaded: LoadedDefinition, _ folder: String
    ) throws(LocatedError) -> LoadedDefinition {
        var loaded = loaded
        try TokenizerFolder(folder).complete(&loaded)
        return loaded
    }

    /// Whether the JSON file at `path` is Mistral's: its first member is `config`, `vocab` or another of its
    /// own.
    private static func isTekken(_ path: String) -> Bool {
        guard let file = try? MappedFile(path: path) else { return false }
        var scanner = JSONScanner(file, field: "")
        var key: [UInt8] = []
        guard (try? scanner.beginObject()) == true, (try? scanner.key(into: &key)) != nil else {
            return false
        }
        return ["config", "vocab", "special_tokens", "type"].contains(String(decoding: key, as: UTF8.self))
            && FileSystem.name(of: path) != "tokenizer.json"
    }
}

extension TokenizerLoader.Options {
    /// The pre-tokenizer that the options name; nil when they name none.
    func preTokenizer() throws(LocatedError) -> PreTokenizer? {
        if let splitExpression { return TiktokenEncoding.split(by: splitExpression) }
        guard let encoding else { return nil }
        guard let known = TiktokenEncoding.named(encoding) else {
            throw LocatedError(
                field: "encoding", problem: "\"\(encoding)\" is not known",
                remedy: "use one of \(TiktokenEncoding.known.map(\.name).joined(separator: ", "))")
        }
        return known.preTokenizer
    }
}
