internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles

/// The body of `POST /v1/completions`.
package struct CompletionRequest: Sendable {
    package var generation: GenerationRequest
    package var sampling: SamplingFields
    package var echoes: Bool
    package var format: OutputFormat?
    package var promptEnd: PromptEnd

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init(
        _ fields: RequestFields, model: ServedModel, limits: ServerLimits
    ) throws(APIError) {
        try model.check(name: fields["model"])
        sampling = try SamplingFields(
            fields, maximumNames: ["max_tokens", "max_completion_tokens", "n_predict"], defaultMaximum: 16,
            leastMaximum: 0, limits: limits, vocabularySize: model.vocabularySize)
        if try fields["tools"].elements()?.isEmpty == false {
            throw fields["tools"].refusal("only chats call functions; leave the field out")
        }
        format = try OutputFormat(fields)
        try format?.check(fields["stop"], sampling)
        promptEnd = try PromptEnd(fields, sampling, hasFormat: format != nil)
        echoes = try fields["echo"].flag(false)
        let probabilities = try fields["logprobs"].integer(in: 0...limits.probabilities)
        if sampling.options.maximumTokens == 0, !echoes {
            throw fields["max_tokens"].refusal("0 needs echo: there would be nothing to answer")
        }
        let tokenizer = model.tokenizer
        let prompts = try fields["prompt"].prompts(
            below: model.vocabularySize, most: limits.promptsPerRequest
        ) { tokenizer.promptTokens(of: $0) }
        generation = GenerationRequest(prompts: prompts, sampling: sampling, probabilityCount: probabilities)
        generation.wantsPromptProbabilities = echoes && probabilities != nil
        // One text: a list of texts, or ids, which need not spell whole characters, is refused.
        if promptEnd == .bytes { generation.bytes = try fields["prompt"].text().map { Array($0.utf8) } }
        try generation.check(model: model, limits: limits, field: "prompt")
    }
}
