/// A message of a conversation: `role`, `content` and whatever else the template reads.
public typealias Message = [String: any Sendable]

/// A function that a model may call, as a JSON schema.
public typealias ToolSpec = [String: any Sendable]

/// Which chat template is used.
public enum ChatTemplateArgument: Sendable {
    /// This Jinja source.
    case literal(String)
    /// The one with this name among those of the tokenizer's files.
    case name(String)
}

/// A tokenizer under the names that apps written for swift-transformers call.
///
/// Change `import Tokenizers` to `import TesseraTransformers`. Ids are `Int` here and only here; everything else of
/// Tessera speaks `TokenID`.
public protocol Tokenizer: Sendable {
    /// The spellings of the tokens of a text, without special tokens.
    func tokenize(text: String) -> [String]

    /// The ids of a text, with the special tokens that the tokenizer's file puts around it if asked for.
    func encode(text: String, addSpecialTokens: Bool) -> [Int]

    /// The text of tokens; ids outside the vocabulary stand for nothing.
    func decode(tokens: [Int], skipSpecialTokens: Bool) -> String

    /// The id with this spelling.
    func convertTokenToId(_ token: String) -> Int?

    /// The spelling of an id.
    func convertIdToToken(_ id: Int) -> String?

    var bosToken: String? { get }
    var bosTokenId: Int? { get }
    var eosToken: String? { get }
    var eosTokenId: Int? { get }
    var unknownToken: String? { get }
    var unknownTokenId: Int? { get }

    /// Whether the tokenizer's files have a chat template.
    var hasChatTemplate: Bool { get }

    /// The ids of the prompt that a chat template makes of messages.
    ///
    /// - Parameters:
    ///   - chatTemplate: nil: that of the tokenizer's files.
    ///   - addGenerationPrompt: whether the prompt ends with the beginning of the assistant's turn.
    ///   - truncation: whether the prompt is cut to `maxLength` tokens.
    ///   - tools: functions that the model may call; members reach the template sorted by key, since a Swift
    ///     dictionary has no order.
    ///   - additionalContext: further variables of the template.
    /// - Throws: `LocatedError` with the template's complaint or what is missing.
    func applyChatTemplate(
        messages: [Message], chatTemplate: ChatTemplateArgument?, addGenerationPrompt: Bool, truncation: Bool,
        maxLength: Int?, tools: [ToolSpec]?, additionalContext: [String: any Sendable]?
    ) throws -> [Int]
}

extension Tokenizer {
    public func encode(text: String) -> [Int] { encode(text: text, addSpecialTokens: true) }

    public func callAsFunction(_ text: String, addSpecialTokens: Bool = true) -> [Int] {
        encode(text: text, addSpecialTokens: addSpecialTokens)
    }

    public func decode(tokens: [Int]) -> String { decode(tokens: tokens, skipSpecialTokens: false) }

    public func convertTokensToIds(_ tokens: [String]) -> [Int?] { tokens.map { convertTokenToId($0) } }

    public func convertIdsToTokens(_ ids: [Int]) -> [String?] { ids.map { convertIdToToken($0) } }

    public func applyChatTemplate(messages: [Message]) throws -> [Int] {
        try applyChatTemplate(messages: messages, tools: nil)
    }

    public func applyChatTemplate(messages: [Message], tools: [ToolSpec]?) throws -> [Int] {
        try applyChatTemplate(messages: messages, tools: tools, additionalContext: nil)
    }

    public func applyChatTemplate(
        messages: [Message], tools: [ToolSpec]?, additionalContext: [String: any Sendable]?
    ) throws -> [Int] {
        try applyChatTemplate(
            messages: messages, chatTemplate: nil, addGenerationPrompt: true, truncation: false,
            maxLength: nil,
            tools: tools, additionalContext: additionalContext)
    }

    public func applyChatTemplate(messages: [Message], chatTemplate: ChatTemplateArgument) throws -> [Int] {
        try applyChatTemplate(
            messages: messages, chatTemplate: chatTemplate, addGenerationPrompt: true, truncation: false,
            maxLength: nil, tools: nil)
    }

    public func applyChatTemplate(messages: [Message], chatTemplate: String) throws -> [Int] {
        try applyChatTemplate(messages: messages, chatTemplate: .literal(chatTemplate))
    }

    public func applyChatTemplate(
        messages: [Message], chatTemplate: ChatTemplateArgument?, addGenerationPrompt: Bool, truncation: Bool,
        maxLength: Int?, tools: [ToolSpec]?
    ) throws -> [Int] {
        try applyChatTemplate(
            messages: messages, chatTemplate: chatTemplate, addGenerationPrompt: addGenerationPrompt,
            truncation: truncation, maxLength: maxLength, tools: tools, additionalContext: nil)
    }
}
