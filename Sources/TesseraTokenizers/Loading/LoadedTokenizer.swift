public import TesseraCore
public import TesseraTemplates

/// A tokenizer and what its files say beside it.
public struct LoadedTokenizer: Sendable {
    /// The tokenizer.
    public let tokenizer: PipelineTokenizer

    /// The source of the chat template, for `ChatTemplate`; nil when the files have none.
    public let chatTemplate: String?

    /// The file that the template came from, for errors.
    public let chatTemplateFile: String?

    /// The one token that the files call the end of a text: what `eos_token` stands for in the chat template.
    ///
    /// Generation ends at any of `specialTokens.endOfText`, which may be more.
    public let endOfText: TokenID?

    /// The file that the vocabulary came from.
    public let file: String

    /// The name of the rule that cuts text before it is merged, such as "smollm".
    public let preTokenizerDescription: String

    init(
        tokenizer: PipelineTokenizer, chatTemplate: String?, chatTemplateFile: String?, endOfText: TokenID?,
        file: String, preTokenizerDescription: String? = nil
    ) {
        self.preTokenizerDescription = preTokenizerDescription ?? tokenizer.definition.preTokenizerDescription
        self.tokenizer = tokenizer
        self.chatTemplate = chatTemplate
        self.chatTemplateFile = chatTemplateFile
        self.endOfText = endOfText
        self.file = file
    }

    /// Builds the tokenizer of a definition that was read.
    ///
    /// - Throws: `LocatedError` naming the file and the part that cannot work.
    package init(
        _ loaded: LoadedDefinition, preTokenizerDescription: String? = nil
    ) throws(LocatedError) {
        self.init(
            tokenizer: try PipelineTokenizer(loaded.definition, file: loaded.file),
            chatTemplate: loaded.chatTemplate, chatTemplateFile: loaded.chatTemplateFile,
            endOfText: loaded.endOfText, file: loaded.file,
            preTokenizerDescription: preTokenizerDescription)
    }

    /// What the vocabulary is, in words: "byte-level BPE".
    public var modelDescription: String { tokenizer.definition.modelDescription }

    /// The number of merges; nil for models that do not merge.
    public var mergeCount: Int? { tokenizer.definition.mergeCount }

    /// The chat template, ready to render with this tokenizer's special tokens.
    ///
    /// - Throws: `LocatedError` when the files have none or it cannot be parsed.
    public func requireChatTemplate() throws(LocatedError) -> ChatTemplate {
        guard let chatTemplate else {
            throw LocatedError(
                file: file, field: "chat template",
                problem: "missing: this model was not made for conversations",
                remedy: "use an instruct model, or give the model plain text")
        }
        var template = try ChatTemplate(chatTemplate, file: chatTemplateFile)
        let roles = tokenizer.specialTokens
        template.beginOfText = roles.beginOfText.flatMap { tokenizer.spelling(of: $0) } ?? ""
        template.endOfText = endOfText.flatMap { tokenizer.spelling(of: $0) } ?? ""
        return template
    }
}
