public import TesseraCore
public import TesseraTokenizers

/// Which tokens of a vocabulary can be the result of encoding.
public struct Reachability: Sendable {
    /// A token that cannot be, and why.
    public struct Unreachable: Hashable, Sendable {
        /// The token.
        public let id: TokenID
        /// Its spelling in the vocabulary.
        public let spelling: [UInt8]
        /// What its own text becomes instead.
        public let becomes: [TokenID]
        /// Why, in words.
        public let reason: String
    }

    /// How many tokens were looked at: all but added tokens, which are found by their spelling, and those that
    /// stand for bytes, unknown text or the protocol.
    public private(set) var checkedCount = 0

    /// The tokens that cannot be produced, by id.
    public private(set) var unreachable: [Unreachable] = []

    /// Tokens that only a piece of exactly their text becomes: no merges make them inside a longer one.
    public private(set) var wholePiecesOnly: [TokenID] = []

    /// Looks at the tokens of `definition`: whether a piece that spells a token becomes that token.
    ///
    /// This is exact for BPE and Unigram, where what a stretch of text becomes alone decides whether it can become that
    /// in a longer text. A token that continues a word in WordPiece is tried after the tokens of single characters.
    /// Whether the pre-tokenizer ever cuts such a piece is not asked.
    ///
    /// - Parameter ids: the tokens to look at; nil: all.
    /// - Throws: `LocatedError` when the model cannot work.
    public init(of definition: TokenizerDefinition, ids: Set<TokenID>? = nil) throws(LocatedError) {
        let model = try PieceModel(definition.model)
        let vocabulary = definition.model.vocabulary
        let added = definition.addedByID
        let exempt = definition.tokensOutsideText
        let candidates = (0..<TokenID(truncatingIfNeeded: vocabulary.count)).filter {
            added[$0] == nil && !exempt.contains($0) && ids?.contains($0) ?? true
                && !vocabulary.spelling(of: $0).isEmpty
        }
        checkedCount = candidates.count
        switch definition.model {
        case .bytePair(let bytePair): check(candidates, bytePair, model)
        case .unigram(let unigram): check(candidates, unigram, model)
        case .wordPiece(let wordPiece): check(candidates, wordPiece, model)
        case .lessIsBetter(let lexicon): check(candidates, lexicon, model)
        case .wordLevel:
            for id in candidates {
                note(id, vocabulary.spelling(of: id), model.tokens(of: vocabulary.spelling(of: id))) {
                    "is not found"
                }
            }
        }
    }

    private mutating func check(_ ids: [TokenID], _ definition: BytePairDefinition, _ model: PieceModel) {
        let vocabulary = definition.vocabulary
        let paths = MergePaths(definition)
        let hasEnds = !definition.continuingPrefix.isEmpty || !definition.endSuffix.isEmpty
        var making: [TokenID: BytePairDefinition.Merge] = [:]
        for merge in definition.merges where making[merge.made] == nil { making[merge.made] = merge }
        for id in ids {
            let spelling = vocabulary.spelling(of: id)
            let path = paths.path(of: spelling)
            let becomes = hasEnds ? path.tokens : model.tokens(of: spelling)
            if becomes == [id] {
                if path.tokens != [id] { wholePiecesOnly.append(id) }
                continue
            }
            note(id, spelling, becomes) {
                if definition.kinds.indices.contains(Int(id)), definition.kinds[Int(id)] == .unused {
                    return "the vocabulary calls it unused"
                }
                if paths.symbols(of: spelling).contains(MergePaths.noToken) {
                    return "one of its characters has no token"
                }
                guard making[id] != nil else { return "no merge makes it" }
                guard let step = paths.obstacle(to: id, path, spelling: spelling, making: making) else {
                    return "the merges end before it is made"
                }
                let (left, right) = (vocabulary.spelling(of: step.left), vocabulary.spelling(of: step.right))
                return "the merge of \(quoted(left)) and \(quoted(right)) comes first"
            }
        }
    }

    private mutating func check(_ ids: [TokenID], _ definition: UnigramDefinition, _ model: PieceModel) {
        let vocabulary = definition.vocabulary
        for id in ids {
            let spelling = vocabulary.spelling(of: id)
            let becomes = model.tokens(of: spelling)
            note(id, spelling, becomes) {
                if definition.kinds.indices.contains(Int(id)), definition.kinds[Int(id)] == .unused {
                    return "the vocabulary calls it unused"
                }
                return "the sum of other tokens' scores is higher"
            }
        }
    }

    private mutating func check(
        _ ids: [TokenID], _ definition: LessIsBetterDefinition, _ model: PieceModel
    ) {
        let types = Set(definition.lexicon)
        for id in ids {
            let spelling = definition.vocabulary.spelling(of: id)
            note(id, spelling, model.tokens(of: spelling)) {
                types.contains(id) ? "shorter types read its text better" : "it is not in the lexicon"
            }
        }
    }

    private mutating func check(_ ids: [TokenID], _ definition: WordPieceDefinition, _ model: PieceModel) {
        let vocabulary = definition.vocabulary
        let prefix = Array(definition.continuingPrefix.utf8)
        let starters = (0..<TokenID(truncatingIfNeeded: vocabulary.count)).lazy
            .map { ($0, vocabulary.spelling(of: $0)) }
            .filter { !$0.1.isEmpty && $0.1.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 } }.prefix(4096)
        let starts = Array(starters)
        for id in ids {
            let spelling = vocabulary.spelling(of: id)
            guard !prefix.isEmpty, spelling.count > prefix.count, spelling.starts(with: prefix) else {
                note(id, spelling, model.tokens(of: spelling)) { "it is longer than a word may be" }
                continue
            }
            let rest = spelling.dropFirst(prefix.count)
            let isFound = starts.contains { model.tokens(of: $0.1 + rest) == [$0.0, id] }
            if !isFound {
                note(id, spelling, starts.first.map { model.tokens(of: $0.1 + rest) } ?? []) {
                    "longer tokens are found instead after every character that may begin a word"
                }
            }
        }
    }

    private mutating func note(
        _ id: TokenID, _ spelling: [UInt8], _ becomes: [TokenID], _ reason: () -> String
    ) {
        guard becomes != [id] else { return }
        unreachable.append(Unreachable(id: id, spelling: spelling, becomes: becomes, reason: reason()))
    }
}

extension TokenizerDefinition {
    /// The tokens of the model that no text is compared with: bytes, unknown text, the protocol.
    var tokensOutsideText: Set<TokenID> {
        var tokens: Set<TokenID> = []
        let vocabulary = model.vocabulary
        func add(_ kinds: [TokenKind]) {
            for (id, kind) in kinds.enumerated() where kind != .normal && kind != .unused {
                tokens.insert(TokenID(truncatingIfNeeded: id))
            }
        }
        func addBytes() {
            tokens.formUnion(byteTokenSpellings.compactMap { vocabulary.id(of: Array($0.utf8)) })
        }
        switch model {
        case .bytePair(let model):
            add(model.kinds)
            if let unknown = model.unknownToken { tokens.insert(unknown) }
            if model.fallsBackToBytes { addBytes() }
        case .unigram(let model):
            add(model.kinds)
            if let unknown = model.unknownToken { tokens.insert(unknown) }
            if model.fallsBackToBytes { addBytes() }
        case .wordPiece(let model):
            if let unknown = vocabulary.id(of: Array(model.unknownToken.utf8)) { tokens.insert(unknown) }
        case .wordLevel(let model):
            add(model.kinds)
            if let unknown = vocabulary.id(of: Array(model.unknownToken.utf8)) { tokens.insert(unknown) }
            if model.fallsBackToBytes { addBytes() }
        case .lessIsBetter(let model):
            if let unknown = model.unknownToken { tokens.insert(unknown) }
            if model.fallsBackToBytes { addBytes() }
        }
        if let unknown = specialTokens.unknown { tokens.insert(unknown) }
        return tokens
    }
}
