internal import TesseraCore
internal import TesseraFiles

/// What the `post_processor` of a `tokenizer.json` does to a single text.
struct PostProcessorReader {
    /// The spellings in front of the text.
    private(set) var prefix: [String] = []
    /// The spellings after it.
    private(set) var suffix: [String] = []
    /// Whether offsets leave out white space at the edges of a token.
    private(set) var trimsOffsets = false
    private let field: JSONField

    /// - Throws: `LocatedError` naming the component that is not supported.
    init(_ field: JSONField) throws(LocatedError) {
        self.field = field
        guard field.isPresent else { return }
        if try field["type"].string() == "Sequence" {
            let list = field["processors"]
            for index in try list.array().indices { try read(list[index]) }
        } else {
            try read(field)
        }
    }

    /// The post-processor that does the same.
    func postProcessor(_ vocabulary: Vocabulary) throws(LocatedError) -> PostProcessor {
        var single: [TemplatePiece] = []
        var tokens: [TemplateToken] = []
        for spelling in prefix + suffix {
            tokens.append(
                TemplateToken(name: spelling, ids: [try id(spelling, vocabulary)], spellings: [spelling]))
        }
        single += prefix.map { .token($0, typeID: 0) }
        single.append(.first(typeID: 0))
        single += suffix.map { .token($0, typeID: 0) }
        return .sequence([
            .byteLevel(trimsOffsets: trimsOffsets), .template(single: single, pair: [], tokens: tokens),
        ])
    }

    private func id(_ spelling: String, _ vocabulary: Vocabulary) throws(LocatedError) -> TokenID {
        guard let id = vocabulary.id(ofText: spelling) else {
            throw field.error("the token \"\(spelling)\" is not in the vocabulary")
        }
        return id
    }

    private mutating func read(_ field: JSONField) throws(LocatedError) {
        let type = try field["type"].string()
        switch type {
        case "ByteLevel": trimsOffsets = try field["trim_offsets"].optionalBool() ?? true
        case "TemplateProcessing":
            let single = field["single"]
            var afterText = false
            for index in try single.array().indices {
                if single[index]["Sequence"].isPresent {
                    guard !afterText else {
                        throw single[index].error("the text stands in the template twice")
                    }
                    afterText = true
                } else {
                    let spelling = try single[index]["SpecialToken"]["id"].string()
                    if afterText { suffix.append(spelling) } else { prefix.append(spelling) }
                }
            }
        default:
            throw field["type"].error(
                "the post-processor \(type) is not supported",
                remedy: "use a byte-level BPE tokenizer without it")
        }
    }
}
