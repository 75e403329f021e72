internal import TesseraCore
internal import TesseraFiles

/// Writes a definition as a GGUF file that holds a vocabulary only, in the fields that llama.cpp reads.
struct GGUFVocabularyWriter {
    private let definition: TokenizerDefinition
    private let spellings: TokenSpellings
    private var output = GGUFWriter()

    /// What the file cannot say.
    private(set) var losses: [String] = []

    init(_ definition: TokenizerDefinition) {
        self.definition = definition
        spellings = TokenSpellings(definition)
    }

    /// The bytes of the file.
    ///
    /// - Parameter chatTemplate: the source of the chat template.
    /// - Throws: `LocatedError` saying why the definition cannot be expressed.
    mutating func bytes(chatTemplate: String?) throws(LocatedError) -> [UInt8] {
        switch definition.model {
        case .bytePair(let model) where definition.spellsBytes: try writeByteLevel(model)
        case .bytePair(let model): try writeScored(model)
        case .unigram(let model): try writeUnigram(model)
        case .wordPiece(let model): try writeWordPiece(model)
        case .wordLevel:
            throw Self.error("model", "GGUF has no WordLevel vocabularies")
        case .lessIsBetter:
            throw LessIsBetterDefinition.error("GGUF")
        }
        writeRoles()
        if let chatTemplate { output.append("tokenizer.chat_template", .string(chatTemplate)) }
        return output.bytes
    }

    private mutating func begin(architecture: String, model: String, pre: String) {
        output.append("general.architecture", .string(architecture))
        output.append("general.name", .string("vocabulary"))
        output.append("\(architecture).vocab_size", .uint32(UInt32(truncatingIfNeeded: spellings.count)))
        output.append("tokenizer.ggml.model", .string(model))
        output.append("tokenizer.ggml.pre", .string(pre))
    }

    /// Writes the tokens and their types, those of `kinds` or by what the added tokens are.
    private mutating func writeTokens(
        _ kinds: [TokenKind], spelled spelling: (Int, [UInt8]) -> [UInt8] = { $1 }
    ) {
        let vocabulary = definition.model.vocabulary
        var added: [TokenID: AddedToken] = [:]
        for token in definition.addedTokens where added[token.id] == nil { added[token.id] = token }
        var tokens: [[UInt8]] = []
        var types: [Int32] = []
        for id in 0..<spellings.count {
            let token = added[TokenID(truncatingIfNeeded: id)]
            let text = token?.content ?? vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))
            var kind = token.map { $0.isSpecial ? TokenKind.control : .userDefined } ?? .normal
            if id < kinds.count { kind = kinds[id] }
            if text.isEmpty {
                // Holes get a name of their own, as Hugging Face models' converter gives them.
                tokens.append(Array("[PAD\(id)]".utf8))
                kind = .unused
            } else {
                tokens.append(token == nil ? spelling(id, text) : text)
            }
            types.append(Int32(kind.rawValue))
        }
        output.append("tokenizer.ggml.tokens", .strings(tokens))
        output.append("tokenizer.ggml.token_type", .int32s(types))
    }

    private mutating func writeRoles() {
        let roles = definition.specialTokens
        let ends = roles.endOfText.sorted()
        let named: [(String, TokenID?)] = [
            ("bos", roles.beginOfText), ("eos", ends.first), ("eot", ends.dropFirst().first),
            ("unknown", roles.unknown ?? definition.model.unknownToken), ("padding", roles.padding),
        ]
        for (name, id) in named {
            if let id { output.append("tokenizer.ggml.\(name)_token_id", .uint32(id)) }
        }
        if ends.count > 2 { losses.append("\(ends.count - 2) of the tokens that end a text") }
        let (first, last) = definition.postProcessor?.ends ?? (nil, nil)
        if case .wordPiece = definition.model { return }
        output.append("tokenizer.ggml.add_bos_token", .bool(first != nil && first == roles.beginOfText))
        output.append("tokenizer.ggml.add_eos_token", .bool(last != nil && last == ends.first))
        if first != nil, first != roles.beginOfText { losses.append("the token in front of a text") }
        if last != nil, last != ends.first { losses.append("the token behind a text") }
    }

    static func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(field: field, problem: problem, remedy: "save it as tokenizer.json")
    }
}

// MARK: Kinds of vocabularies

extension GGUFVocabularyWriter {
    /// "gpt2": byte-level BPE with its merges, text split by a rule that has a name.
    private mutating func writeByteLevel(_ model: BytePairDefinition) throws(LocatedError) {
        guard let name = definition.preTokenizer?.llamaCppName else {
            throw Self.error(
                "pre_tokenizer", "llama.cpp has no name for a rule that splits text like this one does")
        }
        switch definition.normalizer {
        case nil: break
        case .unicode(.canonicalComposed)?: losses.append("text is not brought into the form NFC")
        default: throw Self.error("normalizer", "llama.cpp does not normalize text, and this tokenizer does")
        }
        guard !model.merges.isEmpty else {
            throw Self.error("model.merges", "there are none, and llama.cpp's byte-level BPE needs some")
        }
        begin(architecture: "llama", model: "gpt2", pre: name)
        writeTokens(model.kinds)
        let vocabulary = model.vocabulary
        output.append(
            "tokenizer.ggml.merges",
            .strings(
                model.merges.map {
                    vocabulary.spelling(of: $0.left) + [0x20] + vocabulary.spelling(of: $0.right)
                }))
        if model.order == .byMadeToken {
            losses.append("pairs that make the same token get a rank each")
        }
        if definition.addedTokens.contains(where: { $0.stripsLeft || $0.stripsRight || $0.isSingleWord }) {
            losses.append("which added tokens take the white space beside them or must be single words")
        }
    }

    /// "llama": SentencePiece's BPE, whose merges follow from scores.
    private mutating func writeScored(_ model: BytePairDefinition) throws(LocatedError) {
        guard model.continuingPrefix.isEmpty, model.endSuffix.isEmpty else {
            throw Self.error("model", "llama.cpp has no prefix or suffix inside words")
        }
        guard model.fallsBackToBytes else {
            throw Self.error(
                "model", "llama.cpp spells unknown characters in bytes, and this vocabulary has none")
        }
        let normalization = try normalization()
        guard normalization.characterMap.isEmpty, !normalization.removesExtraWhitespace,
            normalization.escapesWhitespace
        else {
            throw Self.error("normalizer", "llama.cpp only replaces spaces for such vocabularies")
        }
        var scores = model.scores
        if scores.isEmpty { scores = try RankScores(model).scores() }
        while scores.count < spellings.count { scores.append(0) }
        begin(architecture: "llama", model: "llama", pre: "default")
        writeTokens(kindsWithBytes(model.kinds, unknown: model.unknownToken))
        output.append("tokenizer.ggml.scores", .float32s(scores))
        output.append("tokenizer.ggml.add_space_prefix", .bool(normalization.addsDummyPrefix))
    }

    /// "t5": Unigram with SentencePiece's normalizer.
    private mutating func writeUnigram(_ model: UnigramDefinition) throws(LocatedError) {
        let normalization = try normalization()
        guard normalization.escapesWhitespace, !normalization.treatsWhitespaceAsSuffix else {
            throw Self.error("normalizer", "llama.cpp always puts U+2581 in front of words")
        }
        if model.fallsBackToBytes {
            throw Self.error("model", "llama.cpp's Unigram does not spell unknown characters in bytes")
        }
        begin(architecture: "t5", model: "t5", pre: "default")
        writeTokens(kindsWithBytes(model.kinds, unknown: model.unknownToken))
        var scores = model.scores.map { Float($0) }
        while scores.count < spellings.count { scores.append(0) }
        output.append("tokenizer.ggml.scores", .float32s(scores))
        output.append("tokenizer.ggml.add_space_prefix", .bool(normalization.addsDummyPrefix))
        output.append("tokenizer.ggml.remove_extra_whitespaces", .bool(normalization.removesExtraWhitespace))
        if !normalization.characterMap.isEmpty {
            output.append("tokenizer.ggml.precompiled_charsmap", .bytes(normalization.characterMap))
        }
    }

    /// "bert": WordPiece, with U+2581 before the tokens that begin a word.
    private mutating func writeWordPiece(_ model: WordPieceDefinition) throws(LocatedError) {
        guard
            case .bert(cleansText: true, spacesChinese: true, let stripsAccents, let lowercases)? = definition
                .normalizer,
            definition.preTokenizer == .bert, model.continuingPrefix == "##"
        else {
            throw Self.error(
                "normalizer", "llama.cpp's WordPiece normalizes and cuts text as BERT does, and this does not"
            )
        }
        begin(architecture: "bert", model: "bert", pre: "default")
        let plain = Set(definition.addedTokens.map(\.id))
        let prefix = Array("##".utf8)
        writeTokens([]) { id, spelling in
            if plain.contains(TokenID(truncatingIfNeeded: id)) { return spelling }
            return spelling.starts(with: prefix)
                ? Array(spelling.dropFirst(prefix.count)) : [0xE2, 0x96, 0x81] + spelling
        }
        output.append("tokenizer.ggml.token_type_count", .uint32(2))
        output.append("tokenizer.ggml.normalizer.lowercase", .bool(lowercases))
        output.append("tokenizer.ggml.normalizer.strip_accents", .bool(stripsAccents ?? lowercases))
        let (classifier, separator) = definition.postProcessor?.ends ?? (nil, nil)
        if let classifier { output.append("tokenizer.ggml.cls_token_id", .uint32(classifier)) }
        // Misspelled in the format.
        if let separator { output.append("tokenizer.ggml.seperator_token_id", .uint32(separator)) }
        if let mask = spellings.id(of: Array("[MASK]".utf8)) {
            output.append("tokenizer.ggml.mask_token_id", .uint32(mask))
        }
    }

    private func normalization() throws(LocatedError) -> SentencePieceNormalization {
        var prefix: Bool?
        if let preTokenizer = definition.preTokenizer {
            guard case .metaspace("\u{2581}", let scheme, _) = preTokenizer, scheme != .first else {
                throw Self.error("pre_tokenizer", "llama.cpp cuts such vocabularies' text at spaces only")
            }
            prefix = scheme == .always
        }
        guard let normalization = SentencePieceNormalization(definition.normalizer, prefix: prefix) else {
            throw Self.error("normalizer", "llama.cpp has no normalizer that does the same")
        }
        return normalization
    }

    /// What each token is: `stated`, or by what the added tokens and the spellings tell.
    private func kindsWithBytes(_ stated: [TokenKind], unknown: TokenID?) -> [TokenKind] {
        guard stated.isEmpty else { return stated }
        let vocabulary = definition.model.vocabulary
        var kinds = [TokenKind](repeating: .normal, count: spellings.count)
        for id in 0..<vocabulary.count
        where ByteTokens.byte(spelledBy: vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))) != nil {
            kinds[id] = .byte
        }
        for token in definition.addedTokens where Int(token.id) < kinds.count {
            kinds[Int(token.id)] = token.isSpecial ? .control : .userDefined
        }
        if let unknown, Int(unknown) < kinds.count { kinds[Int(unknown)] = .unknown }
        return kinds
    }
}

extension TokenModel {
    /// The token of unknown text; nil when there is none.
    var unknownToken: TokenID? {
        switch self {
        case .bytePair(let model): model.unknownToken
        case .unigram(let model): model.unknownToken
        case .wordPiece(let model): model.vocabulary.id(ofText: model.unknownToken)
        case .wordLevel(let model): model.vocabulary.id(ofText: model.unknownToken)
        case .lessIsBetter(let model): model.unknownToken
        }
    }
}

extension PostProcessor {
    /// The tokens in front of a single text and behind it.
    var ends: (first: TokenID?, last: TokenID?) {
        switch self {
        case .bert(let separator, let classifier), .roberta(let separator, let classifier, _, _):
            return (classifier.id, separator.id)
        case .byteLevel: return (nil, nil)
        case .template(let single, _, let tokens):
            func id(_ piece: TemplatePiece?) -> TokenID? {
                guard case .token(let name, _)? = piece else { return nil }
                return tokens.first { $0.name.hasSameBytes(as: name) }?.ids.first
            }
            return (id(single.first), id(single.last))
        case .sequence(let parts):
            let ends = parts.map(\.ends)
            return (ends.lazy.compactMap(\.first).first, ends.lazy.compactMap(\.last).first)
        }
    }
}

extension PreTokenizer {
    /// The name of `tokenizer.ggml.pre` that means the same; nil when none is known.
    var llamaCppName: String? {
        let steps = flattened
        return Self.llamaCppRules.first { $0.preTokenizer.flattened == steps }?.names.first
    }

    /// The steps in order, those that do the same in one form.
    var flattened: [PreTokenizer] {
        switch self {
        case .sequence(let parts): parts.flatMap(\.flattened)
        case .byteLevel(let addsPrefixSpace, let usesExpression, _):
            [.byteLevel(addsPrefixSpace: addsPrefixSpace, usesExpression: usesExpression)]
        // The expressions match all of any text, so removing what is not matched removes nothing.
        case .split(let pattern, .removed, inverted: true), .split(let pattern, .isolated, inverted: true):
            [.split(pattern, .isolated, inverted: false)]
        default: [self]
        }
    }
}
