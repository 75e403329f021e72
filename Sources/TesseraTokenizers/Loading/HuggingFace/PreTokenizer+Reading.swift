internal import TesseraCore
internal import TesseraFiles

extension PreTokenizer {
    /// The component of a `tokenizer.json`.
    ///
    /// - Throws: `LocatedError` naming a component that is not known or a member that is missing or wrong.
    init(_ field: JSONField) throws(LocatedError) {
        let type = try field.componentType()
        switch type {
        case "BertPreTokenizer": self = .bert
        case "ByteLevel":
            self = .byteLevel(
                addsPrefixSpace: try field["add_prefix_space"].bool(),
                usesExpression: try field["use_regex"].optionalBool() ?? true,
                trimsOffsets: try field["trim_offsets"].optionalBool() ?? true)
        case "CharDelimiterSplit": self = .delimiter(try field["delimiter"].character())
        case "Metaspace":
            let members = try MetaspaceMembers(field)
            self = .metaspace(
                replacement: members.replacement, prepends: members.prefix, splits: members.splits)
        case "Whitespace": self = .whitespace
        case "WhitespaceSplit": self = .whitespaceSplit
        case "Split":
            self = .split(
                try field["pattern"].pattern(), try field["behavior"].choice(SplitBehavior.self),
                inverted: try field["invert"].bool())
        case "Punctuation":
            self = .punctuation(try field["behavior"].choice(SplitBehavior.self, or: .isolated))
        case "Digits": self = .digits(individually: try field["individual_digits"].bool())
        case "UnicodeScripts": self = .unicodeScripts
        case "FixedLength":
            let length = try field["length"].optionalInteger() ?? 5
            guard length > 0 else { throw field["length"].error("\(length) is not a length") }
            self = .fixedLength(length)
        case "Sequence":
            var parts: [PreTokenizer] = []
            for part in try field.components("pretokenizers") { parts.append(try PreTokenizer(part)) }
            self = .sequence(parts)
        default: throw field.unknown("pre-tokenizer", type)
        }
    }
}

/// The members of `Metaspace`, which is a pre-tokenizer and a decoder.
struct MetaspaceMembers {
    let replacement: Unicode.Scalar
    let prefix: MetaspacePrefix
    let splits: Bool

    /// Files from before `prepend_scheme` say `add_prefix_space` instead, and repeat the replacement in
    /// `str_rep`.
    init(_ field: JSONField) throws(LocatedError) {
        replacement = try field["replacement"].character()
        splits = try field["split"].optionalBool() ?? true
        let scheme = field["prepend_scheme"]
        let addsPrefix = try field["add_prefix_space"].optionalBool()
        prefix = try scheme.choice(MetaspacePrefix.self, or: addsPrefix == false ? .never : .always)
        if addsPrefix == false, prefix != .never {
            throw scheme.error("\"\(prefix.rawValue)\" contradicts add_prefix_space, which is false")
        }
    }
}
