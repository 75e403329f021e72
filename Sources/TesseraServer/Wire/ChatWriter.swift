internal import TesseraCore
internal import TesseraFiles

/// Writes the answer to `POST /v1/chat/completions`.
struct ChatWriter: AnswerWriter {
    private let head: AnswerHead
    private let request: ChatRequest
    private let tokenizer: any Tokenizer
    private var records: [TextRecord]
    /// What the texts say as content and calls; empty when no functions may be called.
    private var callRecords: [ToolCallRecord]
    private var begun: [Bool]
    private var generatedCount = 0

    init(_ request: ChatRequest, model: ServedModel) {
        self.request = request
        tokenizer = model.tokenizer
        head = AnswerHead(prefix: "chatcmpl", object: "chat.completion", model: model.name)
        let count = request.generation.textCount
        records = [TextRecord](repeating: TextRecord(tokenizer: model.tokenizer), count: count)
        callRecords = request.callsTools ? [ToolCallRecord](repeating: ToolCallRecord(), count: count) : []
        begun = [Bool](repeating: false, count: count)
    }

    mutating func chunks(for events: [GenerationEvent]) -> [JSONValue] {
        var chunks: [JSONValue] = []
        for event in events {
            guard let number = event.text, records.indices.contains(number) else { continue }
            generatedCount += event.drawnCount
            records[number].take(event)
            guard request.sampling.streams else {
                if records[number].finishReason != nil { _ = changes(number) }
                continue
            }
            if !begun[number] {
                begun[number] = true
                chunks.append(chunk(number, delta: ["role": "assistant", "content": ""], tells: false))
            }
            var pieces = changes(number)
            let tellsTokens = !records[number].told.isEmpty || request.sampling.returnsTokenIDs
            if pieces.isEmpty, tellsTokens { pieces = [request.callsTools ? [:] : ["content": ""]] }
            for (place, change) in pieces.enumerated() {
                chunks.append(chunk(number, delta: change, tells: place == 0))
            }
            if records[number].finishReason != nil {
                chunks.append(chunk(number, delta: [:], tells: false, ends: true))
            }
            records[number].beginPiece()
        }
        return chunks
    }

    /// What the last piece of a text says, as changes of its message.
    private mutating func changes(_ number: Int) -> [JSONValue] {
        let text = records[number].unsentText
        guard callRecords.indices.contains(number) else {
            return text.isEmpty ? [] : [["content": .string(text)]]
        }
        return callRecords[number].take(text, isEnd: records[number].finishReason != nil)
    }

    var answer: JSONValue {
        let choices = records.indices.map { number -> JSONValue in
            var members: [(String, JSONValue)] = [
                ("index", .integer(number)), ("message", message(number)),
                ("logprobs", probabilities(records[number])), ("finish_reason", finishReason(number)),
            ]
            if request.sampling.returnsTokenIDs {
                members.append(("token_ids", records[number].idValues))
            }
            return .object(JSONObject(members))
        }
        return head.json(choices: choices, usage: usage)
    }

    private func message(_ number: Int) -> JSONValue {
        callRecords.indices.contains(number)
            ? callRecords[number].message
            : ["role": "assistant", "content": .string(records[number].text)]
    }

    private func finishReason(_ number: Int) -> JSONValue {
        guard let reason = records[number].finishReason else { return .null }
        // A call that has begun is complete, whatever ended the text.
        let calls = callRecords.indices.contains(number) && callRecords[number].hasCalls
        return .string(calls && reason != "cancelled" ? "tool_calls" : reason)
    }

    private var usage: JSONValue { request.generation.usage(completionTokens: generatedCount) }

    var usageChunk: JSONValue { head.json(object: "chat.completion.chunk", choices: [], usage: usage) }

    private func chunk(_ number: Int, delta: JSONValue, tells: Bool, ends: Bool = false) -> JSONValue {
        let record = records[number]
        var members: [(String, JSONValue)] = [
            ("index", .integer(number)), ("delta", delta),
            ("logprobs", tells ? probabilities(record) : .null),
            ("finish_reason", ends ? finishReason(number) : .null),
        ]
        if tells, request.sampling.returnsTokenIDs {
            members.append(("token_ids", record.idValues))
        }
        return head.json(
            object: "chat.completion.chunk", choices: [.object(JSONObject(members))], usage: nil)
    }

    private func probabilities(_ record: TextRecord) -> JSONValue {
        guard request.generation.probabilityCount != nil else { return .null }
        let content = record.told.map { told -> JSONValue in
            let alternatives = told.probability.alternatives.map { entry($0.id, $0.logProbability) }
            var members = entry(told.probability.id, told.probability.logProbability ?? 0)
            members["top_logprobs"] = .array(alternatives.map(JSONValue.object))
            return .object(members)
        }
        return ["content": .array(content)]
    }

    private func entry(_ id: TokenID, _ logProbability: Double) -> JSONObject {
        [
            "token": .string(tokenizer.wireName(of: id)),
            "logprob": .number(logProbability),
            "bytes": .array(tokenizer.bytes(of: id).map { .integer(Int($0)) }),
        ]
    }
}
