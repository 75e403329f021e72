public import TesseraCore

extension GrammarMatcher {
    /// Whether any byte may come next.
    public var canGoOn: Bool {
        !hasEnded && parser.items[parser.level].contains { grammar.automaton.states[Int($0.state)].goesOn }
    }

    /// The fewest tokens that complete the text, as far as the shortest texts of the parser's states tell; nil when
    /// the vocabulary cannot spell them.
    public var tokensToCompletion: Int? {
        canEnd || hasEnded ? 0 : fewestTokens(enough: 0, limit: .max)
    }

    /// The tokens of the best completion of at most `limit`; of one of at most `enough` bytes, its bytes.
    private func fewestTokens(enough: Int, limit: Int) -> Int? {
        let vocabulary = grammar.vocabulary
        var best: Int?
        for item in parser.items[parser.level] {
            let distance = parser.distance(item)
            if distance <= enough, vocabulary.hasAllBytes { return distance }
            // A completion of that many bytes needs at least so many tokens.
            let fewest = distance / max(1, vocabulary.longestTokenLength)
            guard fewest <= limit, fewest < best ?? .max else { continue }
            guard let tokens = vocabulary.longestTokens(of: parser.shortestText(item)[...]) else { continue }
            best = min(best ?? .max, tokens.count)
        }
        return best
    }

    /// Takes the tokens out of `mask` after which the text could not be completed within the budget.
    ///
    /// - Parameters:
    ///   - remaining: how many tokens may still come, the next one included.
    ///   - mask: as `fill` made it.
    /// - Throws: `LocatedError` when the budget does not suffice for any completion.
    public mutating func reserve(_ remaining: Int, in mask: inout TokenBitmask) throws(LocatedError) {
        guard !hasEnded else { return }
        let vocabulary = grammar.vocabulary
        let distance = canEnd ? 0 : parser.items[parser.level].map { parser.distance($0) }.min() ?? 0
        let (grown, overflows) = grammar.growth.perByte.multipliedReportingOverflow(
            by: vocabulary.longestTokenLength)
        let worst =
            grammar.growth.longest
            ?? (overflows ? .max : distance.addingReportingOverflow(grown).partialValue)
        guard !vocabulary.hasAllBytes || worst > remaining - 1 else { return }

        let trie = vocabulary.trie
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
            let own = trie.tokens(at: node)
            if !own.isEmpty, !parser.canEnd || remaining < 1 {
                let needed = fewestTokens(enough: remaining - 1, limit: remaining - 1)
                if needed.map({ $0 > remaining - 1 }) ?? true {
                    for place in own { mask.remove(trie.tokens[place]) }
                }
            }
            node += 1
        }
        parser.truncate(toLevels: levels)
        guard mask.isEmpty else { return }
        let needed = tokensToCompletion.map { "\($0) tokens" } ?? "tokens that the vocabulary does not have"
        throw LocatedError(
            field: "--max-tokens", problem: "\(remaining) left, but the grammar needs \(needed) to end",
            remedy: "allow more tokens, or use a grammar with shorter texts")
    }
}
