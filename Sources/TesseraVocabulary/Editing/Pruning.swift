public import TesseraCore
public import TesseraTokenizers

/// Which tokens of a vocabulary are kept; what they need stays with them.
public enum PruneSelection: Sendable {
    /// These.
    case ids(Set<TokenID>)
    /// Those that a corpus used at least so often; `uses` has a count for each id.
    case used(uses: [Int], atLeast: Int)
    /// Those that a corpus used most often, until so many tokens are kept.
    case mostUsed(uses: [Int], count: Int)
    /// Those that the first merges make.
    case firstMerges(Int)
}

extension TokenizerDefinition {
    /// A smaller vocabulary.
    ///
    /// What a kept token needs stays: with BPE the tokens it is merged of and their merges, with every model the
    /// single characters, or the bytes where the model falls back to those, so that every text still has tokens.
    /// Added tokens, tokens with a role and those of bytes, unknown text and the protocol stay. A text whose tokens
    /// are all kept is encoded as before, except that a word which WordPiece could not cut may have tokens now.
    ///
    /// - Parameters:
    ///   - selection: the tokens that are asked for.
    ///   - keepsIDs: whether tokens keep their ids, with holes between; else the ids are dense, in the old order.
    /// - Throws: `LocatedError` when an id is not in the vocabulary, the selection does not go with the model, or
    ///   less is asked for than must stay.
    public func pruned(
        keeping selection: PruneSelection, keepsIDs: Bool = false
    ) throws(LocatedError) -> VocabularyEdit {
        let oldCount = try checkedIDCount()
        var kept = try KeptTokens(self, count: oldCount)
        switch selection {
        case .ids(let ids):
            for id in ids.sorted() {
                guard kept.exists(id) else {
                    throw LocatedError(
                        field: "ids", problem: "\(id) is no token of the vocabulary", remedy: "leave it out")
                }
                kept.insert(id)
            }
        case .used(let uses, let least):
            for (id, count) in uses.enumerated() where count >= max(least, 1) { kept.insert(TokenID(id)) }
        case .mostUsed(let uses, let wanted):
            guard wanted >= kept.count else {
                throw LocatedError(
                    field: "size",
                    problem: "\(wanted) is less than the \(kept.count) tokens that every text needs",
                    remedy: "ask for that many or more")
            }
            // Of tokens used as often, the smaller id was learned earlier.
            let order = uses.indices.filter { uses[$0] > 0 }.sorted { (uses[$1], $0) < (uses[$0], $1) }
            for id in order where kept.count < wanted { kept.insert(TokenID(id), limit: wanted) }
        case .firstMerges(let count): try keepFirst(count, &kept)
        }
        var newIDs = [TokenID?](repeating: nil, count: oldCount)
        var next: TokenID = 0
        for id in 0..<oldCount where kept.contains(id) {
            newIDs[id] = keepsIDs ? TokenID(id) : next
            next += 1
        }
        if keepsIDs, case .unigram = model, next < oldCount {
            throw LocatedError(
                field: "keep-ids", problem: "a Unigram vocabulary is a list without holes",
                remedy: "let the ids become dense")
        }
        let definition = try renumbered(newIDs)
        var rows = [RowMap.Source](repeating: .none, count: definition.idCount)
        for (old, new) in newIDs.enumerated() {
            if let new, Int(new) < rows.count { rows[Int(new)] = .row(TokenID(old)) }
        }
        var edit = VocabularyEdit(
            definition: keepsIDs ? try definition.listingAddedTokens() : definition, rows: rows)
        if kept.neededCount > 0 {
            edit.notes.append("\(kept.neededCount) tokens stay because others are merged of them")
        }
        return edit
    }

    private func keepFirst(_ count: Int, _ kept: inout KeptTokens) throws(LocatedError) {
        guard case .bytePair(let bytePair) = model else {
            throw LocatedError(
                field: "merges", problem: "\(modelDescription) has none", remedy: "name the tokens to keep")
        }
        guard count >= 0 else {
            throw LocatedError(field: "merges", problem: "\(count) is no count", remedy: "use 0 or more")
        }
        var made = [Bool](repeating: false, count: bytePair.vocabulary.count)
        for merge in bytePair.merges.dropFirst(count) where Int(merge.made) < made.count {
            made[Int(merge.made)] = true
        }
        for merge in bytePair.merges.prefix(count) where Int(merge.made) < made.count {
            made[Int(merge.made)] = false
        }
        for id in made.indices where !made[id] && kept.exists(TokenID(id)) { kept.insert(TokenID(id)) }
    }

    /// The same tokenizer with its added tokens in the vocabulary of the model too.
    ///
    /// Hugging Face tokenizers numbers added tokens that the model does not list from the count of the model's
    /// tokens on, whatever ids the file says: where tokens come after added ones or ids have holes, they must be listed.
    func listingAddedTokens() throws(LocatedError) -> TokenizerDefinition {
        var builder = VocabularyBuilder(self)
        builder.listAddedTokens()
        return try builder.definition()
    }
}

/// The tokens that stay when a vocabulary is pruned, closed under what they need.
struct KeptTokens {
    private let vocabulary: Vocabulary
    private let added: [TokenID: AddedToken]
    private let paths: MergePaths?
    private var isKept: [Bool]
    /// How many tokens are kept.
    private(set) var count = 0
    /// How many of them are kept because others are merged of them.
    private(set) var neededCount = 0

    /// Begins with what always stays.
    init(_ definition: TokenizerDefinition, count: Int) throws(LocatedError) {
        vocabulary = definition.model.vocabulary
        added = definition.addedByID
        isKept = Array(repeating: false, count: count)
        var fallsBack = false
        switch definition.model {
        case .bytePair(let model):
            paths = MergePaths(model)
            fallsBack = model.fallsBackToBytes
        case .unigram(let model):
            paths = nil
            fallsBack = model.fallsBackToBytes
        case .lessIsBetter(let model):
            paths = nil
            fallsBack = model.fallsBackToBytes
        case .wordPiece, .wordLevel: paths = nil
        }
        for token in definition.addedTokens { keep(token.id) }
        for id in definition.tokensOutsideText { keep(id) }
        for id in definition.idsInParts where exists(id) { keep(id) }
        if let padding = definition.padding?.token, exists(padding) { keep(padding) }
        let vocabulary = vocabulary
        if !fallsBack || !byteTokenSpellings.allSatisfy({ vocabulary.id(of: Array($0.utf8)) != nil }) {
            keepCharacters(of: definition.model)
        }
    }

    /// Keeps the tokens of single characters, with what may be before and after them.
    private mutating func keepCharacters(of model: TokenModel) {
        var (prefix, suffix): ([UInt8], [UInt8]) = ([], [])
        switch model {
        case .bytePair(let model):
            (prefix, suffix) = (Array(model.continuingPrefix.utf8), Array(model.endSuffix.utf8))
        case .wordPiece(let model): prefix = Array(model.continuingPrefix.utf8)
        case .unigram, .lessIsBetter: break
        case .wordLevel: return
        }
        for id in 0..<vocabulary.count {
            let whole = vocabulary.spelling(of: TokenID(id))
            var spelling = whole[...]
            if !prefix.isEmpty, spelling.count > prefix.count, spelling.starts(with: prefix) {
                spelling = spelling.dropFirst(prefix.count)
            }
            if !suffix.isEmpty, spelling.count > suffix.count,
                spelling.suffix(suffix.count).elementsEqual(suffix)
            {
                spelling = spelling.dropLast(suffix.count)
            }
            func isCharacter(_ bytes: ArraySlice<UInt8>) -> Bool {
                !bytes.isEmpty && bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
            }
            if isCharacter(spelling) || isCharacter(whole[...]) { keep(TokenID(id)) }
        }
    }

    /// Whether `id` is a token.
    func exists(_ id: TokenID) -> Bool { added[id] != nil || !vocabulary.spelling(of: id).isEmpty }

    func contains(_ id: Int) -> Bool { isKept[id] }

    /// Keeps a token and what it is merged of, unless more than `limit` would be kept then.
    mutating func insert(_ id: TokenID, limit: Int = .max) {
        guard exists(id), Int(id) < isKept.count, !isKept[Int(id)] else { return }
        var needed: Set<TokenID> = []
        if let paths {
            let path = paths.path(of: vocabulary.spelling(of: id))
            // A token that merges do not make is found as a whole piece, or never.
            if path.tokens == [id] {
                for step in path.steps { needed.formUnion([step.left, step.right, step.made]) }
            }
        }
        needed.remove(id)
        needed = needed.filter { Int($0) < isKept.count && !isKept[Int($0)] }
        guard count + needed.count + 1 <= limit else { return }
        keep(id)
        for id in needed { keep(id) }
        neededCount += needed.count
    }

    private mutating func keep(_ id: TokenID) {
        guard Int(id) < isKept.count, !isKept[Int(id)] else { return }
        isKept[Int(id)] = true
        count += 1
    }
}
