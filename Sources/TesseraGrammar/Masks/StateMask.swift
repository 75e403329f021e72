internal import TesseraCore

/// What a state says about every token, whatever its stack is: the cache entry of Dong et al., "XGrammar", MLSys
/// 2025, section 3.1.
///
/// Tokens are accepted, rejected, or depend on the callers. Beyond the paper, a rule with a single caller is followed
/// into it, so that its tokens are decided here; and what follows a rule is looked ahead at in all its callers, so
/// that only tokens that some caller could go on with are left to depend on them.
final class StateMask: Sendable {
    /// The tokens that are accepted: the smaller of three forms.
    enum Accepted: Sendable {
        case only([TokenID])
        case allBut([TokenID])
        case words([UInt64])
    }

    /// A prefix of tokens that depend on the callers.
    struct Dependent: Sendable {
        /// The node of the trie.
        var node: Int32
        /// How many bytes it shares with the one before.
        var shared: Int32
    }

    let accepted: Accepted
    let dependent: [Dependent]
    /// The tokens of `dependent`.
    let dependentCount: Int
    /// The most that an accepted token adds to what a completion costs; never too little.
    let growth: Int
    /// The steps that making it took.
    let steps: Int

    /// Lists longer than this are kept as bits.
    private static let longestList = 1_000

    /// Classifies all tokens in `state`.
    ///
    /// - Throws: `LocatedError` when the grammar is too ambiguous for its limits.
    init(_ state: Int32, _ parser: inout ByteParser, _ vocabulary: TokenVocabulary) throws(LocatedError) {
        let trie = vocabulary.trie
        var words = [UInt64](repeating: 0, count: (vocabulary.size + 63) / 64)
        var dependent: [Dependent] = []
        var dependentCount = 0
        var count = 0
        var steps = 0
        var mostCost = 0
        /// The fewest bytes that a prefix since the last one in `dependent` had, less one: what both share.
        var shared = 0

        func accept(_ range: Range<Int>) {
            for place in range {
                let id = trie.tokens[place]
                words[Int(id) >> 6] |= 1 << UInt64(id & 63)
            }
            count += range.count
        }
        func depend(_ node: Int) {
            dependent.append(
                Dependent(node: Int32(truncatingIfNeeded: node), shared: Int32(truncatingIfNeeded: shared)))
            dependentCount += trie.tokens(at: node).count
            shared = Int(trie.depths[node])
        }

        parser.begin(CollectionOfOne(ParserItem(state: state, stack: StackArena.unknown)))
        var node = 0
        while node < trie.bytes.count {
            steps += 1
            let depth = Int(trie.depths[node])
            parser.truncate(toLevels: depth)
            shared = min(shared, depth - 1)
            guard parser.advance(trie.bytes[node]) else {
                guard !parser.isExhausted else {
                    throw GrammarError.tooAmbiguous(parser.limit)
                }
                node = Int(trie.skip[node])
                continue
            }
            let cost = parser.certainCost
            let own = trie.tokens(at: node)
            if !own.isEmpty {
                if let cost {
                    accept(own)
                    mostCost = max(mostCost, cost)
                } else {
                    depend(node)
                }
            }
            if trie.isLarge[node], cost != nil, let set = trie.subtreeBytes[Int32(truncatingIfNeeded: node)],
                let cost = parser.certainCostOfStaying(with: set)
            {
                accept(trie.tokens(below: node))
                mostCost = max(mostCost, cost)
                node = Int(trie.skip[node])
            } else {
                node += 1
            }
        }

        self.dependent = dependent
        self.dependentCount = dependentCount
        self.steps = steps
        growth = mostCost - Int(parser.automaton.costs[Int(state)])
        let limit = min(Self.longestList, words.count * 2)
        if count <= limit {
            accepted = .only(TokenBitmask(words: words, vocabularySize: vocabulary.size).ids)
        } else if vocabulary.size - count <= limit {
            let inverted = words.enumerated().map { index, word in
                let left = vocabulary.size - index * 64
                return ~word & (left >= 64 ? .max : (1 << UInt64(left)) - 1)
            }
            accepted = .allBut(TokenBitmask(words: inverted, vocabularySize: vocabulary.size).ids)
        } else {
            accepted = .words(words)
        }
    }

    var sizeInBytes: Int {
        let list =
            switch accepted {
            case .only(let ids), .allBut(let ids): ids.count * 4
            case .words(let words): words.count * 8
            }
        return list + dependent.count * MemoryLayout<Dependent>.stride + 96
    }

    /// The accepted tokens as words of a vocabulary of `size` tokens.
    func acceptedWords(of size: Int) -> [UInt64] {
        if case .words(let words) = accepted { return words }
        var mask = TokenBitmask(vocabularySize: size)
        addAccepted(to: &mask)
        return mask.words
    }

    /// Adds the accepted tokens to `mask`.
    func addAccepted(to mask: inout TokenBitmask) {
        switch accepted {
        case .only(let ids): for id in ids { mask.insert(id) }
        case .words(let words): mask.formUnion(words)
        case .allBut(let ids):
            let kept = ids.filter { mask.contains($0) }
            for index in mask.words.indices {
                let left = mask.vocabularySize - index * 64
                mask.words[index] = left >= 64 ? .max : (1 << UInt64(left)) - 1
            }
            for id in ids { mask.remove(id) }
            for id in kept { mask.insert(id) }
        }
    }
}

extension ByteParser {
    /// What the cheapest way costs that is certain, whoever the callers are; nil when none is.
    @inline(__always)
    fileprivate var certainCost: Int? {
        var least: Int?
        for item in items[level] where isCertain(item) { least = min(least ?? .max, cost(item)) }
        return least
    }

    /// What it costs after any number of these bytes on a certain way that all of them lead back to; nil without one.
    fileprivate func certainCostOfStaying(with set: ByteSet) -> Int? {
        var least: Int?
        for item in items[level] where isCertain(item) {
            guard let loop = automaton.loops[Int(item.state)], set.isSubset(of: loop) else { continue }
            least = min(least ?? .max, cost(item))
        }
        return least
    }

    @inline(__always)
    private func isCertain(_ item: ParserItem) -> Bool {
        stacks.nodes[Int(item.stack)].bottom != StackArena.guessed
    }
}
