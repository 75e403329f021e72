public import TesseraCore
public import TesseraTokenizers

extension TokenizerDefinition {
    /// The union of two vocabularies of the same kind.
    ///
    /// All ids of this one stay. The tokens that only `second` has come behind them, in its order, with its merges or
    /// scores behind those of this one. Where these merges or scores keep such a token from being produced, further
    /// merges join what its text becomes, or its score is raised. All parts but the vocabulary are those of this one.
    ///
    /// - Throws: `LocatedError` when the two are of different kinds.
    public func merged(with second: TokenizerDefinition) throws(LocatedError) -> VocabularyEdit {
        _ = try checkedIDCount()
        let secondCount = try second.checkedIDCount()
        try checkKind(of: second)
        var extending = try VocabularyExtension(self)
        let added = second.addedByID
        let outside = second.tokensOutsideText
        let vocabulary = second.model.vocabulary
        var ids = [TokenID?](repeating: nil, count: secondCount)
        var new: [TokenID] = []
        for id in 0..<TokenID(truncatingIfNeeded: vocabulary.count) {
            let spelling = vocabulary.spelling(of: id)
            guard !spelling.isEmpty, added[id] == nil else { continue }
            if let known = extending.builder.id(of: spelling) {
                ids[Int(id)] = known
            } else if !outside.contains(id) {
                var score = 0.0
                if case .unigram(let model) = second.model, Int(id) < model.scores.count {
                    score = model.scores[Int(id)]
                }
                let known = extending.appendToken(spelling, score: score)
                ids[Int(id)] = known
                new.append(known)
            }
        }
        if case .bytePair(let model) = second.model {
            let map = IDMap(ids)
            for merge in model.merges {
                guard let left = map[merge.left], let right = map[merge.right], let made = map[merge.made]
                else {
                    continue
                }
                extending.appendMerge(left, right, makes: made)
            }
        }
        try extending.reach(new)
        let known = Dictionary(
            extending.builder.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { first, _ in first }
        )
        for token in second.addedTokens {
            if let known = known[token.content] {
                if Int(token.id) < ids.count { ids[Int(token.id)] = known }
                continue
            }
            let id = extending.builder.id(of: token.content) ?? extending.builder.nextID
            extending.appendAdded(token, id: id)
            ids[Int(token.id)] = id
        }
        var edit = try extending.edit()
        edit.secondRows = Array(repeating: nil, count: edit.rows.count)
        for (old, id) in ids.enumerated() {
            if let id, Int(id) < edit.secondRows.count { edit.secondRows[Int(id)] = TokenID(old) }
        }
        return edit
    }

    private func checkKind(of second: TokenizerDefinition) throws(LocatedError) {
        var same = modelDescription == second.modelDescription
        if case .bytePair(let one) = model, case .bytePair(let two) = second.model {
            same = same && one.continuingPrefix.utf8.elementsEqual(two.continuingPrefix.utf8)
            same = same && one.endSuffix.utf8.elementsEqual(two.endSuffix.utf8)
        }
        if case .wordPiece(let one) = model, case .wordPiece(let two) = second.model {
            same = same && one.continuingPrefix.utf8.elementsEqual(two.continuingPrefix.utf8)
        }
        guard same else {
            throw LocatedError(
                field: "merge",
                problem:
                    "the first vocabulary is \(modelDescription), the second \(second.modelDescription), "
                    + "or they spell the parts of words in different ways",
                remedy: "train the second anew as the first is, or add its words with edit extend")
        }
    }
}

extension VocabularyExtension {
    /// Makes sure that each of the new tokens is produced, shorter ones first.
    mutating func reach(_ tokens: [TokenID]) throws(LocatedError) {
        let byLength = tokens.sorted {
            (builder.spelling(of: $0).count, $0) < (builder.spelling(of: $1).count, $1)
        }
        if builder.merges {
            var blocked = 0
            for id in byLength {
                let spelling = builder.spelling(of: id)
                let path = builder.path(of: spelling).tokens
                guard path != [id], path.count > 1, !path.contains(MergePaths.noToken) else { continue }
                blocked += 1
                try join(spelling, String(decoding: spelling, as: UTF8.self))
            }
            notes.removeAll { $0.contains("was in the vocabulary, but") }
            if blocked > 0 {
                notes.append("\(blocked) tokens got a new merge, as those of the first vocabulary come first")
            }
        } else if let unigram = try unigramNow() {
            var model = try PieceModel(.unigram(unigram))
            var raised = 0
            var length = 0
            for id in byLength {
                let spelling = builder.spelling(of: id)
                // What shorter tokens score now decides for longer ones; those of one length do not meet.
                if spelling.count != length, raised > 0, let now = try unigramNow() {
                    model = try PieceModel(.unigram(now))
                }
                length = spelling.count
                let becomes = model.tokens(of: spelling)
                guard becomes != [id] else { continue }
                setScore(becomes.reduce(0) { $0 + builder.score(of: $1) } + 1e-3, of: id)
                raised += 1
            }
            if raised > 0 { notes.append("\(raised) tokens got a higher score, as other tokens' scores won") }
        }
    }

    private func unigramNow() throws(LocatedError) -> UnigramDefinition? {
        if case .unigram(let model) = try builder.definition().model { model } else { nil }
    }
}
