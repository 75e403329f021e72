internal import TesseraCore
internal import TesseraFiles

/// The fields `tokenizer.ggml.*` that all kinds of vocabulary have in common.
///
/// Defaults are those of llama.cpp (llama-vocab.cpp).
struct GGUFVocabulary {
    let metadata: GGUFMetadata
    let file: String

    /// The tokens by id, spelled as the file spells them; empty spellings are ids that nobody uses.
    let tokens: GGUFStrings

    /// For each id what it is; nil: an undefined type.
    let kinds: [TokenKind?]

    init(_ metadata: GGUFMetadata, file: String) throws(LocatedError) {
        self.metadata = metadata
        self.file = file
        tokens = try metadata.strings("tokenizer.ggml.tokens")
        guard !tokens.isEmpty, tokens.count < Vocabulary.largestCount else {
            throw Self.error(
                file, "tokenizer.ggml.tokens",
                "\(tokens.count) tokens, expected 1 to \(Vocabulary.largestCount - 1)")
        }
        let field = "tokenizer.ggml.token_type"
        var kinds: [TokenKind?] = []
        for type in try metadata.optionalIntegers(field) ?? [] {
            guard let number = UInt8(exactly: type), number <= 6 else {
                throw Self.error(file, field, "token \(kinds.count) has the unknown type \(type)")
            }
            kinds.append(TokenKind(rawValue: number))
        }
        if kinds.isEmpty { kinds = Array(repeating: .normal, count: tokens.count) }
        guard kinds.count == tokens.count else {
            throw Self.error(file, field, "has \(kinds.count) entries for \(tokens.count) tokens")
        }
        self.kinds = kinds
    }

    /// The tokens, spelled as `spelling` says.
    ///
    /// - Throws: `LocatedError` when two are spelled alike.
    func vocabulary(
        _ spelling: (Int, UnsafeRawBufferPointer) -> [UInt8] = { Array($1) }
    ) throws(LocatedError) -> Vocabulary {
        let spellings = tokens.enumerated().map { spelling($0, $1) }
        do throws(LocatedError) {
            return try Vocabulary(spellings)
        } catch {
            throw Self.error(file, "tokenizer.ggml.tokens", error.problem)
        }
    }

    /// The tokens' scores; zeros when the file has none.
    func scores() throws(LocatedError) -> [Double] {
        let field = "tokenizer.ggml.scores"
        guard let scores = try metadata.optionalDoubles(field) else {
            return Array(repeating: 0, count: tokens.count)
        }
        guard scores.count == tokens.count else {
            throw error(field, "has \(scores.count) entries for \(tokens.count) tokens")
        }
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw error(field, "the score of token \(id) is \(scores[id])")
        }
        return scores
    }

    /// The tokens that are found in text before anything else: control and unknown ones when special tokens are read,
    /// user-defined ones always.
    func addedTokens(_ spelling: (Int) -> [UInt8]) throws(LocatedError) -> [AddedToken] {
        var added: [AddedToken] = []
        for (id, kind) in kinds.enumerated()
        where kind == .control || kind == .unknown || kind == .userDefined {
            let content = spelling(id)
            guard firstInvalidUTF8Offset(in: content) == nil else {
                throw error("tokenizer.ggml.tokens", "token \(id) is looked for in text but is not UTF-8")
            }
            guard content.count <= AddedToken.largestByteCount else {
                throw error(
                    "tokenizer.ggml.tokens",
                    "token \(id) is looked for in text and has \(content.count) bytes, more than "
                        + "\(AddedToken.largestByteCount)")
            }
            added.append(
                AddedToken(
                    id: TokenID(truncatingIfNeeded: id), content: content, isSpecial: kind != .userDefined))
        }
        return added
    }

    /// The token with the role `name`; what is not an id of the file's tokens is refused.
    func id(_ name: String, default usual: Int? = nil) throws(LocatedError) -> TokenID? {
        let field = "tokenizer.ggml.\(name)_token_id"
        guard let value = try metadata.optionalInteger(field) else {
            return usual.flatMap { $0 < tokens.count ? TokenID(truncatingIfNeeded: $0) : nil }
        }
        guard value >= 0, value < tokens.count else {
            throw error(field, "\(value) is not an id of the \(tokens.count) tokens")
        }
        return TokenID(truncatingIfNeeded: value)
    }

    /// The truth value of `tokenizer.ggml.NAME`.
    func flag(_ name: String, default usual: Bool) throws(LocatedError) -> Bool {
        try metadata.optionalBool("tokenizer.ggml.\(name)") ?? usual
    }

    /// The ids with a role, by llama.cpp's defaults for the kind of vocabulary.
    func specialTokens(
        bos: Int?, eos: Int?, unknown: Int?, padding: Int?, addsBos: Bool
    ) throws(LocatedError) -> SpecialTokens {
        let ends = try [id("eos", default: eos), id("eot"), id("eom")].compactMap { $0 }
        let beginOfText = try id("bos", default: bos)
        return SpecialTokens(
            beginOfText: beginOfText, endOfText: Set(ends), unknown: try id("unknown", default: unknown),
            padding: try id("padding", default: padding),
            addsBeginOfText: addsBos && beginOfText != nil)
    }

    /// A template with `prefix` in front of each text and `suffix` behind it; nil when both are empty.
    func template(
        prefix: [TokenID], suffix: [TokenID], pairSuffix: [TokenID]? = nil, _ vocabulary: Vocabulary
    ) -> PostProcessor? {
        guard !prefix.isEmpty || !suffix.isEmpty else { return nil }
        func name(_ id: TokenID) -> String { String(decoding: vocabulary.spelling(of: id), as: UTF8.self) }
        func pieces(_ ids: [TokenID], _ typeID: UInt32) -> [TemplatePiece] {
            ids.map { .token(name($0), typeID: typeID) }
        }
        let second = pieces(pairSuffix == nil ? prefix : [], 1)
        return .template(
            single: pieces(prefix, 0) + [.first(typeID: 0)] + pieces(suffix, 0),
            pair: pieces(prefix, 0) + [.first(typeID: 0)] + pieces(suffix, 0) + second + [.second(typeID: 1)]
                + pieces(suffix, 1),
            tokens: Set(prefix + suffix).sorted().map {
                TemplateToken(name: name($0), ids: [$0], spellings: [name($0)])
            })
    }

    func error(_ field: String, _ problem: String) -> LocatedError { Self.error(file, field, problem) }

    private static func error(_ file: String, _ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}
