public import TesseraCore
public import TesseraTemplates
internal import TesseraTokenizers

/// A conversation with a model: the messages so far and the cache that holds them.
///
/// Each turn renders all messages with the model's template and reads only the tokens that the cache does not
/// share with the prompt. When the conversation outgrows the context, its oldest turns are forgotten (the
/// system message stays) and the reply says how many.
public struct ChatSession<Model: BatchCausalModel> {
    /// The messages so far.
    public private(set) var messages: [ChatMessage]

    /// What each reply follows.
    public var options: GenerationOptions

    /// How replies are drafted, with what was learnt so far; nil decodes plainly.
    public private(set) var drafting: Drafting?

    private let tokenizer: any Tokenizer
    private let constraint: (any LogitConstraint)?
    private let template: ChatTemplate
    private var text: ReadText<Model>

    /// The answer to a message.
    public struct Reply: Hashable, Sendable {
        /// The generated text with its counts and times.
        public var generation: Generation

        /// The oldest messages that were forgotten to make room for this turn.
        public var forgottenMessageCount: Int
    }

    /// Starts a conversation.
    ///
    /// - Parameters:
    ///   - system: the first message, if the conversation has one of its own.
    ///   - constraint: what each reply is held to, from its first token on.
    ///   - capacity: the most tokens of the conversation the model sees; nil for all of its context.
    ///   - drafting: how replies are drafted, which changes nothing but their speed.
    /// - Throws: `LocatedError` for options or a capacity out of range.
    public init(
        model: Model, tokenizer: any Tokenizer, template: ChatTemplate, system: String? = nil,
        options: GenerationOptions = GenerationOptions(), constraint: (any LogitConstraint)? = nil,
        capacity: Int? = nil, drafting: Drafting? = nil
    ) throws(LocatedError) {
        try options.validate()
        self.tokenizer = tokenizer
        self.template = template
        self.options = options
        self.constraint = constraint
        self.drafting = drafting
        messages = system.map { [ChatMessage(role: "system", content: $0)] } ?? []
        text = try ReadText(model: model, capacity: capacity)
    }

    /// Answers `message` and adds both to the conversation.
    ///
    /// A reply that was cancelled is kept as far as it was shown. After an error the conversation is as before.
    ///
    /// - Parameter show: receives the reply in pieces; see `generate`.
    /// - Throws: `LocatedError` when the system message and `message` alone are longer than the context, and what
    ///   the template or `generate` throws.
    public mutating func reply(
        to message: String, cancellation: Cancellation = Cancellation(), progress: Progress = .ignored,
        show: (String) throws(LocatedError) -> Void = { _ in }
    ) throws(LocatedError) -> Reply {
        var turns = messages + [ChatMessage(role: "user", content: message)]
        let (prompt, forgotten) = try fittingPrompt(&turns)
        let generation = try generate(
            from: prompt, in: &text, drafting: &drafting, tokenizer: tokenizer, options: options,
            constraint: constraint,
            cancellation: cancellation, progress: progress, show: show
        )
        messages = turns + [ChatMessage(role: "assistant", content: generation.text)]
        return Reply(generation: generation, forgottenMessageCount: forgotten)
    }

    /// The tokens of `turns` after removing the oldest exchanges until a reply has room.
    ///
    /// Room is a quarter of the context, or `maximumTokens` if that is less. The last message is never removed;
    /// if it leaves less room than that, the reply has to do with what there is.
    private func fittingPrompt(
        _ turns: inout [ChatMessage]
    ) throws(LocatedError) -> (tokens: [TokenID], forgotten: Int) {
        let room = min(options.maximumTokens ?? .max, text.capacity / 4)
        var forgotten = 0
        while true {
            let prompt = tokenizer.promptTokens(
                of: try template.render(messages: turns, addGenerationPrompt: true)
            )
            let oldest = turns.first?.role == "system" ? 1 : 0
            if prompt.count + room <= text.capacity || oldest + 1 >= turns.count {
                guard prompt.count <= text.capacity else {
                    throw ReadText<Model>.tooLong(prompt.count, capacity: text.capacity)
                }
                return (prompt, forgotten)
            }
            // Up to the next message of the user, so that roles go on alternating.
            var end = oldest + 1
            while end < turns.count - 1, turns[end].role != "user" { end += 1 }
            turns.removeSubrange(oldest..<end)
            forgotten += end - oldest
        }
    }
}
