public import TesseraCore
internal import TesseraTokenizers

/// Continues a prompt token by token.
///
/// The one generation loop: score the text so far, draw a token, show its text, look whether to stop, read the
/// token. A constraint changes the scores before the draw; drafts will change the reading of tokens, and cache
/// policies what `text` keeps; this loop stays.
///
/// - Parameters:
///   - prompt: at least one token; see `promptTokens(of:)`.
///   - text: what the model has read before. Tokens it shares with the prompt are not read again; afterwards it
///     holds the prompt and the generated tokens except the last.
///   - tokenizer: turns the tokens to text and knows which of them end a text.
///   - options: how to draw and when to stop.
///   - constraint: which tokens may be drawn, from the first one on; the text ends where it is complete.
///   - cancellation: looked at before every token.
///   - progress: told about the reading of the prompt.
///   - show: receives the text in pieces of whole code points as soon as they are certain. A piece that could
///     begin a stop string waits until it cannot.
/// - Throws: `LocatedError` for options out of range, a prompt that is empty or longer than the context, and what
///   the model, the sampler or `show` throws.
public func generate<Model: CausalModel>(
    from prompt: [TokenID], in text: inout ReadText<Model>, tokenizer: some Tokenizer,
    options: GenerationOptions = GenerationOptions(), constraint: (any LogitConstraint)? = nil,
    cancellation: Cancellation = Cancellation(), progress: Progress = .ignored,
    show: (String) throws(LocatedError) -> Void = { _ in }
) throws(LocatedError) -> Generation {
    try options.validate()
    let start = ContinuousClock.now
    let limit = options.maximumTokens ?? .max
    var sampler = try Sampler(options.sampling)
    var stream = StreamingDecoder(tokenizer: tokenizer)
    var matcher = StopMatcher(options.stopStrings)
    var logits: [Float] = []
    var all = prompt
    var constraint = constraint
    var shown = ""

    func pass(_ piece: String) throws(LocatedError) {
        guard !piece.isEmpty else { return }
        shown += piece
        try show(piece)
    }

    let reused = text.sharedCount(with: prompt)
    var stopReason: StopReason?
    if try !text.read(prompt, logits: &logits, cancellation: cancellation, progress: progress) {
        stopReason = .cancelled
    }
    let promptEnd = ContinuousClock.now
    var firstToken: ContinuousClock.Instant?

    while stopReason == nil {
        if cancellation.isCancelled {
            stopReason = .cancelled
            break
        }
        if constraint != nil {
            // One token more than the context holds can be drawn; it is not read.
            let room = text.capacity - text.tokens.count + 1
            try constraint?.mask(&logits, remaining: min(limit - (all.count - prompt.count), room))
        }
        let token = try sampler.next(&logits, after: all)
        try constraint?.advance(token)
        all.append(token)
        firstToken = firstToken ?? .now
        if tokenizer.specialTokens.endOfText.contains(token),
            constraint != nil || !options.ignoresEndOfText
        {
            stopReason = .endOfText
            break
        }
        let (piece, stopped) = matcher.append(stream.append(token))
        try pass(piece)
        if stopped {
            stopReason = .stopString
        } else if constraint?.isComplete ?? false {
            stopReason = .endOfText
        } else if all.count - prompt.count >= limit {
            stopReason = .maximumTokens
        } else if text.isFull {
            stopReason = .contextFull
        } else {
            try text.append(token, logits: &logits)
        }
    }

    if stopReason != .stopString {
        let (piece, stopped) = matcher.append(stream.finish())
        try pass(piece)
        if stopped {
            stopReason = .stopString
        } else {
            try pass(matcher.finish())
        }
    }
    let end = ContinuousClock.now
    return Generation(
        text: shown, tokens: Array(all[prompt.count...]), stopReason: stopReason ?? .cancelled,
        promptTokenCount: prompt.count, reusedTokenCount: reused, promptSeconds: seconds(start, promptEnd),
        generationSeconds: seconds(promptEnd, end), firstTokenSeconds: firstToken.map { seconds(start, $0) }
    )
}

extension Tokenizer {
    /// The tokens of a prompt: those of its text, after the beginning-of-text token if the model wants one.
    ///
    /// A template often writes that token itself; it is not doubled then.
    public func promptTokens(of text: String, special: SpecialTokenReading = .asTokens) -> [TokenID] {
        let ids = encode(text, special: special)
        guard specialTokens.addsBeginOfText, let begin = specialTokens.beginOfText, ids.first != begin else {
            return ids
        }
        return [begin] + ids
    }
}

/// The time between two instants in seconds.
func seconds(_ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) -> Double {
    (end - start).inSeconds
}
