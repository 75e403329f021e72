internal import TesseraCore

/// How the generation loop comes by the scores after its text.
protocol TextReader {
    associatedtype Model: CausalModel

    /// What drafts were good for; nil where there are none.
    var counts: DraftCounts? { get }

    /// Makes `text` hold a prompt and writes the row after it.
    ///
    /// - Returns: false when cancelled.
    mutating func read(
        _ prompt: [TokenID], in text: inout ReadText<Model>, logits: inout [Float],
        cancellation: Cancellation,
        progress: Progress
    ) throws(LocatedError) -> Bool

    /// Goes on with a token that was drawn and writes the row after it.
    ///
    /// - Parameters:
    ///   - all: the tokens of prompt and text, `token` included.
    ///   - remaining: how many tokens may still be drawn.
    ///   - constraint: as it is after `token`, and so afterwards.
    mutating func append(
        _ token: TokenID, to text: inout ReadText<Model>, all: [TokenID], remaining: Int,
        constraint: inout (any LogitConstraint)?, logits: inout [Float]
    ) throws(LocatedError)

    /// The token to go on with where `token` was drawn from `logits`: itself, unless a lossy method keeps another.
    mutating func settled(_ token: TokenID, from logits: [Float]) -> TokenID

    /// Leaves `text` as if its tokens had been read one by one.
    mutating func finish(_ text: inout ReadText<Model>) throws(LocatedError)
}

/// Plain decoding: each token in a pass of its own.
struct OneByOne<Model: CausalModel>: TextReader {
    var counts: DraftCounts? { nil }

    func read(
        _ prompt: [TokenID], in text: inout ReadText<Model>, logits: inout [Float],
        cancellation: Cancellation,
        progress: Progress
    ) throws(LocatedError) -> Bool {
        try text.read(prompt, logits: &logits, cancellation: cancellation, progress: progress)
    }

    func append(
        _ token: TokenID, to text: inout ReadText<Model>, all: [TokenID], remaining: Int,
        constraint: inout (any LogitConstraint)?, logits: inout [Float]
    ) throws(LocatedError) {
        try text.append(token, logits: &logits)
    }

    func settled(_ token: TokenID, from logits: [Float]) -> TokenID { token }

    func finish(_ text: inout ReadText<Model>) {}
}
