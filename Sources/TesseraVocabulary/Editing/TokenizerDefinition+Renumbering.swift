internal import TesseraCore
internal import TesseraTokenizers

extension TokenizerDefinition {
    /// The ids that parts other than the model's list of tokens name.
    var idsInParts: Set<TokenID> {
        var ids = specialTokens.endOfText
        ids.formUnion(
            [specialTokens.beginOfText, specialTokens.unknown, specialTokens.padding].compactMap { $0 })
        ids.formUnion(postProcessor?.ids ?? [])
        return ids
    }

    /// The same tokenizer with other ids.
    ///
    /// - Parameter newIDs: for each old id its new one, each given once; nil: the token is dropped, and so are the
    ///   merges that need it.
    /// - Throws: `LocatedError` when a part needs a token that is dropped or does not exist.
    func renumbered(_ newIDs: [TokenID?]) throws(LocatedError) -> TokenizerDefinition {
        let map = IDMap(newIDs)
        var new = self
        let vocabulary = model.vocabulary
        var spellings: [[UInt8]?] = []
        for (old, id) in newIDs.prefix(vocabulary.count).enumerated() {
            guard let id else { continue }
            let missing = Int(id) + 1 - spellings.count
            if missing > 0 { spellings += [[UInt8]?](repeating: nil, count: missing) }
            spellings[Int(id)] = vocabulary.spelling(of: TokenID(truncatingIfNeeded: old))
        }
        let newVocabulary = try Vocabulary(spellings)
        /// Puts what `values` has for old ids where the new ones are.
        func moved<Value>(_ values: [Value], filler: Value) -> [Value] {
            guard !values.isEmpty else { return [] }
            var moved = [Value](repeating: filler, count: newVocabulary.count)
            for (old, value) in values.enumerated() {
                if let id = map[TokenID(truncatingIfNeeded: old)], Int(id) < moved.count {
                    moved[Int(id)] = value
                }
            }
            return moved
        }
        switch model {
        case .bytePair(var model):
            model.merges = model.merges.compactMap { merge in
                guard let left = map[merge.left], let right = map[merge.right], let made = map[merge.made]
                else {
                    return nil
                }
                return BytePairDefinition.Merge(left, right, makes: made)
            }
            model.unknownToken = try map.required(model.unknownToken, "model.unk_token")
            model.kinds = moved(model.kinds, filler: .unused)
            model.scores = moved(model.scores, filler: 0)
            model.vocabulary = newVocabulary
            new.model = .bytePair(model)
        case .unigram(var model):
            model.unknownToken = try map.required(model.unknownToken, "model.unk_id")
            model.kinds = moved(model.kinds, filler: .unused)
            model.scores = moved(model.scores, filler: 0)
            model.vocabulary = newVocabulary
            new.model = .unigram(model)
        case .wordPiece(var model):
            model.vocabulary = newVocabulary
            new.model = .wordPiece(model)
        case .wordLevel(var model):
            model.kinds = moved(model.kinds, filler: .unused)
            model.vocabulary = newVocabulary
            new.model = .wordLevel(model)
        case .lessIsBetter(var model):
            let lexicon = model.lexicon.compactMap { map[$0] }
            // What was learned goes with the lexicon as it was.
            if lexicon.count < model.lexicon.count { model.training = nil }
            model.lexicon = lexicon
            model.unknownToken = try map.required(model.unknownToken, "model.unk_token")
            model.vocabulary = newVocabulary
            new.model = .lessIsBetter(model)
        }
        for index in new.addedTokens.indices {
            new.addedTokens[index].id = try map.required(new.addedTokens[index].id, "added_tokens")
        }
        new.postProcessor = try postProcessor?.renumbered(map)
        // The padding of a file may name a token that the vocabulary has not.
        if let id = padding.flatMap({ map[$0.token] }) { new.padding?.token = id }
        new.specialTokens.beginOfText = try map.required(specialTokens.beginOfText, "bos_token")
        new.specialTokens.unknown = try map.required(specialTokens.unknown, "unk_token")
        new.specialTokens.padding = try map.required(specialTokens.padding, "pad_token")
        new.specialTokens.endOfText = []
        for id in specialTokens.endOfText {
            new.specialTokens.endOfText.insert(try map.required(id, "eos_token"))
        }
        return new
    }
}

/// New ids by old ones.
struct IDMap {
    private let newIDs: [TokenID?]

    init(_ newIDs: [TokenID?]) { self.newIDs = newIDs }

    subscript(id: TokenID) -> TokenID? { Int(id) < newIDs.count ? newIDs[Int(id)] : nil }

    func required(_ id: TokenID, _ field: String) throws(LocatedError) -> TokenID {
        guard let new = self[id] else {
            throw LocatedError(
                field: field, problem: "the token \(id) is not in the vocabulary",
                remedy: "keep it, or correct the file")
        }
        return new
    }

    func required(_ id: TokenID?, _ field: String) throws(LocatedError) -> TokenID? {
        guard let id else { return nil }
        let new: TokenID = try required(id, field)
        return new
    }
}

extension PostProcessor {
    /// The ids that are put around texts.
    fileprivate var ids: [TokenID] {
        switch self {
        case .bert(let separator, let classifier), .roberta(let separator, let classifier, _, _):
            [separator.id, classifier.id]
        case .byteLevel: []
        case .template(_, _, let tokens): tokens.flatMap(\.ids)
        case .sequence(let steps): steps.flatMap(\.ids)
        }
    }

    fileprivate func renumbered(_ map: IDMap) throws(LocatedError) -> PostProcessor {
        func moved(_ token: NamedToken) throws(LocatedError) -> NamedToken {
            NamedToken(token.spelling, id: try map.required(token.id, "post_processor"))
        }
        switch self {
        case .bert(let separator, let classifier):
            return .bert(separator: try moved(separator), classifier: try moved(classifier))
        case .roberta(let separator, let classifier, let trimsOffsets, let addsPrefixSpace):
            return .roberta(
                separator: try moved(separator), classifier: try moved(classifier),
                trimsOffsets: trimsOffsets,
                addsPrefixSpace: addsPrefixSpace)
        case .byteLevel: return self
        case .template(let single, let pair, var tokens):
            for token in tokens.indices {
                for index in tokens[token].ids.indices {
                    tokens[token].ids[index] = try map.required(tokens[token].ids[index], "post_processor")
                }
            }
            return .template(single: single, pair: pair, tokens: tokens)
        case .sequence(let steps):
            var moved: [PostProcessor] = []
            for step in steps { moved.append(try step.renumbered(map)) }
            return .sequence(moved)
        }
    }
}
