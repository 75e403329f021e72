internal import TesseraCore
internal import TesseraFiles

/// Writes the answer to `POST /v1/completions`.
struct CompletionWriter: AnswerWriter {
    private let head: AnswerHead
    private let request: CompletionRequest
    private let tokenizer: any Tokenizer
    private var records: [TextRecord]
    private var generatedCount = 0

    init(_ request: CompletionRequest, model: ServedModel) {
        self.request = request
        tokenizer = model.tokenizer
        head = AnswerHead(prefix: "cmpl", object: "text_completion", model: model.name)
        let generation = request.generation
        records = (0..<generation.textCount).map { number in
            var record = TextRecord(tokenizer: model.tokenizer)
            if request.echoes {
                record.echo(
                    generation.prompts[number / generation.choicesPerPrompt], tokenizer: model.tokenizer,
                    isTold: generation.wantsPromptProbabilities)
            }
            return record
        }
    }

    mutating func chunks(for events: [GenerationEvent]) -> [JSONValue] {
        var chunks: [JSONValue] = []
        for event in events {
            guard let number = event.text, records.indices.contains(number) else { continue }
            generatedCount += event.drawnCount
            records[number].take(event)
            guard request.sampling.streams else { continue }
            chunks.append(head.json(choices: [choice(number)], usage: nil))
            records[number].beginPiece()
        }
        return chunks
    }

    var answer: JSONValue {
        head.json(choices: records.indices.map(choice), usage: usage)
    }

    private var usage: JSONValue { request.generation.usage(completionTokens: generatedCount) }

    var usageChunk: JSONValue { head.json(choices: [], usage: usage) }

    private func choice(_ number: Int) -> JSONValue {
        let record = records[number]
        var members: [(String, JSONValue)] = [
            ("index", .integer(number)), ("text", .string(record.unsentText)),
            ("logprobs", request.generation.probabilityCount == nil ? .null : probabilities(record)),
            ("finish_reason", record.finishReason.map(JSONValue.string) ?? .null),
        ]
        if request.sampling.returnsTokenIDs {
            members.append(("token_ids", record.idValues))
        }
        return .object(JSONObject(members))
    }

    private func probabilities(_ record: TextRecord) -> JSONValue {
        let wantsTop = (request.generation.probabilityCount ?? 0) > 0
        let told = record.told
        var members: [(String, JSONValue)] = [
            ("tokens", .array(told.map { .string(tokenizer.wireName(of: $0.probability.id)) })),
            (
                "token_logprobs",
                .array(told.map { $0.probability.logProbability.map(JSONValue.number) ?? .null })
            ),
            (
                "top_logprobs",
                wantsTop ? .array(told.map { alternatives($0.probability) }) : .null
            ),
            ("text_offset", .array(told.map { .integer($0.offset) })),
        ]
        if request.sampling.returnsTokenIDs {
            members.append(
                (
                    "top_token_ids",
                    .array(told.map { .array($0.probability.alternatives.map { .integer(Int($0.id)) }) })
                ))
        }
        return .object(JSONObject(members))
    }

    /// The most likely tokens by name; of several with one name the most likely counts.
    private func alternatives(_ probability: TokenProbability) -> JSONValue {
        guard probability.logProbability != nil else { return .null }
        var object = JSONObject()
        for alternative in probability.alternatives {
            let name = tokenizer.wireName(of: alternative.id)
            if object[name] == nil { object[name] = .number(alternative.logProbability) }
        }
        return .object(object)
    }
}
