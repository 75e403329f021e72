internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraGrammar

/// The body of `POST /v1/chat/completions`.
package struct ChatRequest: Sendable {
    package var generation: GenerationRequest
    package var sampling: SamplingFields
    package var format: OutputFormat?

    /// Whether the answer may call functions.
    package var callsTools: Bool

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init(_ fields: RequestFields, model: ServedModel, limits: ServerLimits) throws(APIError) {
        try model.check(name: fields["model"])
        sampling = try SamplingFields(
            fields, maximumNames: ["max_completion_tokens", "max_tokens"], defaultMaximum: nil,
            leastMaximum: 1, limits: limits, vocabularySize: model.vocabularySize)
        try fields.refuse(
            ["heal", "bytes"], because: "the prompt of a chat ends with a whole token; leave the field out")
        let top = try fields["top_logprobs"].integer(in: 0...limits.probabilities)
        var probabilities: Int?
        if try fields["logprobs"].flag(false) {
            probabilities = top ?? 0
        } else if top != nil {
            throw fields["top_logprobs"].refusal("needs logprobs to be true")
        }
        format = try OutputFormat(fields)
        let tools = try ToolFields(fields)
        callsTools = tools.format != nil
        if let calls = tools.format {
            if let format {
                throw .badRequest(
                    "\(format.field): cannot be combined with tools; set tool_choice to none, or leave it out",
                    parameter: format.field)
            }
            format = OutputFormat(source: .toolCalls(calls), field: "tools")
        }
        try format?.check(fields["stop"], sampling)
        let prompt = try model.prompt(fields, tools: tools)
        generation = GenerationRequest(
            prompts: [model.tokenizer.promptTokens(of: prompt)], sampling: sampling,
            probabilityCount: probabilities)
        try generation.check(model: model, limits: limits, field: "messages")
    }
}
