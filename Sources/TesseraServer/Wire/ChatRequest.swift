internal import TesseraCore
internal import TesseraDecoding
package import TesseraFiles
package import TesseraTemplates

/// The body of `POST /v1/chat/completions`.
package struct ChatRequest: Sendable {
    package var generation: GenerationRequest
    package var sampling: SamplingFields

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init(_ fields: RequestFields, model: ServedModel, limits: ServerLimits) throws(APIError) {
        try model.check(name: fields["model"])
        sampling = try SamplingFields(
            fields, maximumNames: ["max_completion_tokens", "max_tokens"], defaultMaximum: nil,
            leastMaximum: 1, limits: limits, vocabularySize: model.vocabularySize)
        let top = try fields["top_logprobs"].integer(in: 0...limits.probabilities)
        var probabilities: Int?
        if try fields["logprobs"].flag(false) {
            probabilities = top ?? 0
        } else if top != nil {
            throw fields["top_logprobs"].refusal("needs logprobs to be true")
        }
        let prompt = try model.render(
            try chatMessages(fields["messages"]),
            addGenerationPrompt: try fields["add_generation_prompt"].flag(true))
        generation = GenerationRequest(
            prompts: [model.tokenizer.promptTokens(of: prompt)], sampling: sampling,
            probabilityCount: probabilities)
        try generation.check(model: model, limits: limits, field: "messages")
    }
}

/// The messages of a conversation; parts of a message's content must be texts and are joined.
package func chatMessages(_ field: JSONField) throws(APIError) -> [ChatMessage] {
    guard let elements = try field.elements(), !elements.isEmpty else {
        throw field.refusal("missing or empty; give at least one message")
    }
    var messages: [ChatMessage] = []
    for element in elements {
        guard let role = try element["role"].text() else {
            throw element["role"].refusal("missing; give system, user or assistant")
        }
        let content = element["content"]
        var text = ""
        if case .array? = content.value {
            for part in try content.elements() ?? [] {
                guard try part["type"].text() == "text", let piece = try part["text"].text() else {
                    throw part.refusal("only parts of type text are possible")
                }
                text += piece
            }
        } else {
            text = try content.text() ?? ""
        }
        messages.append(ChatMessage(role: role, content: text))
    }
    return messages
}
