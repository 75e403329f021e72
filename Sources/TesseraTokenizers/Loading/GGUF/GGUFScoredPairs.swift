package import TesseraCore
package import TesseraFiles

/// Vocabularies of `tokenizer.ggml.model` "llama": SentencePiece's BPE, whose merges follow from scores.
package enum GGUFScoredPairs {
    /// The definition in `metadata`.
    ///
    /// Unlike SentencePiece, llama.cpp merges to any token, whatever its type.
    ///
    /// - Parameter file: where it came from, for errors.
    /// - Throws: `LocatedError` naming the field that is missing or damaged.
    package static func definition(
        _ metadata: GGUFMetadata, file: String
    ) throws(LocatedError) -> TokenizerDefinition {
        let fields = try GGUFVocabulary(metadata, file: file)
        let vocabulary = try fields.vocabulary()
        // Adding zero makes -0 the 0 that it equals in llama.cpp's order.
        let scores = try fields.scores().map { Float($0) + 0 }
        let found: SentencePieceMerges
        do throws(LocatedError) {
            found = try SentencePieceMerges(vocabulary, scores: scores, allowsLoneCharacters: false) {
                vocabulary.spellingLength(of: $0) > 0
            }
        } catch {
            throw fields.error("tokenizer.ggml.tokens", error.problem)
        }
        var model = BytePairDefinition(vocabulary: vocabulary, merges: found.merges)
        model.order = .byMadeToken
        model.scores = scores
        model.fallsBackToBytes = true
        model.fusesUnknown = true
        model.unknownToken = try fields.id("unknown", default: 0)

        let addsPrefix = try fields.flag("add_space_prefix", default: true)
        let roles = try fields.specialTokens(
            bos: 1, eos: 2, unknown: 0, padding: nil, addsBos: fields.flag("add_bos_token", default: true))
        let addsEnd = try fields.flag("add_eos_token", default: false)
        let end = try addsEnd ? fields.id("eos", default: 2) : nil
        var definition = TokenizerDefinition(model: .bytePair(model))
        definition.normalizer = .metaspaces(addsPrefix: addsPrefix)
        definition.decoder = .metaspaces(dropsPrefix: addsPrefix, fallsBackToBytes: true)
        definition.addedTokens = try fields.addedTokens {
            vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
        try giveSpaces(to: &definition.addedTokens, metadata)
        definition.specialTokens = roles
        definition.postProcessor = fields.template(
            prefix: roles.addsBeginOfText ? [roles.beginOfText].compactMap { $0 } : [],
            suffix: [end].compactMap { $0 }, vocabulary)
        return definition
    }

    /// Lets Phi-3's special tokens take the white space after them; GGUF files do not say so, llama.cpp knows it by name.
    private static func giveSpaces(to tokens: inout [AddedToken], _ metadata: GGUFMetadata)
        throws(LocatedError)
    {
        let name = try metadata.optionalString("general.name")?.lowercased() ?? ""
        guard name.contains("phi-3") || name.contains("phi3") else { return }
        let exceptions = ["<unk>", "<s>", "<|endoftext|>"].map { Array($0.utf8) }
        for index in tokens.indices where !exceptions.contains(tokens[index].content) {
            tokens[index].stripsRight = true
        }
    }
}

extension Normalizer {
    /// Spaces become U+2581, with one in front where texts get a prefix.
    static func metaspaces(addsPrefix: Bool) -> Normalizer {
        let replace = Normalizer.replace(.string(" "), with: "\u{2581}")
        return addsPrefix ? .sequence([.prepend("\u{2581}"), replace]) : replace
    }
}

extension TokenDecoder {
    /// The steps that undo `Normalizer.metaspaces`.
    static func metaspaces(dropsPrefix: Bool, fallsBackToBytes: Bool) -> TokenDecoder {
        var steps: [TokenDecoder] = [.replace(.string("\u{2581}"), with: " ")]
        if fallsBackToBytes { steps.append(.byteFallback) }
        steps.append(.fuse)
        if dropsPrefix { steps.append(.strip(" ", start: 1, stop: 0)) }
        return .sequence(steps)
    }
}
