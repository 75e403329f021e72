public import TesseraCore

/// Keeps a generation within a grammar.
public struct GrammarConstraint: LogitConstraint, Sendable {
    /// Where the text stands in the grammar.
    public private(set) var matcher: GrammarMatcher
    private var allowed: TokenBitmask

    /// Begins a text.
    public init(_ grammar: CompiledGrammar) {
        matcher = GrammarMatcher(grammar)
        allowed = TokenBitmask(vocabularySize: grammar.vocabulary.size)
    }

    public mutating func mask(
        _ logits: UnsafeMutableBufferPointer<Float>, remaining: Int?
    ) throws(LocatedError) {
        try matcher.fill(&allowed)
        if let remaining { try matcher.reserve(remaining, in: &allowed) }
        allowed.apply(to: logits)
    }

    public mutating func advance(_ token: TokenID) throws(LocatedError) { try matcher.accept(token) }

    public mutating func rollback(_ count: Int) { matcher.rollback(count) }

    public var isComplete: Bool { matcher.hasEnded || (matcher.canEnd && !matcher.canGoOn) }
}
