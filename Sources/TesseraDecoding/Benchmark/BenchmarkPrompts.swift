public import TesseraCore
public import TesseraTemplates

/// Ten prompts of one kind, kept with the program.
///
/// What drafts are worth depends on how much of its prompt an answer repeats; the three kinds lie far apart in that.
public struct BenchmarkPrompts: Hashable, Sendable {
    /// What they ask for.
    public let name: String

    /// The messages of the user.
    public let prompts: [String]

    /// Code to change, texts to sum up and quote, and open questions.
    public static let all = [
        BenchmarkPrompts(name: "code", bytes: PackageResources.code_txt),
        BenchmarkPrompts(name: "summary", bytes: PackageResources.summary_txt),
        BenchmarkPrompts(name: "chat", bytes: PackageResources.chat_txt),
    ]

    /// Prompts with a line of `----` between them and a newline at the end.
    private init(name: String, bytes: [UInt8]) {
        self.name = name
        let text = String(decoding: bytes, as: UTF8.self).dropLast()
        prompts = text.split(separator: "\n----\n").map(String.init)
    }

    /// The tokens of each, as the message that a model is to answer.
    ///
    /// - Throws: `LocatedError` when the template fails.
    public func tokens(_ tokenizer: some Tokenizer, _ template: ChatTemplate) throws(LocatedError)
        -> [[TokenID]]
    {
        try prompts.map { prompt throws(LocatedError) in
            tokenizer.promptTokens(
                of: try template.render(
                    messages: [ChatMessage(role: "user", content: prompt)], addGenerationPrompt: true))
        }
    }
}
