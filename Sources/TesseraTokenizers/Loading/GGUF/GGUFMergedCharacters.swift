package import TesseraCore
package import TesseraFiles

/// Vocabularies of `tokenizer.ggml.model` "gemma4": BPE of characters with a list of merges.
package enum GGUFMergedCharacters {
    /// The definition in `metadata`.
    ///
    /// llama.cpp cuts before and after line breaks; no merge crosses there, so that this one need not.
    ///
    /// - Parameter file: where it came from, for errors.
    /// - Throws: `LocatedError` naming the field that is missing or damaged.
    package static func definition(
        _ metadata: GGUFMetadata, file: String
    ) throws(LocatedError) -> TokenizerDefinition {
        let fields = try GGUFVocabulary(metadata, file: file)
        let vocabulary = try fields.vocabulary()
        var model = BytePairDefinition(vocabulary: vocabulary, merges: try merges(fields, vocabulary))
        model.fallsBackToBytes = true
        model.fusesUnknown = true
        model.unknownToken = try fields.id("unknown")

        // The file says that nothing is put in front, and llama.cpp puts the beginning of text there all the same.
        let roles = try fields.specialTokens(bos: nil, eos: nil, unknown: nil, padding: nil, addsBos: true)
        let addsPrefix = try fields.flag("add_space_prefix", default: false)
        var definition = TokenizerDefinition(model: .bytePair(model))
        definition.normalizer = .metaspaces(addsPrefix: addsPrefix)
        definition.decoder = .metaspaces(dropsPrefix: addsPrefix, fallsBackToBytes: true)
        definition.addedTokens = try fields.addedTokens {
            vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
        definition.specialTokens = roles
        definition.postProcessor = fields.template(
            prefix: roles.addsBeginOfText ? [roles.beginOfText].compactMap { $0 } : [], suffix: [], vocabulary
        )
        return definition
    }

    private static func merges(
        _ fields: GGUFVocabulary, _ vocabulary: Vocabulary
    ) throws(LocatedError) -> [BytePairDefinition.Merge] {
        let field = "tokenizer.ggml.merges"
        let list = try fields.metadata.strings(field)
        var merges = MergeList(vocabulary, continuingPrefix: "", file: fields.file, field: field)
        merges.reserve(list.count)
        for (rank, merge) in list.enumerated() {
            // The first space that is not the first byte parts the tokens, as in llama.cpp.
            var space = 1
            while space < merge.count, merge[space] != 0x20 { space += 1 }
            guard space + 1 < merge.count else {
                throw fields.error(field, "merge \(rank) is not two tokens with a space between")
            }
            try merges.append(
                UnsafeRawBufferPointer(rebasing: merge[..<space]),
                UnsafeRawBufferPointer(rebasing: merge[(space + 1)...]))
        }
        return try merges.finish()
    }
}
