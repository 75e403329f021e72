package import TesseraCore
package import TesseraDecoding
internal import TesseraFiles

/// What completions and chats have in common: how tokens are drawn, and what is wanted of them.
package struct SamplingFields: Sendable {
    package var options: GenerationOptions
    package var bias: [TokenID: Float] = [:]
    package var presencePenalty = 0.0
    package var frequencyPenalty = 0.0
    package var choices: Int
    package var streams: Bool
    package var includesUsage: Bool
    package var returnsTokenIDs: Bool
    package var client: String?

    /// Reads the fields.
    ///
    /// - Parameters:
    ///   - maximumNames: the names that the most tokens to generate go by, the first of them that is there counts.
    ///   - defaultMaximum: when none is there; nil goes on until the context is full.
    ///   - leastMaximum: 0 where reading the prompt is a job of its own.
    /// - Throws: `APIError` 400 naming the field.
    package init(
        _ fields: RequestFields, maximumNames: [String], defaultMaximum: Int?, leastMaximum: Int,
        limits: ServerLimits, vocabularySize: Int
    ) throws(APIError) {
        try Self.refuseUnsupported(fields)
        let seed = try Self.seed(fields["seed"])
        let sampling = SamplingOptions(
            temperature: try fields["temperature"].number(in: 0...100) ?? 1,
            topK: max(0, try fields["top_k"].integer(in: -1...Int(Int32.max)) ?? 0),
            topP: try fields["top_p"].number(in: 0...1) ?? 1,
            minP: try fields["min_p"].number(in: 0...1) ?? 0,
            repetitionPenalty: try fields["repetition_penalty"].number(in: 0.01...100) ?? 1,
            seed: seed)
        let maximum = try maximumNames.first { fields.has($0) }.flatMap { name throws(APIError) in
            try fields[name].integer(in: leastMaximum...Int(Int32.max))
        }
        options = GenerationOptions(
            sampling: sampling, maximumTokens: maximum ?? defaultMaximum,
            stopStrings: try Self.stops(fields["stop"]),
            ignoresEndOfText: try fields["ignore_eos"].flag(false))
        presencePenalty = try fields["presence_penalty"].number(in: -2...2) ?? 0
        frequencyPenalty = try fields["frequency_penalty"].number(in: -2...2) ?? 0
        choices = try fields["n"].integer(in: 1...limits.choicesPerPrompt) ?? 1
        streams = try fields["stream"].flag(false)
        includesUsage = try fields["stream_options"]["include_usage"].flag(false)
        returnsTokenIDs = try fields["return_token_ids"].flag(false)
        client = try fields["user"].text()
        bias = try Self.bias(fields["logit_bias"], vocabularySize: vocabularySize)
    }

    /// What would change the answer and is not there yet fails, so that nothing is dropped in silence.
    private static func refuseUnsupported(_ fields: RequestFields) throws(APIError) {
        try fields.refuse(
            ["functions", "function_call"], because: "write the functions under tools and tool_choice")
        try fields.refuse(
            [
                "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs",
            ],
            because: "give a schema as response_format or json_schema, or a grammar as grammar")
        if fields["suffix"].isPresent, try fields["suffix"].text() != "" {
            throw .badRequest(
                "suffix: this model cannot fill gaps; leave the field out", parameter: "suffix",
                code: "unsupported_parameter")
        }
        if let best = try fields["best_of"].integer(in: 1...128) {
            let wanted = try fields["n"].integer(in: 1...128) ?? 1
            guard best == wanted else {
                throw .badRequest(
                    "best_of: only the value of n is possible", parameter: "best_of",
                    code: "unsupported_parameter")
            }
        }
    }

    /// Any 64-bit number; a new one for every request that has none.
    private static func seed(_ field: JSONField) throws(APIError) -> UInt64 {
        guard let seed = try field.integer(in: Int.min...Int.max) else {
            return UInt64.random(in: .min ... .max)
        }
        return UInt64(bitPattern: Int64(seed))
    }

    private static func stops(_ field: JSONField) throws(APIError) -> [String] {
        var stops: [String] = []
        switch field.value {
        case nil, .null?: return []
        case .string(let text)?: stops = [text]
        default:
            for element in try field.elements() ?? [] {
                guard let text = try element.text() else { throw element.refusal("is null; give a text") }
                stops.append(text)
            }
        }
        guard stops.count <= 16 else { throw field.refusal("has \(stops.count) texts; give at most 16") }
        guard stops.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 1024 }) else {
            throw field.refusal("each text must have 1 to 1,024 bytes")
        }
        return stops
    }

    private static func bias(_ field: JSONField, vocabularySize: Int) throws(APIError) -> [TokenID: Float] {
        guard let members = try field.members() else { return [:] }
        guard members.count <= 1024 else {
            throw field.refusal("has \(members.count) tokens; give at most 1024")
        }
        var bias: [TokenID: Float] = [:]
        for key in members.keys {
            guard let id = TokenID(key), Int(id) < vocabularySize else {
                throw field[key].refusal("is no token id below \(vocabularySize)")
            }
            guard let value = try field[key].number(in: -100...100) else {
                throw field[key].refusal("is null; give a number from -100 to 100")
            }
            bias[id] = Float(value)
        }
        return bias
    }
}
