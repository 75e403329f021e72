internal import TesseraFiles

extension PostProcessor {
    /// The component of a `tokenizer.json`.
    var json: JSONValue {
        switch self {
        case .bert(let separator, let classifier):
            ["type": "BertProcessing", "sep": separator.json, "cls": classifier.json]
        case .roberta(let separator, let classifier, let trimsOffsets, let addsPrefixSpace):
            [
                "type": "RobertaProcessing", "sep": separator.json, "cls": classifier.json,
                "trim_offsets": .bool(trimsOffsets), "add_prefix_space": .bool(addsPrefixSpace),
            ]
        case .byteLevel(let trimsOffsets, let addsPrefixSpace):
            [
                "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace),
                "trim_offsets": .bool(trimsOffsets),
                "use_regex": true,
            ]
        case .template(let single, let pair, let tokens):
            [
                "type": "TemplateProcessing", "single": .array(single.map(\.json)),
                "pair": .array(pair.map(\.json)),
                "special_tokens": .object(JSONObject(tokens.map { ($0.name, $0.json) })),
            ]
        case .sequence(let parts): ["type": "Sequence", "processors": .array(parts.map(\.json))]
        }
    }
}

extension NamedToken {
    /// The spelling and the id.
    var json: JSONValue { [.string(spelling), .integer(Int(id))] }
}

extension TemplatePiece {
    var json: JSONValue {
        switch self {
        case .first(let typeID): ["Sequence": ["id": "A", "type_id": .integer(Int(typeID))]]
        case .second(let typeID): ["Sequence": ["id": "B", "type_id": .integer(Int(typeID))]]
        case .token(let name, let typeID):
            ["SpecialToken": ["id": .string(name), "type_id": .integer(Int(typeID))]]
        }
    }
}

extension TemplateToken {
    var json: JSONValue {
        [
            "id": .string(name), "ids": .array(ids.map { .integer(Int($0)) }),
            "tokens": .array(spellings.map { .string($0) }),
        ]
    }
}
