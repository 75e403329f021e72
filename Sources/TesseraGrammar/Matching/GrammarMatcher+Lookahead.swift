public import TesseraCore

extension GrammarMatcher {
    /// The bytes that must come next, whatever is chosen: up to the first place with a choice, an end included.
    ///
    /// The jump-forward of SGLang (Zheng et al., 2024, section 3.3).
    ///
    /// - Parameter limit: the most bytes.
    /// - Throws: `LocatedError` when the grammar is too ambiguous for its limits.
    public mutating func forcedBytes(limit: Int = 1_024) throws(LocatedError) -> [UInt8] {
        guard !hasEnded else { return [] }
        let levels = parser.levelCount
        defer { parser.truncate(toLevels: levels) }
        var forced: [UInt8] = []
        var mayEnd = canEnd
        while !mayEnd, forced.count < limit, let byte = parser.onlyByte {
            guard parser.advance(byte) else {
                guard !parser.isExhausted else { throw GrammarError.tooAmbiguous(parser.limit) }
                break
            }
            forced.append(byte)
            mayEnd = parser.canEnd
        }
        return forced
    }

    /// The forced bytes as tokens, without a last token that could also be the beginning of a longer one.
    ///
    /// What is left out is decided by the model, so that no token border is forced that its tokenizer would not have
    /// put there.
    ///
    /// - Parameter encode: the tokens of a text; the longest tokens are taken where it gives other bytes.
    /// - Throws: `LocatedError` when the grammar is too ambiguous for its limits.
    public mutating func forcedTokens(
        limit: Int = 1_024, encode: ([UInt8]) -> [TokenID]? = { _ in nil }
    ) throws(LocatedError) -> [TokenID] {
        let forced = try forcedBytes(limit: limit)
        guard !forced.isEmpty else { return [] }
        let vocabulary = grammar.vocabulary
        var tokens = encode(forced) ?? []
        if !tokens.flatMap({ vocabulary.bytes(of: $0) }).elementsEqual(forced) {
            tokens = vocabulary.longestTokens(of: forced[...]) ?? []
        }
        while !tokens.isEmpty {
            let before = tokens.dropLast().flatMap { vocabulary.bytes(of: $0) }
            guard try advance(before) == nil else { return [] }
            defer { rollback(1) }
            var mask = TokenBitmask(vocabularySize: vocabulary.size)
            try fill(&mask)
            let rest = Array(forced[before.count...])
            let goesOn = mask.ids.contains { id in
                let bytes = vocabulary.bytes(of: id)
                return bytes.count > rest.count && bytes.starts(with: rest)
            }
            if !goesOn { break }
            tokens.removeLast()
        }
        return tokens
    }

    /// A shortest text that completes what was accepted; empty where the text may end.
    public var shortestCompletion: [UInt8] {
        guard !canEnd, !hasEnded else { return [] }
        let items = parser.items[parser.level]
        guard let best = items.min(by: { parser.cost($0) < parser.cost($1) }) else { return [] }
        return parser.shortestText(best)
    }

    /// The masks along a tree of draft tokens, depth first: one for the text so far, then one for each token.
    ///
    /// - Parameters:
    ///   - tokens: the tokens of the tree.
    ///   - parents: the place of each token's parent in `tokens`, before the token itself; -1 for those that follow
    ///     the text.
    /// - Returns: the mask after the text, and the mask after each token, nil where the grammar refuses the token or
    ///   one before it.
    /// - Throws: `LocatedError` when a parent does not stand before its token, or as `fill` does.
    public mutating func treeMasks(
        tokens: [TokenID], parents: [Int]
    ) throws(LocatedError) -> (root: TokenBitmask, nodes: [TokenBitmask?]) {
        guard tokens.count == parents.count, parents.indices.allSatisfy({ (-1..<$0).contains(parents[$0]) })
        else {
            throw LocatedError(
                field: "draft tree", problem: "a token stands before its parent, or has none",
                remedy: "give for each token the place of an earlier one, or -1")
        }
        var root = TokenBitmask(vocabularySize: grammar.vocabulary.size)
        try fill(&root)
        var nodes = [TokenBitmask?](repeating: nil, count: tokens.count)
        var path: [Int] = []
        let base = acceptedCount
        defer { rollback(acceptedCount - base) }
        var children = [[Int]](repeating: [], count: tokens.count + 1)
        for (node, parent) in parents.enumerated() { children[parent + 1].append(node) }
        var waiting = Array(children[0].reversed())
        while let node = waiting.popLast() {
            while let last = path.last, last != parents[node] {
                path.removeLast()
                rollback(1)
            }
            let before = parents[node] < 0 ? root : nodes[parents[node]]
            guard let before, before.contains(tokens[node]) else { continue }
            try accept(tokens[node])
            path.append(node)
            var mask = TokenBitmask(vocabularySize: grammar.vocabulary.size)
            try fill(&mask)
            nodes[node] = mask
            waiting += children[node + 1].reversed()
        }
        return (root, nodes)
    }
}

extension ByteParser {
    /// The byte that must come next; nil when there are several or none.
    fileprivate var onlyByte: UInt8? {
        var found: UInt8?
        for byte in UInt8.min...UInt8.max {
            let fits = items[level].contains {
                automaton.entry($0.state, byte) != PushdownAutomaton.nowhere
            }
            guard fits else { continue }
            guard found == nil else { return nil }
            found = byte
        }
        return found
    }
}
