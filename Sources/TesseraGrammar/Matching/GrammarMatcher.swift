public import TesseraCore

/// Follows a text through a grammar, token by token or byte by byte, and says what may come next.
///
/// A value: a copy goes its own way, and `rollback` takes tokens back. Masks restrict every step to what can still be
/// completed; that renormalises each step's distribution, which is not the model's distribution over whole texts
/// that match.
///
/// ```swift
/// var matcher = GrammarMatcher(compiled)
/// var mask = TokenBitmask(vocabularySize: compiled.vocabulary.size)
/// try matcher.fill(&mask)
/// try matcher.accept(token)
/// ```
public struct GrammarMatcher: Sendable {
    /// The grammar.
    public let grammar: CompiledGrammar

    var parser: ByteParser
    /// The levels of the parser before each token, with whether that token ended the text.
    private var history: [(levels: Int, ends: Bool)] = []
    private var memory = MaskMemory()
    /// What completing the text costs at most after any token of the last mask; nil when the text has changed since.
    private(set) var mostNeeded: Int?

    /// Begins a text.
    public init(_ grammar: CompiledGrammar) {
        self.grammar = grammar
        parser = ByteParser(grammar.automaton, limits: grammar.limits)
        parser.begin(CollectionOfOne(ParserItem(state: grammar.automaton.start, stack: StackArena.text)))
    }

    /// The tokens accepted so far; a run of bytes counts as one.
    public var acceptedCount: Int { history.count }

    /// Whether the text was ended by an end-of-text token.
    public var hasEnded: Bool { history.last?.ends ?? false }

    /// Whether the text may end here.
    public var canEnd: Bool {
        (parser.levelCount == 1 && grammar.automaton.acceptsEmptyText) || parser.canEnd
    }

    /// Takes a token.
    ///
    /// - Throws: `LocatedError` when it may not come next; nothing has changed then.
    public mutating func accept(_ token: TokenID) throws(LocatedError) {
        mostNeeded = nil
        if grammar.vocabulary.endOfText.contains(token) {
            guard canEnd, !hasEnded else { throw refusal(of: "the end of the text", at: nil) }
            history.append((parser.levelCount, true))
            return
        }
        let bytes = grammar.vocabulary.bytes(of: token)
        guard !bytes.isEmpty else { throw refusal(of: "token \(token), which stands for no text", at: nil) }
        if let offset = try advance(bytes) { throw refusal(of: "token \(token)", at: offset) }
    }

    /// Takes bytes, as one step of the history.
    ///
    /// - Returns: nil, or the offset of the first byte that may not come next; nothing has changed then.
    /// - Throws: `LocatedError` when the grammar is too ambiguous for its limits.
    public mutating func advance(_ bytes: some Collection<UInt8>) throws(LocatedError) -> Int? {
        guard !hasEnded else { return 0 }
        mostNeeded = nil
        let levels = parser.levelCount
        var offset = 0
        for byte in bytes {
            guard parser.advance(byte) else {
                let isExhausted = parser.isExhausted
                parser.truncate(toLevels: levels)
                guard !isExhausted else { throw GrammarError.tooAmbiguous(parser.limit) }
                return offset
            }
            offset += 1
        }
        history.append((levels, false))
        return nil
    }

    /// Takes the last `count` tokens back; more than there are takes all back.
    public mutating func rollback(_ count: Int) {
        mostNeeded = nil
        let kept = history.count - min(max(0, count), history.count)
        guard kept < history.count else { return }
        parser.truncate(toLevels: history[kept].levels)
        history.removeSubrange(kept...)
    }

    /// Whether `bytes` may come next.
    ///
    /// - Throws: `LocatedError` when the grammar is too ambiguous for its limits.
    public mutating func allows(_ bytes: some Collection<UInt8>) throws(LocatedError) -> Bool {
        guard try advance(bytes) == nil else { return false }
        rollback(1)
        return true
    }

    private func refusal(of what: String, at offset: Int?) -> LocatedError {
        LocatedError(
            field: "grammar",
            problem: "\(what) may not come next" + (offset.map { ": its byte \($0) does not fit" } ?? ""),
            remedy: "take only tokens of the mask")
    }
}

extension GrammarMatcher {
    /// Replaces `mask` by the tokens that may come next: those whose bytes fit, and the end of the text where the
    /// grammar may end.
    ///
    /// - Throws: `LocatedError` when no token of the vocabulary can go on, or the grammar is too ambiguous.
    public mutating func fill(_ mask: inout TokenBitmask) throws(LocatedError) {
        if hasEnded || mask.vocabularySize != grammar.vocabulary.size {
            mask = TokenBitmask(vocabularySize: grammar.vocabulary.size)
            if hasEnded {
                for id in grammar.vocabulary.endOfText { mask.insert(id) }
                return
            }
        }
        if let found = memory.mask(after: parser.items[parser.level]) {
            mask.words = found.words
            mostNeeded = found.mostNeeded
        } else {
            let made = try makeMask()
            mask.words = made.words
            mostNeeded = made.mostNeeded
            guard !mask.isEmpty || canEnd else { throw deadEnd }
            memory.keep(made, after: parser.items[parser.level])
        }
        if canEnd { for id in grammar.vocabulary.endOfText { mask.insert(id) } }
    }

    private var deadEnd: LocatedError {
        LocatedError(
            field: "grammar", problem: "no token of the vocabulary can go on with the text",
            remedy:
                "use a tokenizer that has a token for every byte, or a grammar over characters that it has")
    }

    /// The tokens that the last level allows, end-of-text tokens left out.
    private mutating func makeMask() throws(LocatedError) -> MaskMemory.Mask {
        let items = parser.items[parser.level].filter { grammar.automaton.states[Int($0.state)].goesOn }
        let size = grammar.vocabulary.size
        guard let first = items.first else {
            return MaskMemory.Mask(words: TokenBitmask(vocabularySize: size).words, mostNeeded: 0)
        }
        if items.count == 1 {
            let found = try grammar.mask(of: first.state)
            var mask = TokenBitmask(words: found.accepted.words(of: size), vocabularySize: size)
            let least = parser.cost(first) + found.growth
            let most = found.dependent.isEmpty ? least : try addDependent(found, items, to: &mask)
            return MaskMemory.Mask(words: mask.words, mostNeeded: max(least, most))
        }
        var mask = TokenBitmask(vocabularySize: size)
        var most = 0
        var dependent: [(StateMask, [ParserItem])] = []
        for (state, items) in Dictionary(grouping: items, by: \.state) {
            let found = try grammar.mask(of: state)
            found.accepted.add(to: &mask)
            let cost = items.reduce(Int.max / 2) { min($0, parser.cost($1)) }
            most = max(most, cost + found.growth)
            if !found.dependent.isEmpty { dependent.append((found, items)) }
        }
        for (found, items) in dependent { most = max(most, try addDependent(found, items, to: &mask)) }
        return MaskMemory.Mask(words: mask.words, mostNeeded: most)
    }

    /// Adds those of a state's dependent tokens that its items allow.
    ///
    /// - Returns: what completing the text costs at most after any of them.
    private mutating func addDependent(
        _ found: StateMask, _ items: [ParserItem], to mask: inout TokenBitmask
    ) throws(LocatedError) -> Int {
        var most = 0
        let trie = grammar.vocabulary.trie
        let depth = parser.levelCount
        parser.append(items)
        defer { parser.truncate(toLevels: depth) }
        for dependent in found.dependent {
            let tokens = trie.tokens(at: Int(dependent.node))
            let bytes = grammar.vocabulary.bytes(of: trie.tokens[tokens.lowerBound])
            var known = Int(dependent.shared)
            // What it shares with the one before was refused already.
            if parser.levelCount <= depth + known { continue }
            parser.truncate(toLevels: depth + 1 + known)
            while known < bytes.count, parser.advance(bytes[known]) { known += 1 }
            guard !parser.isExhausted else { throw GrammarError.tooAmbiguous(parser.limit) }
            guard known == bytes.count else { continue }
            most = max(most, parser.cost)
            for place in tokens { mask.insert(trie.tokens[place]) }
        }
        return most
    }
}

/// The masks of parser states that have been met: the inside of a string, for example, comes again and again.
///
/// Stacks of equal content have equal numbers, so the items of a level say all.
private struct MaskMemory: Sendable {
    struct Mask: Sendable {
        var words: [UInt64]
        /// What completing the text costs at most after any token of it.
        var mostNeeded: Int
    }

    /// Most levels have one item: they need no list as their key.
    private var single: [ParserItem: Mask] = [:]
    private var several: [[ParserItem]: Mask] = [:]

    private static let capacityInBytes = 8 << 20

    func mask(after items: ArraySlice<ParserItem>) -> Mask? {
        if items.count == 1, let item = items.first { return single[item] }
        return several[Array(items)]
    }

    mutating func keep(_ mask: Mask, after items: ArraySlice<ParserItem>) {
        if single.count + several.count >= max(8, Self.capacityInBytes / max(1, mask.words.count * 8)) {
            single.removeAll(keepingCapacity: true)
            several.removeAll(keepingCapacity: true)
        }
        if items.count == 1, let item = items.first {
            single[item] = mask
        } else {
            several[Array(items)] = mask
        }
    }
}
