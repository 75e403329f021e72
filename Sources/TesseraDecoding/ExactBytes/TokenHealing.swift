public import TesseraCore

/// Takes the last token of a prompt back and has the model begin with a token that spells it and may go on.
///
/// Undoes one token, so it helps where a word was cut inside of one, and not where the cut made several tokens of it
/// (see `ExactBytes`). Known from the program guidance; no paper.
public struct TokenHealing: LogitConstraint, Sendable {
    /// The prompt without the tokens taken back.
    public let prompt: [TokenID]

    /// The bytes taken back, which the generated text begins with; whole characters.
    public let removed: [UInt8]

    private let vocabulary: ByteVocabulary
    /// What is left of `removed` before each token that was drawn.
    private var rests: [ArraySlice<UInt8>]

    /// Takes the last token back, and more when it begins inside a character; none that is special, and not the first.
    public init(_ prompt: [TokenID], tokenizer: some Tokenizer, vocabulary: ByteVocabulary) {
        var kept = prompt
        var removed: [UInt8] = []
        while kept.count > 1, let last = kept.last, vocabulary.length(of: last) > 0 {
            kept.removeLast()
            removed = tokenizer.bytes(of: last) + removed
            if let first = removed.first, first & 0xC0 != 0x80 { break }
        }
        if let first = removed.first, first & 0xC0 == 0x80 { (kept, removed) = (prompt, []) }
        self.prompt = kept
        self.removed = removed
        self.vocabulary = vocabulary
        rests = [removed[...]]
    }

    /// The tokens that spell all of `rest`, or where there are none the ends of its beginnings.
    private func allowed(_ rest: ArraySlice<UInt8>) -> [TokenID] {
        let whole = vocabulary.ranks(beginningWith: rest)
        guard whole.isEmpty else { return Array(vocabulary.tokens[whole]) }
        return (1..<max(1, rest.count)).flatMap { length in
            vocabulary.ranks(beginningWith: rest.prefix(length))
                .filter { vocabulary.length($0) == length }.map { vocabulary.tokens[$0] }
        }
    }

    public mutating func mask(
        _ logits: UnsafeMutableBufferPointer<Float>, remaining: Int?
    ) throws(LocatedError) {
        guard let rest = rests.last, !rest.isEmpty else { return }
        let kept = allowed(rest).filter { Int($0) < logits.count }.map { (Int($0), logits[Int($0)]) }
        guard !kept.isEmpty else { throw Self.refused }
        logits.update(repeating: -.infinity)
        for (index, logit) in kept { logits[index] = logit }
    }

    public mutating func advance(_ token: TokenID) throws(LocatedError) {
        guard let rest = rests.last else { return }
        guard !rest.isEmpty else { return rests.append(rest) }
        guard allowed(rest).contains(token) else { throw Self.refused }
        rests.append(rest.dropFirst(vocabulary.length(of: token)))
    }

    public mutating func rollback(_ count: Int) {
        rests.removeLast(min(max(0, count), rests.count - 1))
    }

    public var isComplete: Bool { false }

    private static let refused = LocatedError(
        field: "prompt", problem: "no token spells its last characters",
        remedy: "generate without --heal, or with --bytes")
}
