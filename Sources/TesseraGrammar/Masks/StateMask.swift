internal import TesseraCore

/// What a state says about every token, whatever its stack is: the cache entry of Dong et al., "XGrammar", MLSys
/// 2025, section 3.1.
///
/// Tokens are accepted, rejected, or depend on the callers. Beyond the paper, a rule with a single caller is followed
/// into it, so that its tokens are decided here; and what follows a rule is looked ahead at in all its callers, so
/// that only tokens that some caller could go on with are left to depend on them.
final class StateMask: Sendable {
    /// A prefix of tokens that depend on the callers.
    struct Dependent: Sendable {
        /// The node of the trie.
        var node: Int32
        /// How many bytes it shares with the one before.
        var shared: Int32
    }

    let accepted: AcceptedTokens
    let dependent: [Dependent]
    /// The tokens of `dependent`.
    let dependentCount: Int
    /// The most that an accepted token adds to what a completion costs; never too little.
    let growth: Int
    /// The steps that making it took.
    let steps: Int

    /// Classifies all tokens in `state`.
    ///
    /// - Parameter limit: the most steps, one for each parser state that a byte of the vocabulary is tried in.
    /// - Throws: `LocatedError` when the grammar is too ambiguous for its limits.
    init(
        _ state: Int32, _ parser: inout ByteParser, _ vocabulary: TokenVocabulary, limit: Int
    ) throws(LocatedError) {
        let trie = vocabulary.trie
        var accepted = AcceptedTokens.Builder(vocabularySize: vocabulary.size)
        var dependent: [Dependent] = []
        var dependentCount = 0
        var steps = 0
        var mostCost = 0
        /// The fewest bytes that a prefix since the last one in `dependent` had, less one: what both share.
        var shared = 0

        func depend(_ node: Int) {
            dependent.append(
                Dependent(node: Int32(truncatingIfNeeded: node), shared: Int32(truncatingIfNeeded: shared)))
            dependentCount += trie.tokens(at: node).count
            shared = Int(trie.depths[node])
        }

        parser.begin(CollectionOfOne(ParserItem(state: state, stack: StackArena.unknown)))
        var node = 0
        while node < trie.bytes.count {
            let depth = Int(trie.depths[node])
            parser.truncate(toLevels: depth)
            steps += max(1, parser.level.count)
            guard steps <= limit else { throw GrammarError.tooManyMaskSteps(limit) }
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
                    accepted.insert(trie.tokens[own])
                    mostCost = max(mostCost, cost)
                } else {
                    depend(node)
                }
            }
            if trie.isLarge[node], cost != nil, let set = trie.subtreeBytes[Int32(truncatingIfNeeded: node)],
                let cost = parser.certainCostOfStaying(with: set)
            {
                accepted.insert(trie.tokens[trie.tokens(below: node)])
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
        self.accepted = accepted.finished()
    }

    var sizeInBytes: Int {
        accepted.sizeInBytes + dependent.count * MemoryLayout<Dependent>.stride + 96
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
