public import TesseraCore

extension GrammarMatcher {
    /// Whether any byte may come next.
    public var canGoOn: Bool {
        !hasEnded && parser.items[parser.level].contains { grammar.automaton.states[Int($0.state)].goesOn }
    }

    /// Tokens that suffice to complete the text, as few as the shortest texts of the parser's states need; nil when the
    /// vocabulary cannot spell them.
    public var tokensToCompletion: Int? {
        let cost = canEnd || hasEnded ? 0 : parser.cost
        return cost < Int(PushdownAutomaton.unspellable) ? cost : nil
    }

    /// Takes the tokens out of `mask` after which the text could not be completed within the budget.
    ///
    /// - Parameters:
    ///   - remaining: how many tokens may still come, the next one included.
    ///   - mask: as `fill` made it.
    /// - Throws: `LocatedError` when the budget does not suffice for any completion.
    public mutating func reserve(_ remaining: Int, in mask: inout TokenBitmask) throws(LocatedError) {
        guard !hasEnded else { return }
        let most = max(0, min(remaining, Int(PushdownAutomaton.unspellable))) - 1
        // Nearly always what every token of the mask leaves to do is known to be little enough.
        if let mostNeeded, mostNeeded <= most { return }
        let trie = grammar.vocabulary.trie
        let levels = parser.levelCount
        defer { parser.truncate(toLevels: levels) }
        var node = 0
        while node < trie.bytes.count {
            parser.truncate(toLevels: levels + Int(trie.depths[node]) - 1)
            guard parser.advance(trie.bytes[node]) else {
                guard !parser.isExhausted else { throw GrammarError.tooAmbiguous(parser.limit) }
                node = Int(trie.skip[node])
                continue
            }
            if parser.cost > most {
                for place in trie.tokens(at: node) { mask.remove(trie.tokens[place]) }
            }
            if trie.isLarge[node], let set = trie.subtreeBytes[Int32(truncatingIfNeeded: node)],
                let cost = parser.costOfStaying(with: set), cost <= most
            {
                node = Int(trie.skip[node])
            } else {
                node += 1
            }
        }
        parser.truncate(toLevels: levels)
        guard mask.isEmpty else { return }
        let needed = tokensToCompletion.map { "\($0) tokens" } ?? "tokens that the vocabulary does not have"
        throw LocatedError(
            field: "--max-tokens", problem: "\(remaining) left, but the grammar needs \(needed) to end",
            remedy: "allow more tokens, or use a grammar with shorter texts")
    }
}

extension ByteParser {
    /// What it costs to complete the text after any number of these bytes, all of which lead back here; nil when they do
    /// not.
    fileprivate func costOfStaying(with set: ByteSet) -> Int? {
        var least: Int?
        for item in items[level] {
            guard let loop = automaton.loops[Int(item.state)], set.isSubset(of: loop) else { continue }
            least = min(least ?? .max, cost(item))
        }
        return least
    }
}
