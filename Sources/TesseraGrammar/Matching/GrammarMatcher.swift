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
        let items = Array(parser.items[parser.level])
        if let found = memory.mask(after: items) {
            mask.words = found.words
            mostNeeded = found.mostNeeded
        } else {
            for index in mask.words.indices { mask.words[index] = 0 }
            let most = try addTokens(of: items, to: &mask)
            memory.keep(MaskMemory.Mask(words: mask.words, mostNeeded: most), after: items)
            mostNeeded = most
        }
        if canEnd { for id in grammar.vocabulary.endOfText { mask.insert(id) } }
        if mask.isEmpty, !canEnd { throw deadEnd }
    }

    private var deadEnd: LocatedError {
        LocatedError(
            field: "grammar", problem: "no token of the vocabulary can go on with the text",
            remedy:
                "use a tokenizer that has a token for every byte, or a grammar over characters that it has")
    }

    /// Adds the tokens that a parser state allows, end-of-text tokens left out.
    ///
    /// - Returns: what completing the text costs at most after any of them.
    private mutating func addTokens(
        of items: [ParserItem], to mask: inout TokenBitmask
    ) throws(LocatedError) -> Int {
        var most = 0
        let depth = parser.levelCount
        var grouped: [Int32: [ParserItem]] = [:]
        var order: [Int32] = []
        for item in items where grammar.automaton.states[Int(item.state)].goesOn {
            if grouped[item.state] == nil { order.append(item.state) }
            grouped[item.state, default: []].append(item)
        }
        var masks: [StateMask] = []
        for state in order {
            let found = try grammar.mask(of: state)
            found.addAccepted(to: &mask)
            let cost = grouped[state, default: []].reduce(.max) { min($0, parser.cost($1)) }
            most = max(most, cost + found.growth)
            masks.append(found)
        }
        let trie = grammar.vocabulary.trie
        for (state, found) in zip(order, masks) where !found.dependent.isEmpty {
            parser.append(grouped[state] ?? [])
            defer { parser.truncate(toLevels: depth) }
            for dependent in found.dependent {
                let node = Int(dependent.node)
                let tokens = trie.tokens(at: node)
                let id = trie.tokens[tokens.lowerBound]
                let bytes = grammar.vocabulary.bytes(of: id)
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

    private var masks: [[ParserItem]: Mask] = [:]

    private static let capacityInBytes = 8 << 20

    func mask(after items: [ParserItem]) -> Mask? { masks[items] }

    mutating func keep(_ mask: Mask, after items: [ParserItem]) {
        if masks.count >= max(8, Self.capacityInBytes / max(1, mask.words.count * 8)) {
            masks.removeAll(keepingCapacity: true)
        }
        masks[items] = mask
    }
}
