internal import TesseraCore

/// Which tokens follow two tokens, with weights that grow with use.
///
/// Held to a number of pairs: the one that was made first goes when there are too many.
struct TrigramStore: Sendable {
    /// A token that followed a pair, and how strongly.
    struct Successor: Sendable {
        let token: TokenID
        var weight: Float
    }

    /// The weights end here.
    static let mostWeight: Float = 3

    /// The most successors of a pair; the weakest gives way.
    static let mostSuccessors = 12

    private let mostPairs: Int
    private var successors: [UInt64: [Successor]] = [:]

    /// The pairs in the order in which they were made, as a ring.
    private var order: [UInt64] = []
    private var oldest = 0

    init(mostPairs: Int) {
        self.mostPairs = max(1, mostPairs)
    }

    /// The number of pairs.
    var count: Int { successors.count }

    private static func key(_ first: TokenID, _ second: TokenID) -> UInt64 {
        UInt64(first) << 32 | UInt64(second)
    }

    /// The successors of a pair, those made first before others.
    func successors(of first: TokenID, _ second: TokenID) -> [Successor] {
        successors[Self.key(first, second)] ?? []
    }

    /// Takes in a corpus: of each pair the most frequent successors, with their shares for weights.
    mutating func count(_ corpus: [[TokenID]]) {
        var counts: [UInt64: [TokenID: Int]] = [:]
        // In the order of the corpus, so that the store is the same every time.
        var pairs: [UInt64] = []
        for text in corpus where text.count >= 3 {
            for index in 0..<text.count - 2 {
                let key = Self.key(text[index], text[index + 1])
                if counts[key] == nil { pairs.append(key) }
                counts[key, default: [:]][text[index + 2], default: 0] += 1
            }
        }
        for key in pairs {
            let found = counts[key] ?? [:]
            let total = Float(found.values.reduce(0, +))
            let best = found.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostSuccessors)
            if successors[key] == nil { remember(key) }
            successors[key] = best.map { Successor(token: $0.key, weight: Float($0.value) / total) }
        }
    }

    /// Adds to the weight of every three tokens in a row.
    mutating func strengthen(_ tokens: ArraySlice<TokenID>, by step: Float) {
        guard tokens.count >= 3 else { return }
        for index in tokens.startIndex..<tokens.endIndex - 2 {
            strengthen(Self.key(tokens[index], tokens[index + 1]), tokens[index + 2], by: step)
        }
    }

    private mutating func strengthen(_ key: UInt64, _ token: TokenID, by step: Float) {
        if successors[key] == nil { remember(key) }
        var list = successors[key] ?? []
        if let index = list.firstIndex(where: { $0.token == token }) {
            list[index].weight = min(list[index].weight + step, Self.mostWeight)
        } else {
            if list.count >= Self.mostSuccessors,
                let weakest = list.indices.min(by: { list[$0].weight < list[$1].weight })
            {
                list.remove(at: weakest)
            }
            list.append(Successor(token: token, weight: min(step, Self.mostWeight)))
        }
        successors[key] = list
    }

    private mutating func remember(_ key: UInt64) {
        guard order.count >= mostPairs else {
            order.append(key)
            return
        }
        successors[order[oldest]] = nil
        order[oldest] = key
        oldest = (oldest + 1) % order.count
    }
}
