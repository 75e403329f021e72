public import TesseraCore
public import TesseraTokenizers

/// The merges of a BPE tokenizer in the order in which its training made them, one for each step.
///
/// Files hold more than that. Those that came from ranks or from SentencePiece list every way to make a token, one after
/// another, of which training took one; a `.tiktoken` file lists none. Training made a token of the two parts that its
/// own spelling falls into under all earlier merges, so that is how the merge is found again.
public struct MergeSequence: Sendable {
    /// The merges, the first that was made in front.
    public private(set) var merges: [BytePairDefinition.Merge] = []

    /// How many merges were left out since they are other ways to make a token whose merge is known.
    public private(set) var redundantCount = 0

    /// How many tokens were left out since their spelling does not fall into two parts under all earlier merges.
    public private(set) var unrecoverableCount = 0

    /// How many merges of nothing but spaces were left out on request.
    public private(set) var spaceCount = 0

    /// How many merges there are in all; known even where only the first were asked for.
    public private(set) var availableCount = 0

    /// Reads the merges of `definition`.
    ///
    /// - Parameters:
    ///   - limit: the most merges to keep; nil: all.
    ///   - dropsSpaces: whether merges of nothing but spaces, which are often added by hand, are left out.
    ///   - file: where the tokenizer came from, for errors.
    /// - Throws: `LocatedError` when the tokenizer is not BPE: others have no order of merges; `CancelledError`.
    public init(
        _ definition: TokenizerDefinition, limit: Int? = nil, dropsSpaces: Bool = false, file: String? = nil,
        cancellation: Cancellation = Cancellation()
    ) throws {
        guard case .bytePair(let model) = definition.model else {
            throw LocatedError(
                file: file, field: "model",
                problem: "\(definition.modelDescription) has no order of merges to learn from",
                remedy: "name a BPE tokenizer")
        }
        let merges = model.merges
        // Of ranks alone a token that no two others make leaves no trace among the merges.
        let isRanked = model.order == .byMadeToken && model.scores.isEmpty
        var finder = MergeFinder(merges)
        var (start, nextID) = (0, 0)
        while start < merges.count {
            if start & 0xFFF == 0 { try cancellation.check() }
            var end = start + 1
            while end < merges.count, merges[end].made == merges[start].made { end += 1 }
            let ways = merges[start..<end]
            let made = Int(merges[start].made)
            start = end
            if dropsSpaces, Self.isSpaces(model.vocabulary.spelling(of: TokenID(truncatingIfNeeded: made))) {
                spaceCount += ways.count
                finder.learn(ways)
                continue
            }
            availableCount += 1
            guard limit.map({ self.merges.count < $0 }) ?? true else { continue }
            if isRanked {
                unrecoverableCount += Self.longTokenCount(nextID..<max(nextID, made), model.vocabulary)
                nextID = max(nextID, made + 1)
            }
            var chosen = ways.count > 1 || model.order == .byMadeToken ? finder.merge(among: ways) : nil
            // A list has an order of its own, which stands where it says nothing else.
            if chosen == nil, model.order == .listed { chosen = ways.first }
            finder.learn(ways)
            if let chosen {
                self.merges.append(chosen)
                redundantCount += ways.count - 1
            } else {
                unrecoverableCount += 1
            }
        }
    }

    /// How many of these tokens are spelled with more than one character.
    private static func longTokenCount(_ ids: Range<Int>, _ vocabulary: Vocabulary) -> Int {
        ids.count { id in
            let spelling = vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))
            return String(decoding: spelling, as: UTF8.self).unicodeScalars.count > 1
        }
    }

    /// Whether a token is spelled with nothing but spaces, in whichever way vocabularies spell them.
    private static func isSpaces(_ spelling: [UInt8]) -> Bool {
        String(decoding: spelling, as: UTF8.self).unicodeScalars.allSatisfy {
            $0 == " " || $0 == "\u{0120}" || $0 == "\u{2581}"
        }
    }
}

/// Finds which of several ways to make a token training took.
private struct MergeFinder {
    /// For each pair that makes a token, the rank of that token.
    private var ranks: [SymbolPair: Int32] = [:]
    /// For each token what it makes with the token to its right; only where the rank is known.
    private var made: [SymbolPair: TokenID] = [:]
    /// The tokens that some merge makes.
    private let composed: Set<TokenID>
    /// For each of them whose rank is known, the symbols that it is made of.
    private var symbols: [TokenID: [TokenID]] = [:]
    private var nextRank: Int32 = 0

    init(_ merges: [BytePairDefinition.Merge]) { composed = Set(merges.map(\.made)) }

    /// Notes that these merges make the next token.
    mutating func learn(_ ways: ArraySlice<BytePairDefinition.Merge>) {
        guard let first = ways.first else { return }
        for way in ways {
            let pair = SymbolPair(way.left, way.right)
            guard ranks[pair] == nil else { continue }
            ranks[pair] = nextRank
            made[pair] = way.made
        }
        if symbols[first.made] == nil { symbols[first.made] = spelled(ways) }
        nextRank += 1
    }

    /// The one of `ways` whose parts the token falls into under all merges before; nil when it is none of them.
    func merge(among ways: ArraySlice<BytePairDefinition.Merge>) -> BytePairDefinition.Merge? {
        guard var parts = spelled(ways) else { return nil }
        while parts.count > 2 {
            var best: (rank: Int32, place: Int)?
            for place in 0..<(parts.count - 1) {
                guard let rank = ranks[SymbolPair(parts[place], parts[place + 1])] else { continue }
                if best.map({ rank < $0.rank }) ?? true { best = (rank, place) }
            }
            guard let best, let token = made[SymbolPair(parts[best.place], parts[best.place + 1])] else {
                return nil
            }
            parts[best.place] = token
            parts.remove(at: best.place + 1)
        }
        return ways.first { parts == [$0.left, $0.right] }
    }

    /// The symbols of the token that `ways` make, by the first whose parts are known; nil when there is none.
    private func spelled(_ ways: ArraySlice<BytePairDefinition.Merge>) -> [TokenID]? {
        for way in ways {
            if let left = symbols(of: way.left), let right = symbols(of: way.right) { return left + right }
        }
        return nil
    }

    private func symbols(of token: TokenID) -> [TokenID]? {
        composed.contains(token) ? symbols[token] : [token]
    }
}
