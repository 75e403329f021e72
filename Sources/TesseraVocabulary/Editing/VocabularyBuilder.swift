internal import TesseraCore
internal import TesseraTokenizers

/// A vocabulary that tokens are added to, behind all ids that there are.
struct VocabularyBuilder {
    private let old: TokenizerDefinition
    private var model: TokenModel
    private var spellings: [[UInt8]?]
    private var ids: [[UInt8]: TokenID] = [:]
    private var mergeList: [BytePairDefinition.Merge]
    private var pairScores: [Float] = []
    private var scores: [Double] = []
    private var kinds: [TokenKind]
    /// The types of a less-is-better lexicon, by rank.
    private var lexicon: [TokenID] = []
    /// The merges as they are now; nil for models without.
    private var paths: MergePaths?
    private var lowestPairScore: Float = 0
    /// The lowest score in Unigram.
    private(set) var lowestScore = 0.0
    /// Whether equal ranks belong to tokens and not to pairs: every way to make a new token is a merge then.
    private let ranksTokens: Bool
    private(set) var addedTokens: [AddedToken]

    /// The id that the next token gets.
    private(set) var nextID: TokenID

    init(_ definition: TokenizerDefinition) {
        old = definition
        model = definition.model
        let vocabulary = definition.model.vocabulary
        spellings = (0..<vocabulary.count).map { id in
            let spelling = vocabulary.spelling(of: TokenID(id))
            return spelling.isEmpty ? nil : spelling
        }
        addedTokens = definition.addedTokens
        nextID = TokenID(truncatingIfNeeded: definition.idCount)
        mergeList = []
        kinds = []
        ranksTokens =
            if case .bytePair(let model) = definition.model { model.order == .byMadeToken } else { false }
        switch definition.model {
        case .bytePair(let model):
            mergeList = model.merges
            kinds = model.kinds
            pairScores = model.scores
            lowestPairScore = model.scores.min() ?? 0
            paths = MergePaths(model)
        case .unigram(let model):
            kinds = model.kinds
            scores = model.scores
            lowestScore = model.scores.min() ?? 0
        case .wordLevel(let model): kinds = model.kinds
        case .lessIsBetter(let model): lexicon = model.lexicon
        case .wordPiece: break
        }
    }

    /// The token with this spelling in the model.
    func id(of spelling: [UInt8]) -> TokenID? { ids[spelling] ?? old.model.vocabulary.id(of: spelling) }

    /// The spelling of a token of the model.
    func spelling(of id: TokenID) -> [UInt8] { Int(id) < spellings.count ? spellings[Int(id)] ?? [] : [] }

    /// Lists the added tokens with the model too, as far as their spellings are free.
    mutating func listAddedTokens() {
        for token in addedTokens where spelling(of: token.id).isEmpty && id(of: token.content) == nil {
            put(token.content, at: token.id, score: nil, kind: token.isSpecial ? .control : .userDefined)
        }
    }

    /// Adds a token to the model.
    ///
    /// - Parameter score: its score in Unigram.
    mutating func append(_ spelling: [UInt8], score: Double = 0) -> TokenID {
        if let id = id(of: spelling) { return id }
        listAddedTokens()
        let id = nextID
        nextID += 1
        put(spelling, at: id, score: score, kind: .normal)
        return id
    }

    /// Adds a token that is found by its spelling.
    mutating func append(_ token: AddedToken) {
        addedTokens.append(token)
        nextID = max(nextID, token.id + 1)
    }

    private mutating func put(_ spelling: [UInt8], at id: TokenID, score: Double?, kind: TokenKind) {
        let missing = Int(id) + 1 - spellings.count
        if missing > 0 { spellings += [[UInt8]?](repeating: nil, count: missing) }
        spellings[Int(id)] = spelling
        ids[spelling] = id
        paths?.append(spelling, id: id)
        if !kinds.isEmpty {
            if kinds.count <= Int(id) {
                kinds += [TokenKind](repeating: .unused, count: Int(id) + 1 - kinds.count)
            }
            kinds[Int(id)] = kind
        }
        if !pairScores.isEmpty {
            if pairScores.count <= Int(id) {
                pairScores += [Float](repeating: 0, count: Int(id) + 1 - pairScores.count)
            }
            if kind == .normal {
                lowestPairScore -= 1
                pairScores[Int(id)] = lowestPairScore
            }
        }
        if case .lessIsBetter = model, kind == .normal { lexicon.append(id) }
        if case .unigram = model {
            // A token that is found in text by its spelling alone must not win against others.
            let filler = lowestScore - 10
            if scores.count <= Int(id) {
                scores += [Double](repeating: filler, count: Int(id) + 1 - scores.count)
            }
            scores[Int(id)] = score ?? filler
        }
    }

    /// The score of a token in Unigram.
    func score(of id: TokenID) -> Double { Int(id) < scores.count ? scores[Int(id)] : 0 }

    /// Changes the score of a token in Unigram.
    mutating func setScore(_ score: Double, of id: TokenID) {
        if Int(id) < scores.count { scores[Int(id)] = score }
    }

    /// Whether the model merges pairs.
    var merges: Bool { paths != nil }

    /// What the merges make of a spelling; nothing for models without.
    func path(of spelling: [UInt8]) -> MergePaths.Path { paths?.path(of: spelling) ?? MergePaths.Path() }

    /// Adds a merge behind all others, and the other ways to make the token where ranks belong to tokens.
    mutating func appendMerge(_ left: TokenID, _ right: TokenID, makes made: TokenID) {
        let rank = paths?.nextRank ?? 0
        var new = [BytePairDefinition.Merge(left, right, makes: made)]
        if ranksTokens {
            let whole = spelling(of: made)
            for cut in whole.indices.dropFirst() where whole[cut] & 0xC0 != 0x80 {
                guard let left = id(of: Array(whole[..<cut])), let right = id(of: Array(whole[cut...])) else {
                    continue
                }
                let merge = BytePairDefinition.Merge(left, right, makes: made)
                if merge != new[0] { new.append(merge) }
            }
        }
        for merge in new where paths?.merges(merge.left, merge.right) == false {
            mergeList.append(merge)
            paths?.append(merge, rank: rank)
        }
    }

    /// The definition with what was added.
    ///
    /// - Throws: `LocatedError` when there are too many tokens.
    func definition() throws(LocatedError) -> TokenizerDefinition {
        var definition = old
        definition.addedTokens = addedTokens
        let vocabulary = try Vocabulary(spellings)
        switch model {
        case .bytePair(var model):
            model.vocabulary = vocabulary
            model.merges = mergeList
            model.kinds = kinds
            model.scores = pairScores
            definition.model = .bytePair(model)
        case .unigram(var model):
            if let hole = spellings.firstIndex(of: nil) {
                throw LocatedError(
                    field: "model.vocab", problem: "no token has the id \(hole), and Unigram lists all",
                    remedy: "make the ids dense first: tessera tokenizer edit prune")
            }
            model.vocabulary = vocabulary
            model.scores = scores
            model.kinds = kinds
            definition.model = .unigram(model)
        case .wordPiece(var model):
            model.vocabulary = vocabulary
            definition.model = .wordPiece(model)
        case .wordLevel(var model):
            model.vocabulary = vocabulary
            model.kinds = kinds
            definition.model = .wordLevel(model)
        case .lessIsBetter(var model):
            model.vocabulary = vocabulary
            if lexicon.count > model.lexicon.count { model.training = nil }
            model.lexicon = lexicon
            definition.model = .lessIsBetter(model)
        }
        return definition
    }
}
