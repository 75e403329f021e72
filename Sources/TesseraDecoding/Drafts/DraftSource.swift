public import TesseraCore

/// Guesses what a model will say: every speculative method is one of these before the one verifier.
///
/// What is proposed decides the time that a text takes and nothing else. Sources learn from what the model made of
/// their proposals, and may be used for one text after another.
public protocol DraftSource {
    /// Whether the logits of every token of a prompt are worth computing to learn from.
    var learnsFromPrompt: Bool { get }

    /// Tokens that may follow `text`.
    ///
    /// - Parameters:
    ///   - text: prompt and what was generated.
    ///   - limit: the most nodes wanted, at least 1; the likeliest matter, and more are cut off.
    /// - Throws: `LocatedError` when a model that the source asks fails.
    mutating func propose(after text: [TokenID], limit: Int) throws(LocatedError) -> DraftTree

    /// Takes in what a pass of the model gave.
    mutating func observe(_ pass: ReadPass)
}

/// A pass of a model over a piece of a prompt, or over the last token of a text and a tree of drafts after it.
public struct ReadPass {
    /// The tokens read.
    public let tokens: [TokenID]

    /// Which of them belong to the text, ascending: all of a prompt, and the token and the drafts that came true.
    public let accepted: [Int]

    /// The scores after each token, `[tokens, vocabularySize]`, as the model gave them; valid during the call.
    ///
    /// Empty for a prompt unless the source learns from it.
    public let logits: UnsafeBufferPointer<Float>

    /// Whether it is a piece of a prompt.
    public let isPrompt: Bool

    /// Creates a pass.
    public init(
        tokens: [TokenID], accepted: [Int], logits: UnsafeBufferPointer<Float>, isPrompt: Bool = false
    ) {
        self.tokens = tokens
        self.accepted = accepted
        self.logits = logits
        self.isPrompt = isPrompt
    }

    /// The scores after the token at `index`; nil when there are none.
    public func row(_ index: Int) -> UnsafeBufferPointer<Float>? {
        guard !tokens.isEmpty, tokens.indices.contains(index) else { return nil }
        let size = logits.count / tokens.count
        guard size > 0 else { return nil }
        return UnsafeBufferPointer(rebasing: logits[index * size..<(index + 1) * size])
    }
}
