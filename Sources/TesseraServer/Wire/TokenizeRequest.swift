internal import TesseraCore
package import TesseraFiles
internal import TesseraTokenizers

/// The body of `POST /tokenize` in either of its two shapes.
package struct TokenizeRequest: Sendable {
    private let tokenizer: PipelineTokenizer
    private let text: String
    private let addsSpecial: Bool
    private let special: SpecialTokenReading
    private let withPieces: Bool
    private let withOffsets: Bool
    private let withStrings: Bool
    private let contextLength: Int
    private let isPlainList: Bool

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init(_ fields: RequestFields, model: ServedModel) throws(APIError) {
        tokenizer = try model.tokenizer(named: fields["tokenizer"])
        isPlainList = fields.has("content")
        if fields.has("messages") {
            text = try model.prompt(fields, tools: try ToolFields(fields))
        } else {
            let name = isPlainList ? "content" : "prompt"
            guard let given = try fields[name].text() else {
                throw fields["prompt"].refusal("missing; give a text as prompt or content")
            }
            text = given
        }
        // Each family's own default; a template writes its special tokens itself.
        addsSpecial =
            isPlainList
            ? try fields["add_special"].flag(false)
            : try fields["add_special_tokens"].flag(!fields.has("messages"))
        special = try fields["parse_special"].flag(true) ? .asTokens : .asText
        withPieces = try fields["with_pieces"].flag(false)
        withOffsets = try fields["with_offsets"].flag(false)
        withStrings = try fields["return_token_strs"].flag(false)
        contextLength = model.contextLength
    }

    /// The answer: `tokens`, and in vLLM's shape their number and the model's context.
    ///
    /// With pieces, each token is an object with its piece: a string, or a list of bytes where the bytes are not text.
    package var answer: JSONValue {
        let (ids, offsets) = encoded
        var members: [(String, JSONValue)] = []
        if withPieces {
            members.append(
                (
                    "tokens",
                    .array(ids.indices.map { piece(ids[$0], offset: offsets?[$0]) })
                ))
        } else {
            members.append(("tokens", .array(ids.map { .integer(Int($0)) })))
        }
        if withStrings {
            members.append(
                ("token_strs", .array(ids.map { .string(tokenizer.spelling(of: $0) ?? "") })))
        }
        if !isPlainList || withOffsets {
            members.append(("count", .integer(ids.count)))
            members.append(("max_model_len", .integer(contextLength)))
        }
        return .object(JSONObject(members))
    }

    private var encoded: (ids: [TokenID], offsets: [Range<Int>]?) {
        let roles = tokenizer.specialTokens
        let begin = addsSpecial && roles.addsBeginOfText ? roles.beginOfText : nil
        guard withOffsets else {
            let ids = tokenizer.encode(text, special: special)
            guard let begin, ids.first != begin else { return (ids, nil) }
            return ([begin] + ids, nil)
        }
        let spans = tokenizer.encodeWithOffsets(text, special: special)
        var ids = spans.map(\.id)
        var offsets = spans.map(\.range)
        if let begin, ids.first != begin {
            ids.insert(begin, at: 0)
            offsets.insert(0..<0, at: 0)
        }
        return (ids, offsets)
    }

    private func piece(_ id: TokenID, offset: Range<Int>?) -> JSONValue {
        let bytes = tokenizer.bytes(of: id)
        let isText = firstInvalidUTF8Offset(in: bytes) == nil
        var members: [(String, JSONValue)] = [
            ("id", .integer(Int(id))),
            (
                "piece",
                isText
                    ? .string(String(decoding: bytes, as: UTF8.self))
                    : .array(bytes.map { .integer(Int($0)) })
            ),
        ]
        if let offset {
            members.append(("offset", [.integer(offset.lowerBound), .integer(offset.upperBound)]))
            members.append(("bytes", .array(bytes.map { .integer(Int($0)) })))
            members.append(("special", .bool(tokenizer.isSpecial(id))))
        }
        return .object(JSONObject(members))
    }
}
