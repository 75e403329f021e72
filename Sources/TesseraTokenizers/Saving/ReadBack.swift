internal import TesseraCore
internal import TesseraFiles

/// What a format that knows other parts than ours reads as: nothing is written that cannot be read, and what would come
/// back otherwise is listed.
struct ReadBack {
    private let definition: TokenizerDefinition

    /// Reads a SentencePiece model.
    ///
    /// - Throws: `LocatedError` saying why it would be refused.
    init(model bytes: [UInt8], file: String) throws(LocatedError) {
        let read = bytes.withUnsafeBytes { buffer in
            Result { () throws(LocatedError) in
                try SentencePieceReader(SentencePieceModel(buffer, file: file), file: file).read().definition
            }
        }
        do throws(LocatedError) {
            definition = try read.get()
        } catch {
            throw Self.refused(error)
        }
    }

    /// Reads a GGUF vocabulary.
    ///
    /// - Throws: `LocatedError` saying why it would be refused.
    init(gguf bytes: [UInt8], file: String) throws(LocatedError) {
        do throws(LocatedError) {
            let file = try GGUFFile(file: MappedFile(copying: bytes, path: file))
            definition = try GGUFTokenizerReader(file).read().definition
        } catch {
            throw Self.refused(error)
        }
    }

    /// The parts of `original` that come back otherwise, in words; those that decide no ids are not compared.
    func losses(of original: TokenizerDefinition) -> [String] {
        var parts: [String] = []
        if Set(original.addedTokens) != Set(definition.addedTokens) {
            parts.append("how added tokens are found in text")
        }
        if !Self.areAlike(original.model.vocabulary, definition.model.vocabulary)
            || original.model.unknownToken != definition.model.unknownToken
        {
            parts.append("some tokens' spellings or the unknown token")
        }
        if !Self.areAlike(original.model, definition.model) { parts.append("how the model makes tokens") }
        if !cutsLike(original) { parts.append("how text is normalized and cut") }
        return parts
    }

    private static func areAlike(_ original: Vocabulary, _ read: Vocabulary) -> Bool {
        (0..<original.count).allSatisfy { id in
            let spelling = original.spelling(of: TokenID(truncatingIfNeeded: id))
            return spelling.isEmpty || read.spelling(of: TokenID(truncatingIfNeeded: id)) == spelling
        }
    }

    private static func areAlike(_ original: TokenModel, _ read: TokenModel) -> Bool {
        switch (original, read) {
        case (.bytePair(let original), .bytePair(let read)):
            return Set(original.merges) == Set(read.merges) && original.fusesUnknown == read.fusesUnknown
                && original.fallsBackToBytes == read.fallsBackToBytes
                && original.ignoresMerges == read.ignoresMerges && found(original.kinds) == found(read.kinds)
        case (.unigram(let original), .unigram(let read)):
            return original.scores.map { Float($0) }
                == read.scores.prefix(original.scores.count).map { Float($0) }
                && original.fallsBackToBytes == read.fallsBackToBytes && original.rules == read.rules
                && found(original.kinds) == found(read.kinds)
        case (.wordPiece(let original), .wordPiece(let read)):
            return original.continuingPrefix == read.continuingPrefix
                && original.largestWord == read.largestWord
        default: return false
        }
    }

    /// The tokens that text can become or that are cut out of it by their type.
    private static func found(_ kinds: [TokenKind]) -> [Int: TokenKind] {
        var found: [Int: TokenKind] = [:]
        for (id, kind) in kinds.enumerated() where kind == .unused || kind == .userDefined {
            found[id] = kind
        }
        return found
    }

    private func cutsLike(_ original: TokenizerDefinition) -> Bool {
        if original.normalizer == definition.normalizer,
            original.preTokenizer?.flattened == definition.preTokenizer?.flattened
        {
            return true
        }
        return Self.normalization(original) == Self.normalization(definition)
    }

    /// What SentencePiece does before it makes tokens; nil when something else is done.
    private static func normalization(_ definition: TokenizerDefinition) -> SentencePieceNormalization? {
        guard let preTokenizer = definition.preTokenizer else {
            return SentencePieceNormalization(definition.normalizer, prefix: nil)
        }
        guard case .metaspace("\u{2581}", let scheme, _) = preTokenizer, scheme != .first else { return nil }
        return SentencePieceNormalization(definition.normalizer, prefix: scheme == .always)
    }

    private static func refused(_ error: LocatedError) -> LocatedError {
        LocatedError(
            field: error.field, problem: "the file could not be read again: \(error.problem)",
            remedy: "save it as tokenizer.json")
    }
}
