public import TesseraCore
public import TesseraTokenizers

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension TokenizerDefinition {
    /// A Unigram model with the types of a less-is-better lexicon, which other programs load.
    ///
    /// An approximation: the score of a type is the logarithm of its share among the tokens of a corpus, where unused
    /// types count as half a use, and a type whose parts would always win gets a score a little above theirs. All ids
    /// stay; a token for unknown text is added behind them, which the format wants and, with the tokens of bytes, no text
    /// becomes.
    ///
    /// - Parameter uses: for each id how often the corpus uses it.
    /// - Throws: `LocatedError` when this is another model, or the vocabulary has a hole.
    public func unigramified(uses: [Int]) throws(LocatedError) -> VocabularyEdit {
        guard case .lessIsBetter(let model) = model else {
            throw LocatedError(
                field: "unigramify", problem: "this is \(modelDescription), not Less-is-better",
                remedy: "name a tokenizer that tokenizer train --model less-is-better wrote")
        }
        var spellings: [[UInt8]] = []
        for id in 0..<TokenID(truncatingIfNeeded: model.vocabulary.count) {
            let spelling = model.vocabulary.spelling(of: id)
            guard !spelling.isEmpty else {
                throw LocatedError(
                    field: "model.vocab", problem: "no token has the id \(id), and Unigram lists all",
                    remedy: "make the ids dense first: tessera tokenizer edit prune")
            }
            spellings.append(spelling)
        }
        let oldCount = idCount
        for token in addedTokens where Int(token.id) >= spellings.count && Int(token.id) < oldCount {
            while spellings.count < Int(token.id) {
                spellings.append(Array("<unused\(spellings.count)>".utf8))
            }
            spellings.append(token.content)
        }
        var unknown = model.unknownToken
        if unknown == nil {
            let name = Self.freeName(beside: Set(spellings))
            unknown = TokenID(truncatingIfNeeded: spellings.count)
            spellings.append(name)
        }
        let types = Set(model.lexicon)
        let scores = Self.scores(of: spellings.count, types: types, uses: uses)
        var unigram = UnigramDefinition(vocabulary: try Vocabulary(spellings), scores: scores)
        unigram.unknownToken = unknown
        unigram.fallsBackToBytes = model.fallsBackToBytes
        let raised = try Self.raise(&unigram, model.lexicon)
        var new = self
        new.model = .unigram(unigram)
        new.specialTokens.unknown = unknown
        let rows = (0..<new.idCount).map { id -> RowMap.Source in
            id < oldCount ? .row(TokenID(truncatingIfNeeded: id)) : .none
        }
        var edit = VocabularyEdit(definition: new, rows: rows)
        if raised > 0 {
            edit.notes.append(
                "\(raised) types got a higher score than they are used, as their parts would win")
        }
        return edit
    }

    /// `<unk>`, or a name like it that nobody has.
    private static func freeName(beside taken: Set<[UInt8]>) -> [UInt8] {
        var name = Array("<unk>".utf8)
        while taken.contains(name) { name = Array("<".utf8) + name + Array(">".utf8) }
        return name
    }

    private static func scores(of count: Int, types: Set<TokenID>, uses: [Int]) -> [Double] {
        let counts = (0..<count).map { id -> Double? in
            guard types.contains(TokenID(truncatingIfNeeded: id)) else { return nil }
            return max(id < uses.count ? Double(uses[id]) : 0, 0.5)
        }
        let total = max(counts.reduce(0) { $0 + ($1 ?? 0) }, 1)
        // What no text is compared with must not win where a text happens to spell it.
        let lowest = log(0.5 / total) - 10
        return counts.map { $0.map { log($0 / total) } ?? lowest }
    }

    /// Raises the scores of types that other types' sums keep from being found, shorter types first.
    private static func raise(
        _ unigram: inout UnigramDefinition, _ lexicon: [TokenID]
    ) throws(LocatedError) -> Int {
        let vocabulary = unigram.vocabulary
        let byLength = lexicon.sorted {
            (vocabulary.spelling(of: $0).count, $0) < (vocabulary.spelling(of: $1).count, $1)
        }
        var raised = 0
        var isChanged = true
        var length = 0
        var model: PieceModel?
        for id in byLength {
            let spelling = vocabulary.spelling(of: id)
            // What shorter types score now decides for longer ones; those of one length do not meet.
            if model == nil || spelling.count != length && isChanged {
                model = try PieceModel(.unigram(unigram))
                isChanged = false
            }
            length = spelling.count
            guard let becomes = model?.tokens(of: spelling), becomes != [id] else { continue }
            unigram.scores[Int(id)] = becomes.reduce(0) { $0 + unigram.scores[Int($1)] } + 1e-3
            raised += 1
            isChanged = true
        }
        return raised
    }
}
