internal import TesseraCore
internal import TesseraFiles

/// Vocabularies of `tokenizer.ggml.model` "gpt2": byte-level BPE behind a split rule with a name.
enum GGUFByteLevel {
    /// The definition in `metadata`, straight from the mapped bytes.
    ///
    /// - Parameter file: where it came from, for errors.
    /// - Throws: `LocatedError` naming the field that is missing, damaged or not known.
    static func definition(_ metadata: GGUFMetadata, file: String) throws(LocatedError) -> TokenizerDefinition
    {
        let rule = try splitRule(metadata, file)
        let fields = try GGUFVocabulary(metadata, file: file)
        let vocabulary = try vocabulary(fields)
        var model = BytePairDefinition(vocabulary: vocabulary, merges: try merges(fields, vocabulary))
        // llama.cpp (llama-vocab.cpp) begins texts and takes whole tokens by the name of Llama 3's rule.
        let isLlama3 = rule == .llama3
        model.ignoresMerges = isLlama3
        let adds = try fields.flag("add_bos_token", default: isLlama3)
        let roles = try fields.specialTokens(bos: nil, eos: nil, unknown: nil, padding: nil, addsBos: adds)
        if roles.beginOfText == nil, try fields.flag("add_bos_token", default: false) {
            throw fields.error("tokenizer.ggml.add_bos_token", "is true, but there is no bos_token_id")
        }
        let end = try fields.flag("add_eos_token", default: false) ? fields.id("eos") : nil
        var definition = TokenizerDefinition(preTokenizer: rule, model: .bytePair(model), decoder: .byteLevel)
        definition.addedTokens = try fields.addedTokens {
            vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
        definition.specialTokens = roles
        definition.postProcessor = fields.template(
            prefix: roles.addsBeginOfText ? [roles.beginOfText].compactMap { $0 } : [],
            suffix: [end].compactMap { $0 }, vocabulary)
        return definition
    }

    private static func splitRule(_ metadata: GGUFMetadata, _ file: String) throws(LocatedError)
        -> PreTokenizer
    {
        let field = "tokenizer.ggml.pre"
        let known = PreTokenizer.llamaCppRules.flatMap(\.names).joined(separator: ", ")
        guard let name = try metadata.optionalString(field) else {
            throw LocatedError(
                file: file, field: field, problem: "missing, so it is not known how text is split",
                remedy: "convert the model again with a converter that writes it; known rules: \(known)")
        }
        guard let rule = PreTokenizer.llamaCpp(name: name) else {
            throw LocatedError(
                file: file, field: field, problem: "the split rule \"\(name)\" is not known",
                remedy: "use a model with one of \(known)")
        }
        return rule
    }

    private static func vocabulary(_ fields: GGUFVocabulary) throws(LocatedError) -> Vocabulary {
        let field = "tokenizer.ggml.tokens"
        let byteCount = fields.tokens.reduce(0) { $0 + $1.count }
        guard byteCount < Vocabulary.largestByteCount else {
            throw fields.error(field, "the tokens are spelled in \(byteCount) bytes, the limit is 4 GiB")
        }
        var vocabulary = Vocabulary(capacity: fields.tokens.count, spellingBytes: byteCount)
        for (id, spelling) in fields.tokens.enumerated() {
            if spelling.isEmpty { throw fields.error(field, "token \(id) is empty") }
            if let earlier = vocabulary.append(spelling: spelling) {
                throw fields.error(
                    field,
                    "token \(id) is \"\(String(decoding: spelling, as: UTF8.self))\" like token \(earlier)")
            }
        }
        return vocabulary
    }

    private static func merges(
        _ fields: GGUFVocabulary, _ vocabulary: Vocabulary
    ) throws(LocatedError) -> [BytePairDefinition.Merge] {
        let field = "tokenizer.ggml.merges"
        guard let lines = try fields.metadata.optionalStrings(field), !lines.isEmpty else {
            throw LocatedError(
                file: fields.file, field: field,
                problem: "missing: a byte-pair tokenizer cannot work without its merges",
                remedy: "convert the model again with its merges, or use another file")
        }
        var merges = MergeList(vocabulary, continuingPrefix: "", file: fields.file, field: field)
        merges.reserve(lines.count)
        for line in lines { try merges.append(spaced: line) }
        return try merges.finish()
    }
}
