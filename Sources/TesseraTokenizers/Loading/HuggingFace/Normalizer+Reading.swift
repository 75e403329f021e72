internal import TesseraCore
internal import TesseraFiles

extension Normalizer {
    /// The component of a `tokenizer.json`.
    ///
    /// - Throws: `LocatedError` naming a component that is not known or a member that is missing or wrong.
    init(_ field: JSONField) throws(LocatedError) {
        let type = try field.componentType() ?? Self.inferredType(field)
        switch type {
        case "BertNormalizer", "Bert":
            self = .bert(
                cleansText: try field["clean_text"].bool(),
                spacesChinese: try field["handle_chinese_chars"].bool(),
                stripsAccents: try field["strip_accents"].optionalBool(),
                lowercases: try field["lowercase"].bool())
        case "Strip":
            self = .strip(left: try field["strip_left"].bool(), right: try field["strip_right"].bool())
        case "StripAccents": self = .stripAccents
        case "NFC": self = .unicode(.canonicalComposed)
        case "NFD": self = .unicode(.canonicalDecomposed)
        case "NFKC": self = .unicode(.compatibleComposed)
        case "NFKD": self = .unicode(.compatibleDecomposed)
        case "Lowercase": self = .lowercase
        case "Nmt": self = .nmt
        case "Precompiled":
            let map = field["precompiled_charsmap"]
            guard let bytes = Base64.decode(try map.string()) else { throw map.error("is not base64") }
            self = .precompiled(bytes)
        case "Replace":
            self = .replace(try field["pattern"].pattern(), with: try field["content"].string())
        case "Prepend": self = .prepend(try field["prepend"].string())
        case "ByteLevel": self = .byteLevel
        case "Sequence":
            var parts: [Normalizer] = []
            for part in try field.components("normalizers") { parts.append(try Normalizer(part)) }
            self = .sequence(parts)
        default: throw field.unknown("normalizer", type)
        }
    }

    /// The kind that the members tell, in the order in which Hugging Face tries them.
    private static func inferredType(_ field: JSONField) -> String? {
        if field.hasMembers("clean_text", "handle_chinese_chars", "lowercase") { return "BertNormalizer" }
        if field.hasMembers("strip_left", "strip_right") { return "Strip" }
        if field.hasMembers("normalizers") { return "Sequence" }
        if field.hasMembers("precompiled_charsmap") { return "Precompiled" }
        if field.hasMembers("pattern", "content") { return "Replace" }
        return field.hasMembers("prepend") ? "Prepend" : nil
    }
}
