internal import TesseraCore
internal import TesseraFiles

extension TokenDecoder {
    /// The component of a `tokenizer.json`.
    ///
    /// - Throws: `LocatedError` naming a component that is not known or a member that is missing or wrong.
    init(_ field: JSONField) throws(LocatedError) {
        let type = try field.componentType() ?? Self.inferredType(field)
        switch type {
        case "ByteLevel": self = .byteLevel
        case "WordPiece":
            self = .wordPiece(prefix: try field["prefix"].string(), cleansUp: try field["cleanup"].bool())
        case "Metaspace":
            let members = try MetaspaceMembers(field)
            self = .metaspace(
                replacement: members.replacement, prepends: members.prefix, splits: members.splits)
        case "BPEDecoder": self = .suffix(try field["suffix"].string())
        case "CTC":
            self = .ctc(
                padding: try field["pad_token"].string(),
                wordDelimiter: try field["word_delimiter_token"].string(),
                cleansUp: try field["cleanup"].bool())
        case "Replace":
            self = .replace(try field["pattern"].pattern(), with: try field["content"].string())
        case "Fuse": self = .fuse
        case "Strip":
            self = .strip(
                try field["content"].character(), start: try field["start"].count(),
                stop: try field["stop"].count())
        case "ByteFallback": self = .byteFallback
        case "Sequence":
            var parts: [TokenDecoder] = []
            for part in try field.components("decoders") { parts.append(try TokenDecoder(part)) }
            self = .sequence(parts)
        default: throw field.unknown("decoder", type)
        }
    }

    /// The kind that the members tell, in the order in which Hugging Face tries them.
    private static func inferredType(_ field: JSONField) -> String? {
        if field.hasMembers("suffix") { return "BPEDecoder" }
        if field.hasMembers("prefix", "cleanup") { return "WordPiece" }
        if field.hasMembers("pad_token", "word_delimiter_token", "cleanup") { return "CTC" }
        if field.hasMembers("pattern", "content") { return "Replace" }
        return field.hasMembers("content", "start", "stop") ? "Strip" : nil
    }
}
