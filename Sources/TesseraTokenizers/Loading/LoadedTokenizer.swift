/// A tokenizer and what its files say beside it.
public struct LoadedTokenizer: Sendable {
    /// The tokenizer.
    public let tokenizer: BytePairTokenizer

    /// The source of the chat template, for `ChatTemplate`; nil when the files have none.
    public let chatTemplate: String?

    /// The file that the template came from, for errors.
    public let chatTemplateFile: String?

    /// The file that the vocabulary came from.
    public let file: String

    /// The parts in words, for people: "byte-level BPE".
    public let modelName: String

    init(
        tokenizer: BytePairTokenizer, chatTemplate: String?, chatTemplateFile: String?, file: String,
        modelName: String = "byte-level BPE"
    ) {
        self.tokenizer = tokenizer
        self.chatTemplate = chatTemplate
        self.chatTemplateFile = chatTemplateFile
        self.file = file
        self.modelName = modelName
    }
}
