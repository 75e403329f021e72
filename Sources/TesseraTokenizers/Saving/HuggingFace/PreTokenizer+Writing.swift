package import TesseraFiles

extension PreTokenizer {
    /// The component of a `tokenizer.json`.
    package var json: JSONValue {
        switch self {
        case .bert: ["type": "BertPreTokenizer"]
        case .byteLevel(let addsPrefixSpace, let usesExpression, let trimsOffsets):
            [
                "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace),
                "trim_offsets": .bool(trimsOffsets),
                "use_regex": .bool(usesExpression),
            ]
        case .delimiter(let character):
            ["type": "CharDelimiterSplit", "delimiter": .string(String(character))]
        case .metaspace(let replacement, let prefix, let splits):
            Self.metaspace(replacement, prefix, splits)
        case .whitespace: ["type": "Whitespace"]
        case .whitespaceSplit: ["type": "WhitespaceSplit"]
        case .split(let pattern, let behavior, let inverted):
            [
                "type": "Split", "pattern": pattern.json, "behavior": .string(behavior.rawValue),
                "invert": .bool(inverted),
            ]
        case .punctuation(let behavior): ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
        case .digits(let individually): ["type": "Digits", "individual_digits": .bool(individually)]
        case .unicodeScripts: ["type": "UnicodeScripts"]
        case .fixedLength(let length): ["type": "FixedLength", "length": .integer(length)]
        case .sequence(let parts): ["type": "Sequence", "pretokenizers": .array(parts.map(\.json))]
        }
    }

    /// `Metaspace`, which is a pre-tokenizer and a decoder.
    static func metaspace(_ replacement: Unicode.Scalar, _ prefix: MetaspacePrefix, _ splits: Bool)
        -> JSONValue
    {
        [
            "type": "Metaspace", "replacement": .string(String(replacement)),
            "prepend_scheme": .string(prefix.rawValue), "split": .bool(splits),
        ]
    }
}
