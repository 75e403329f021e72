package import TesseraCore
package import TesseraDecoding
package import TesseraFiles
internal import TesseraTokenizers

/// The body of `POST /attribute`.
package struct AttributionRequest: Sendable {
    /// The tokens that may be the cause.
    package var context: [TokenID]

    /// The token to be explained; nil for the most likely one.
    package var target: TokenID?

    package var method: AttributionMethod
    package var options: AttributionOptions

    /// Who asks: the texts of different clients take turns.
    package var client: String

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init(_ fields: RequestFields, model: ServedModel, limits: ServerLimits) throws(APIError) {
        try model.check(name: fields["model"])
        let tokenizer = model.tokenizer
        let prompts = try fields["prompt"].prompts(below: model.vocabularySize, most: 1) {
            tokenizer.promptTokens(of: $0)
        }
        context = prompts.first ?? []
        try checkPrompts([context], most: model.contextLength - 1, of: model.contextLength, field: "prompt")
        guard context.count <= limits.attributedTokens else {
            throw fields["prompt"].refusal(
                "has \(context.count) tokens; give at most \(limits.attributedTokens)")
        }
        target = try fields["target"].integer(in: 0...max(0, model.vocabularySize - 1)).map {
            TokenID(truncatingIfNeeded: $0)
        }
        let name = try fields["method"].text() ?? AttributionMethod.reagent.rawValue
        guard let method = AttributionMethod(rawValue: name), [.reagent, .occlusion].contains(method) else {
            throw fields["method"].refusal("\"\(name)\" is unknown; give reagent or occlusion")
        }
        self.method = method
        options = AttributionOptions()
        options.steps =
            try fields["steps"].integer(in: 1...limits.attributionPasses) ?? options.steps
        options.draws = max(1, min(2, limits.attributionPasses / context.count))
        options.seed = UInt64(try fields["seed"].integer(in: 0...Int.max) ?? 0)
        client = try fields["user"].text() ?? ""
    }

    /// What the model is to be asked about a token.
    ///
    /// - Throws: `APIError` 400 for a context of fewer than two tokens that may be replaced.
    package func plan(
        target: TokenID, model: ServedModel, replacer: some TokenReplacer
    ) throws(APIError) -> AttributionPlan {
        let tokenizer = model.tokenizer
        let fixed = Set(context.indices.filter { tokenizer.isSpecial(context[$0]) })
        do throws(LocatedError) {
            return try AttributionPlan(
                AttributionQuestion(context: context, target: target, fixed: fixed), method: method,
                options: options, replacer: replacer, vocabularySize: model.vocabularySize)
        } catch {
            // What else could be wrong was checked when the body was read.
            throw APIError(
                LocatedError(field: "prompt", problem: error.problem, remedy: "give a longer text"))
        }
    }

    /// The answer, given what was found about a token.
    package func answer(_ found: Attribution, target: TokenID, model: ServedModel) -> JSONValue {
        let tokenizer = model.tokenizer
        func text(_ id: TokenID) -> JSONValue { .string(tokenizer.decode([id])) }
        return [
            "model": .string(model.name), "method": .string(found.method.rawValue),
            "target": [
                "id": .integer(Int(target)), "text": text(target),
                "probability": .number(found.probability),
            ],
            "tokens": .array(
                context.indices.map { index in
                    [
                        "id": .integer(Int(context[index])), "text": text(context[index]),
                        "score": .number(found.scores[index]), "importance": .number(found.importance[index]),
                    ]
                }),
            "is_informative": .bool(found.isInformative), "passes": .integer(found.passes),
        ]
    }
}
