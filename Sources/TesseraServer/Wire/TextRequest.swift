/// The body of a request for text, read and checked, and how its answer is written.
protocol TextRequest: Sendable {
    associatedtype Writer: AnswerWriter

    var generation: GenerationRequest { get set }
    var sampling: SamplingFields { get }

    /// What the texts must be; nil when any text will do.
    var format: OutputFormat? { get }

    /// How texts go on from their prompts.
    var promptEnd: PromptEnd { get }

    /// - Throws: `APIError` 400 naming the field.
    init(_ fields: RequestFields, model: ServedModel, limits: ServerLimits) throws(APIError)

    func writer(model: ServedModel) -> Writer
}

extension CompletionRequest: TextRequest {
    func writer(model: ServedModel) -> CompletionWriter { CompletionWriter(self, model: model) }
}

extension ChatRequest: TextRequest {
    /// A template ends with whole tokens.
    package var promptEnd: PromptEnd { .asItIs }

    func writer(model: ServedModel) -> ChatWriter { ChatWriter(self, model: model) }
}
