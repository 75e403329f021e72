internal import TesseraCore
internal import TesseraFiles

/// The special tokens and switches of `tokenizer_config.json` and, where it says nothing,
/// `special_tokens_map.json`.
struct SpecialTokenSettings {
    private let fields: [JSONField]

    init(_ folder: TokenizerFolder) throws(LocatedError) {
        fields = try [folder.json("tokenizer_config.json"), folder.json("special_tokens_map.json")].compactMap
        { $0 }
    }

    /// The switch `name`; nil when the files do not say.
    func bool(_ name: String) throws(LocatedError) -> Bool? {
        for field in fields {
            if let value = try field[name].optionalBool() { return value }
        }
        return nil
    }

    /// The spelling of the token with the role `name`; nil when the files do not say.
    func spelling(_ name: String) throws(LocatedError) -> String? {
        for field in fields where field[name].isPresent {
            let content = field[name]["content"]
            return content.isPresent ? try content.string() : try field[name].string()
        }
        return nil
    }

    /// The token with the role `name`, or else that spelled `usual`; nil when the vocabulary does not have
    /// it.
    func token(
        _ name: String, or usual: String? = nil, _ vocabulary: Vocabulary
    ) throws(LocatedError) -> NamedToken? {
        guard let spelling = try spelling(name) ?? usual, let id = vocabulary.id(ofText: spelling) else {
            return nil
        }
        return NamedToken(spelling, id: id)
    }

    /// The tokens with roles that the vocabulary has, found in text by their spelling.
    ///
    /// - Parameters:
    ///   - usual: spellings that are special too.
    ///   - maskTakesSpace: whether the mask takes the space in front of it, as in RoBERTa, unless the files
    ///     say.
    func addedTokens(
        _ vocabulary: Vocabulary, or usual: [String] = [], maskTakesSpace: Bool
    ) throws(LocatedError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        func add(_ token: AddedToken) {
            if !tokens.contains(where: { $0.id == token.id }) { tokens.append(token) }
        }
        for name in [
            "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
        ] {
            guard let field = fields.lazy.map({ $0[name] }).first(where: \.isPresent),
                let spelling = try spelling(name), let id = vocabulary.id(ofText: spelling)
            else { continue }
            var token = AddedToken(id: id, content: Array(spelling.utf8))
            if field["content"].isPresent {
                token = try AddedToken(field, content: spelling, id: id)
                token.isSpecial = true
            } else if name == "mask_token" {
                token.stripsLeft = maskTakesSpace
            }
            add(token)
        }
        for spelling in usual {
            if let id = vocabulary.id(ofText: spelling) {
                add(AddedToken(id: id, content: Array(spelling.utf8)))
            }
        }
        return tokens.sorted { $0.id < $1.id }
    }
}
