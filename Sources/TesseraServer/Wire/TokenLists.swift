package import TesseraCore
package import TesseraFiles

extension JSONField {
    /// A list of token ids, each below `vocabularySize`.
    package func tokenIDs(below vocabularySize: Int) throws(APIError) -> [TokenID] {
        guard let fields = try elements() else { throw refusal("missing; give a list of token ids") }
        var ids: [TokenID] = []
        ids.reserveCapacity(fields.count)
        for field in fields {
            guard let id = try field.integer(in: 0...max(0, vocabularySize - 1)) else {
                throw field.refusal("is null; give a token id")
            }
            ids.append(TokenID(truncatingIfNeeded: id))
        }
        return ids
    }

    /// Texts in OpenAI's four shapes: a string, a list of strings, a list of ids, a list of lists of ids.
    ///
    /// - Parameters:
    ///   - most: the most texts.
    ///   - encode: turns a string into tokens.
    package func prompts(
        below vocabularySize: Int, most: Int, encode: (String) throws(APIError) -> [TokenID]
    ) throws(APIError) -> [[TokenID]] {
        switch value {
        case nil, .null?: throw refusal("missing; give a text or token ids")
        case .string(let text)?: return [try encode(text)]
        case .array(let elements)?:
            guard let first = elements.first else { throw refusal("is empty; give at least one text") }
            if case .integer = first { return [try tokenIDs(below: vocabularySize)] }
            if case .number = first { return [try tokenIDs(below: vocabularySize)] }
            guard elements.count <= most else {
                throw refusal("has \(elements.count) texts; give at most \(most)")
            }
            var prompts: [[TokenID]] = []
            for index in elements.indices {
                if case .string(let text) = elements[index] {
                    prompts.append(try encode(text))
                } else {
                    prompts.append(try self[index].tokenIDs(below: vocabularySize))
                }
            }
            return prompts
        case let value?:
            throw refusal("is \(value.kind); give a text, token ids or a list of either")
        }
    }
}

/// Refuses prompts without tokens, and those of more than `most` tokens, by name.
///
/// - Parameters:
///   - contextLength: what the refusal calls the context.
///   - field: the field that the prompts come from.
func checkPrompts(
    _ prompts: [[TokenID]], most: Int, of contextLength: Int, field: String
) throws(APIError) {
    for (index, prompt) in prompts.enumerated() {
        let name = prompts.count == 1 ? field : "\(field)[\(index)]"
        guard !prompt.isEmpty else {
            throw .badRequest("\(name): it has no tokens; give at least one character", parameter: name)
        }
        guard prompt.count <= most else {
            throw .badRequest(
                "\(name): its \(prompt.count) tokens do not fit in the context of \(contextLength); "
                    + "shorten it by \(prompt.count - most)",
                parameter: name, code: "context_length_exceeded")
        }
    }
}
