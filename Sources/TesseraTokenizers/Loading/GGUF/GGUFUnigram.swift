package import TesseraCore
package import TesseraFiles

/// Vocabularies of `tokenizer.ggml.model` "t5": Unigram with SentencePiece's normalizer.
package enum GGUFUnigram {
    /// The definition in `metadata`.
    ///
    /// - Parameter file: where it came from, for errors.
    /// - Throws: `LocatedError` naming the field that is missing or damaged.
    package static func definition(
        _ metadata: GGUFMetadata, file: String
    ) throws(LocatedError) -> TokenizerDefinition {
        let fields = try GGUFVocabulary(metadata, file: file)
        let vocabulary = try fields.vocabulary()
        var model = UnigramDefinition(
            vocabulary: vocabulary, scores: try fields.scores(),
            unknownToken: try fields.id("unknown", default: 2))
        model.rules = .llamaCpp
        // Undefined tokens are not found in text.
        model.kinds = fields.kinds.map { $0 ?? .control }

        var normalization = SentencePieceNormalization()
        normalization.characterMap = try characterMap(fields)
        normalization.addsDummyPrefix = try fields.flag("add_space_prefix", default: true)
        normalization.removesExtraWhitespace = try fields.flag("remove_extra_whitespaces", default: false)
        let roles = try fields.specialTokens(
            bos: nil, eos: 1, unknown: 2, padding: 0, addsBos: fields.flag("add_bos_token", default: false))
        let end = try fields.flag("add_eos_token", default: true) ? try fields.id("eos", default: 1) : nil
        var definition = TokenizerDefinition(model: .unigram(model))
        definition.normalizer = .sentencePiece(normalization)
        definition.decoder = .metaspaces(dropsPrefix: normalization.addsDummyPrefix, fallsBackToBytes: false)
        definition.addedTokens = try fields.addedTokens {
            vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
        definition.specialTokens = roles
        definition.postProcessor = fields.template(
            prefix: roles.addsBeginOfText ? [roles.beginOfText].compactMap { $0 } : [],
            suffix: [end].compactMap { $0 }, vocabulary)
        return definition
    }

    /// The character map, stored as an array of bytes, signed or not.
    private static func characterMap(_ fields: GGUFVocabulary) throws(LocatedError) -> [UInt8] {
        let field = "tokenizer.ggml.precompiled_charsmap"
        guard let value = fields.metadata[field] else { return [] }
        guard case .numbers(let numbers) = value else {
            throw fields.error(field, "is not an array of bytes")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count)
        for number in numbers {
            guard case .integer(let byte) = number, (-128..<256).contains(byte) else {
                throw fields.error(field, "is not an array of bytes")
            }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return bytes
    }
}
