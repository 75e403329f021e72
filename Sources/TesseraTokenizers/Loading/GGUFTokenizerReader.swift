internal import TesseraCore
internal import TesseraFiles

/// Builds a tokenizer from the `tokenizer.ggml.*` fields of a GGUF file, straight from the mapped bytes.
struct GGUFTokenizerReader {
    private let file: String
    private let metadata: GGUFMetadata

    init(_ gguf: GGUFFile) {
        file = gguf.path
        metadata = gguf.metadata
    }

    func read() throws(LocatedError) -> LoadedTokenizer {
        let kind = try metadata.string("tokenizer.ggml.model")
        guard kind == "gpt2" else {
            throw LocatedError(
                file: file, field: "tokenizer.ggml.model", problem: "\"\(kind)\" is not supported",
                remedy: "use a model whose tokenizer is gpt2 (byte-level BPE)")
        }
        let rule = try splitRule()
        var builder = BytePairBuilder(file: file)
        let types = try tokenTypes()
        try readTokens(into: &builder, types: types)
        let addedTokens = try addedTokens(builder.vocabulary, types: types)
        try readMerges(into: &builder)
        let isLlama3 = rule.preTokenizer == SplitRule.llama3.preTokenizer
        let count = builder.vocabulary.count
        let roles = try specialTokens(count: count, addsBeginOfTextUnlessTold: isLlama3)
        let definition = TokenizerDefinition(
            preTokenizer: rule.preTokenizer, model: .bytePair(builder.finish(ignoresMerges: isLlama3)),
            postProcessor: roles.addsBeginOfText ? postProcessor(roles, builder.vocabulary) : nil,
            decoder: .byteLevel, addedTokens: addedTokens, specialTokens: roles)
        return LoadedTokenizer(
            tokenizer: try PipelineTokenizer(definition, file: file),
            chatTemplate: try metadata.optionalString("tokenizer.chat_template"),
            chatTemplateFile: file, endOfText: try id("eos", count: count), file: file,
            preTokenizerDescription: rule.name)
    }

    /// The beginning of text in front of each text.
    private func postProcessor(_ roles: SpecialTokens, _ vocabulary: Vocabulary) -> PostProcessor? {
        guard let id = roles.beginOfText else { return nil }
        let name = String(decoding: vocabulary.spelling(of: id), as: UTF8.self)
        return .template(
            single: [.token(name, typeID: 0), .first(typeID: 0)],
            pair: [
                .token(name, typeID: 0), .first(typeID: 0), .token(name, typeID: 1), .second(typeID: 1),
            ],
            tokens: [TemplateToken(name: name, ids: [id], spellings: [name])])
    }

    private func splitRule() throws(LocatedError) -> SplitRule {
        let field = "tokenizer.ggml.pre"
        let known = SplitRule.byName.map(\.name).joined(separator: ", ")
        guard let name = try metadata.optionalString(field) else {
            throw LocatedError(
                file: file, field: field, problem: "missing, so it is not known how text is split",
                remedy: "convert the model again with a converter that writes it; known rules: \(known)")
        }
        guard let entry = SplitRule.byName.first(where: { $0.name == name }) else {
            throw LocatedError(
                file: file, field: field, problem: "the split rule \"\(name)\" is not known",
                remedy: "use a model with one of \(known)")
        }
        return entry.rule.named(name)
    }

    private func readTokens(
        into builder: inout BytePairBuilder, types: [GGUFTokenType]?
    ) throws(LocatedError) {
        let field = "tokenizer.ggml.tokens"
        let tokens = try metadata.strings(field)
        if let types, types.count != tokens.count {
            throw error("tokenizer.ggml.token_type", "has \(types.count) entries for \(tokens.count) tokens")
        }
        try builder.reserve(tokens: tokens.count, spellingBytes: tokens.reduce(0) { $0 + $1.count })
        for (id, spelling) in tokens.enumerated() {
            if spelling.isEmpty { throw error(field, "token \(id) is empty") }
            let earlier = builder.append(spelling: spelling)
            if let earlier {
                throw error(
                    field,
                    "token \(id) is \"\(String(decoding: spelling, as: UTF8.self))\" like token \(earlier)")
            }
        }
    }

    /// What each token is, by `tokenizer.ggml.token_type`; nil when the file does not say.
    private func tokenTypes() throws(LocatedError) -> [GGUFTokenType]? {
        let field = "tokenizer.ggml.token_type"
        guard let value = metadata[field] else { return nil }
        guard case .numbers(let numbers) = value else {
            throw error(field, "is not an array of numbers")
        }
        var types: [GGUFTokenType] = []
        types.reserveCapacity(numbers.count)
        for number in numbers {
            guard case .integer(let code) = number else { throw error(field, "is not an array of integers") }
            guard let type = GGUFTokenType(rawValue: code) else {
                throw error(field, "token \(types.count) has the unknown type \(code)")
            }
            types.append(type)
        }
        return types
    }

    /// The control and user-defined tokens.
    ///
    /// They must be UTF-8: a part of a code point would cut the text where it must not be cut.
    private func addedTokens(
        _ vocabulary: Vocabulary, types: [GGUFTokenType]?
    ) throws(LocatedError) -> [AddedToken] {
        let field = "tokenizer.ggml.tokens"
        var tokens: [AddedToken] = []
        for (id, type) in (types ?? []).enumerated() where type.isAdded {
            let content = vocabulary.withSpelling(of: id) { Array($0) }
            guard String(validating: content, as: UTF8.self) != nil else {
                throw error(field, "token \(id) is a control or user-defined token but not UTF-8 text")
            }
            guard content.count <= AddedToken.largestByteCount else {
                throw error(
                    field,
                    "token \(id) is a control or user-defined token of \(content.count) bytes, more than "
                        + "\(AddedToken.largestByteCount)")
            }
            tokens.append(
                AddedToken(
                    id: TokenID(truncatingIfNeeded: id), content: content, isSpecial: type == .control,
                    isNormalized: type == .userDefined))
        }
        return tokens
    }

    private func readMerges(into builder: inout BytePairBuilder) throws(LocatedError) {
        let field = "tokenizer.ggml.merges"
        guard let merges = try metadata.optionalStrings(field), !merges.isEmpty else {
            throw LocatedError(
                file: file, field: field,
                problem: "missing: a byte-pair tokenizer cannot work without its merges",
                remedy: "convert the model again with its merges, or use another file")
        }
        try builder.reserve(merges: merges.count)
        for (rank, merge) in merges.enumerated() {
            // The second part may begin with a space only in files that do not spell bytes; the first never does.
            var space = 1
            while space < merge.count, merge[space] != 0x20 { space += 1 }
            guard space + 1 < merge.count else {
                throw error(field, "merge \(rank) is not two tokens with a space between")
            }
            try builder.append(
                merge: UnsafeRawBufferPointer(rebasing: merge[..<space]),
                UnsafeRawBufferPointer(rebasing: merge[(space + 1)...]), field: field)
        }
    }

    /// The token with the role `name`.
    private func id(_ name: String, count: Int) throws(LocatedError) -> TokenID? {
        let field = "tokenizer.ggml.\(name)_token_id"
        guard let value = try metadata.optionalInteger(field) else { return nil }
        guard value >= 0, value < count else {
            throw error(field, "\(value) is not an id of the \(count) tokens")
        }
        return TokenID(truncatingIfNeeded: value)
    }

    /// The ids with a role.
    ///
    /// - Parameter addsByDefault: whether a text begins with a token when the file does not say; llama.cpp
    ///   (llama-vocab.cpp) does so for Llama 3's rule only.
    private func specialTokens(
        count: Int, addsBeginOfTextUnlessTold addsByDefault: Bool
    ) throws(LocatedError) -> SpecialTokens {
        func id(_ name: String) throws(LocatedError) -> TokenID? { try self.id(name, count: count) }
        let ends = try [id("eos"), id("eot"), id("eom")].compactMap { $0 }
        let beginOfText = try id("bos")
        let addsBeginOfText =
            try metadata.optionalBool("tokenizer.ggml.add_bos_token")
            ?? (addsByDefault && beginOfText != nil)
        if addsBeginOfText, beginOfText == nil {
            throw error("tokenizer.ggml.add_bos_token", "is true, but there is no bos_token_id")
        }
        return SpecialTokens(
            beginOfText: beginOfText, endOfText: Set(ends), unknown: try id("unknown"),
            padding: try id("padding"),
            addsBeginOfText: addsBeginOfText)
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}

/// The numbers of `tokenizer.ggml.token_type`.
private enum GGUFTokenType: Int {
    case undefined
    case normal
    case unknown
    case control
    case userDefined
    case unused
    case byte

    /// Whether the token is found in the text by its spelling, before the text is split.
    var isAdded: Bool { self == .control || self == .userDefined }
}
