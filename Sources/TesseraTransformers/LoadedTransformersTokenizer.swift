internal import TesseraCore
internal import TesseraTemplates
internal import TesseraTokenizers

/// `Tokenizer` on top of a tokenizer that was read from files.
struct LoadedTransformersTokenizer: Tokenizer {
    private let loaded: LoadedTokenizer
    private let tokenizer: PipelineTokenizer

    init(_ loaded: LoadedTokenizer) {
        self.loaded = loaded
        tokenizer = loaded.tokenizer
    }

    func tokenize(text: String) -> [String] {
        tokenizer.encode(text).map { tokenizer.spelling(of: $0) ?? "" }
    }

    func encode(text: String, addSpecialTokens: Bool) -> [Int] {
        let ids = tokenizer.encode(text)
        guard addSpecialTokens else { return ids.map { Int($0) } }
        return (tokenizer.template.prefix + ids + tokenizer.template.suffix).map { Int($0) }
    }

    func decode(tokens: [Int], skipSpecialTokens: Bool) -> String {
        let ids = tokens.compactMap { TokenID(exactly: $0) }
        return tokenizer.decode(skipSpecialTokens ? ids.filter { !tokenizer.isSpecial($0) } : ids)
    }

    func convertTokenToId(_ token: String) -> Int? { tokenizer.id(ofSpelling: token).map { Int($0) } }

    func convertIdToToken(_ id: Int) -> String? {
        TokenID(exactly: id).flatMap { tokenizer.spelling(of: $0) }
    }

    var bosTokenId: Int? { tokenizer.specialTokens.beginOfText.map { Int($0) } }
    var bosToken: String? { bosTokenId.flatMap { convertIdToToken($0) } }
    var eosTokenId: Int? { (loaded.endOfText ?? tokenizer.specialTokens.endOfText.min()).map { Int($0) } }
    var eosToken: String? { eosTokenId.flatMap { convertIdToToken($0) } }
    var unknownTokenId: Int? { tokenizer.specialTokens.unknown.map { Int($0) } }
    var unknownToken: String? { unknownTokenId.flatMap { convertIdToToken($0) } }

    var hasChatTemplate: Bool { loaded.chatTemplate != nil }

    func applyChatTemplate(
        messages: [Message], chatTemplate: ChatTemplateArgument?, addGenerationPrompt: Bool, truncation: Bool,
        maxLength: Int?, tools: [ToolSpec]?, additionalContext: [String: any Sendable]?
    ) throws -> [Int] {
        var variables = try (additionalContext ?? [:]).mapValues { try TemplateValue($0) }
        variables["messages"] = .list(try messages.map { try TemplateValue($0) })
        variables["tools"] =
            try tools.map { .list(try $0.map { try TemplateValue($0) }) } ?? TemplateValue.none
        variables["add_generation_prompt"] = .bool(addGenerationPrompt)
        variables["bos_token"] = .string(bosToken ?? "")
        variables["eos_token"] = .string(eosToken ?? "")
        let prompt = try template(chatTemplate).render(variables)
        let ids = tokenizer.encode(prompt).map { Int($0) }
        guard truncation, let maxLength else { return ids }
        return Array(ids.prefix(max(maxLength, 0)))
    }

    private func template(_ argument: ChatTemplateArgument?) throws(LocatedError) -> ChatTemplate {
        switch argument {
        case .literal(let source): return try ChatTemplate(source, file: nil)
        case nil, .name("default"): return try loaded.requireChatTemplate()
        case .name(let name):
            throw LocatedError(
                file: loaded.file, field: "chat template", problem: "no template named \"\(name)\" was read",
                remedy: "pass the template's text as .literal")
        }
    }
}
