internal import TesseraFiles

extension Truncation {
    /// The member `truncation` of a `tokenizer.json`.
    var json: JSONValue {
        [
            "direction": .string(side.rawValue), "max_length": .integer(largestCount),
            "strategy": .string(strategy.rawValue), "stride": .integer(stride),
        ]
    }
}

extension Padding {
    /// The member `padding` of a `tokenizer.json`.
    var json: JSONValue {
        let strategy: JSONValue =
            switch length {
            case .longest: "BatchLongest"
            case .fixed(let count): ["Fixed": .integer(count)]
            }
        return [
            "strategy": strategy, "direction": .string(side.rawValue),
            "pad_to_multiple_of": multiple.map { .integer($0) } ?? .null, "pad_id": .integer(Int(token)),
            "pad_type_id": .integer(Int(typeID)), "pad_token": .string(spelling),
        ]
    }
}

extension AddedToken {
    /// The element of `added_tokens`; its content must be UTF-8.
    var json: JSONValue {
        [
            "id": .integer(Int(id)), "content": .string(text), "single_word": .bool(isSingleWord),
            "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(isNormalized),
            "special": .bool(isSpecial),
        ]
    }
}
