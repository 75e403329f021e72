internal import TesseraCore
internal import TesseraFiles

/// Writes the answer to `POST /v1/completions`.
struct CompletionWriter: AnswerWriter {
    private let head: AnswerHead
    private let request: CompletionRequest
    private let tokenizer: any Tokenizer
    private var records: [TextRecord]
    /// How much of each text's `text` was sent, in UTF-8 bytes.
    private var sent: [Int]
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
        sent = [Int](repeating: 0, count: records.count)
    }

    mutating func chunks(for events: [GenerationEvent]) -> [JSONValue] {
        var chunks: [JSONValue] = []
        for event in events {
            guard let number = event.text, records.indices.contains(number) else { continue }
            if case .token = event { generatedCount += 1 }
            records[number].take(event)
            guard request.sampling.streams else { continue }
            chunks.append(head.json(choices: [choice(number, since: sent[number])], usage: nil))
            sent[number] = records[number].text.utf8.count
            records[number].told = []
            records[number].ids = []
        }
        return chunks
    }

    var answer: JSONValue {
        head.json(choices: records.indices.map { choice($0, since: 0) }, usage: usage)
    }

    var usage: JSONValue {
        TesseraServer.usage(
            promptTokens: request.generation.prompts.reduce(0) { $0 + $1.count },
            completionTokens: generatedCount)
    }

    var usageChunk: JSONValue { head.json(choices: [], usage: usage) }

    private func choice(_ number: Int, since start: Int) -> JSONValue {
        let record = records[number]
        let text = String(decoding: record.text.utf8.dropFirst(start), as: UTF8.self)
        var members: [(String, JSONValue)] = [
            ("index", .integer(number)), ("text", .string(text)),
            ("logprobs", request.generation.probabilityCount == nil ? .null : probabilities(record)),
            ("finish_reason", record.finishReason.map(JSONValue.string) ?? .null),
        ]
        if request.sampling.returnsTokenIDs {
            members.append(("token_ids", .array(record.ids.map { .integer(Int($0)) })))
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
