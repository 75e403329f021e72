package import TesseraCore
package import TesseraFiles

/// Vocabularies of `tokenizer.ggml.model` "bert": WordPiece, with U+2581 before the tokens that begin a word where
/// BERT's own files have `##` before those that do not.
package enum GGUFWordPiece {
    /// The definition in `metadata`, spelled as BERT's own files spell it.
    ///
    /// - Parameter file: where it came from, for errors.
    /// - Throws: `LocatedError` naming the field that is missing or damaged.
    package static func definition(
        _ metadata: GGUFMetadata, file: String
    ) throws(LocatedError) -> TokenizerDefinition {
        let fields = try GGUFVocabulary(metadata, file: file)
        let unknown = try fields.id("unknown", default: 100)
        let classifier = try fields.id("cls", default: 101)
        let begin = try fields.id("bos") ?? classifier
        // Writers of the format misspell the field.
        let usualSeparator = try fields.id("separator", default: 102)
        let separator = try fields.id("seperator") ?? usualSeparator
        let padding = try fields.id("padding", default: 0)
        let plain = Set(
            [unknown, begin, separator, padding, try fields.id("mask", default: 103)].compactMap { $0 })
        let vocabulary = try fields.vocabulary { id, spelling in
            if spelling.starts(with: [0xE2, 0x96, 0x81]) { return Array(spelling.dropFirst(3)) }
            let isPlain =
                plain.contains(TokenID(truncatingIfNeeded: id)) || fields.kinds[id] == .control
                || fields.kinds[id] == .unknown || fields.kinds[id] == .userDefined
            return isPlain || spelling.isEmpty ? Array(spelling) : Array("##".utf8) + Array(spelling)
        }
        func name(_ id: TokenID?, _ usual: String) -> String {
            id.map { String(decoding: vocabulary.spelling(of: $0), as: UTF8.self) } ?? usual
        }
        var model = WordPieceDefinition(vocabulary: vocabulary)
        model.unknownToken = name(unknown, "[UNK]")

        let lowercases = try fields.flag("normalizer.lowercase", default: true)
        var definition = TokenizerDefinition(model: .wordPiece(model))
        definition.normalizer = .bert(
            cleansText: true, spacesChinese: true,
            stripsAccents: try fields.flag("normalizer.strip_accents", default: lowercases),
            lowercases: lowercases)
        definition.preTokenizer = .bert
        definition.decoder = .wordPiece(prefix: "##", cleansUp: true)
        definition.addedTokens = try fields.addedTokens {
            vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
        if let begin, let separator {
            definition.postProcessor = .bert(
                separator: NamedToken(name(separator, "[SEP]"), id: separator),
                classifier: NamedToken(name(begin, "[CLS]"), id: begin))
        }
        let ends = try [fields.id("eos"), separator].compactMap { $0 }
        definition.specialTokens = SpecialTokens(
            beginOfText: begin, endOfText: Set(ends), unknown: unknown, padding: padding,
            addsBeginOfText: begin != nil)
        return definition
    }
}
