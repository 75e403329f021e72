internal import TesseraCore
internal import TesseraFiles

extension PostProcessor {
    /// The component of a `tokenizer.json`.
    ///
    /// - Throws: `LocatedError` naming a component that is not known or a member that is missing or wrong.
    init(_ field: JSONField) throws(LocatedError) {
        let type = try field.componentType() ?? Self.inferredType(field)
        switch type {
        case "BertProcessing":
            self = .bert(separator: try NamedToken(field["sep"]), classifier: try NamedToken(field["cls"]))
        case "RobertaProcessing":
            self = .roberta(
                separator: try NamedToken(field["sep"]), classifier: try NamedToken(field["cls"]),
                trimsOffsets: try field["trim_offsets"].bool(),
                addsPrefixSpace: try field["add_prefix_space"].bool())
        case "ByteLevel":
            self = .byteLevel(
                trimsOffsets: try field["trim_offsets"].optionalBool() ?? true,
                addsPrefixSpace: try field["add_prefix_space"].optionalBool() ?? true)
        case "TemplateProcessing":
            let tokens = try Self.tokens(field["special_tokens"])
            self = .template(
                single: try Self.pieces(field["single"], tokens),
                pair: try Self.pieces(field["pair"], tokens),
                tokens: tokens)
        case "Sequence":
            var parts: [PostProcessor] = []
            for part in try field.components("processors") { parts.append(try PostProcessor(part)) }
            self = .sequence(parts)
        default: throw field.unknown("post-processor", type)
        }
    }

    /// The kind that the members tell, in the order in which Hugging Face tries them.
    private static func inferredType(_ field: JSONField) -> String? {
        if field.hasMembers("sep", "cls", "trim_offsets", "add_prefix_space") { return "RobertaProcessing" }
        if field.hasMembers("sep", "cls") { return "BertProcessing" }
        return field.hasMembers("single", "pair") ? "TemplateProcessing" : nil
    }

    private static func pieces(
        _ list: JSONField, _ tokens: [TemplateToken]
    ) throws(LocatedError) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        for index in try list.array().indices {
            let text = list[index]["Sequence"]
            let token = list[index]["SpecialToken"]
            if text.isPresent {
                let typeID = try text["type_id"].identifier()
                switch try text["id"].string() {
                case "A": pieces.append(.first(typeID: typeID))
                case "B": pieces.append(.second(typeID: typeID))
                case let other: throw text["id"].error("\"\(other)\" is neither A nor B")
                }
            } else if token.isPresent {
                let name = try token["id"].string()
                guard tokens.contains(where: { $0.name.hasSameBytes(as: name) }) else {
                    throw token["id"].error("\"\(name)\" is not one of special_tokens")
                }
                pieces.append(.token(name, typeID: try token["type_id"].identifier()))
            } else {
                throw list[index].error("is neither a Sequence nor a SpecialToken")
            }
        }
        return pieces
    }

    private static func tokens(_ field: JSONField) throws(LocatedError) -> [TemplateToken] {
        var tokens: [TemplateToken] = []
        for (name, _) in try field.optionalObject() ?? JSONObject() {
            let entry = field[name]
            var ids: [TokenID] = []
            for index in try entry["ids"].array().indices { ids.append(try entry["ids"][index].identifier()) }
            var spellings: [String] = []
            for index in try entry["tokens"].array().indices {
                spellings.append(try entry["tokens"][index].string())
            }
            guard ids.count == spellings.count else {
                throw entry.error("has \(ids.count) ids for \(spellings.count) tokens")
            }
            tokens.append(TemplateToken(name: name, ids: ids, spellings: spellings))
        }
        return tokens
    }
}

extension NamedToken {
    /// A pair of spelling and id.
    init(_ field: JSONField) throws(LocatedError) {
        guard try field.array().count == 2 else { throw field.error("is not a pair of spelling and id") }
        self.init(try field[0].string(), id: try field[1].identifier())
    }
}
