/// How many tokens it takes to complete a rule from each of its states.
extension PushdownAutomaton {
    /// What a state costs from which the vocabulary cannot spell the shortest text.
    static let unspellable: Int32 = 1 << 28

    /// The fewest tokens that spell the shortest text from each state to the end of its rule, where no token crosses the
    /// border of a rule that is called.
    ///
    /// An upper bound of what a completion needs that adds up along a stack, and that falls by one with the right
    /// token: a budget that suffices once suffices to the end.
    func tokenCosts(_ vocabulary: TokenVocabulary) -> [Int32] {
        var costs = [Int32](repeating: Self.unspellable, count: states.count)
        var isKnown = [Bool](repeating: false, count: states.count)
        let order = states.indices.sorted { states[$0].distance < states[$1].distance }
        for state in order where states[state].distance < ShortestTexts.unreachable {
            // All that a state needs is shorter, but for a rule that is called last, which may be as long.
            var waiting = [state]
            while let state = waiting.last {
                let callee = Int(states[state].callee)
                if callee >= 0, states[state].distance > 0, !isKnown[callee] {
                    waiting.append(callee)
                    continue
                }
                waiting.removeLast()
                isKnown[state] = true
                costs[state] = cost(of: state, vocabulary.trie, costs)
            }
        }
        return costs
    }

    private func cost(of state: Int, _ trie: TokenTrie, _ costs: [Int32]) -> Int32 {
        var found = states[state]
        if found.distance == 0 { return 0 }
        if found.callee >= 0 {
            return min(Self.unspellable, costs[Int(found.callee)] + costs[Int(found.following)])
        }
        var best = Self.unspellable
        var node: Int?
        while found.distance > 0, found.callee < 0, let next = trie.child(of: node, found.nextByte) {
            node = next
            if !trie.tokens(at: next).isEmpty { best = min(best, 1 + costs[Int(found.following)]) }
            found = states[Int(found.following)]
        }
        return best
    }
}
