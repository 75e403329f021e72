public import TesseraCore
internal import TesseraTokenizers

/// Continues a prompt token by token.
///
/// With drafts, see the other `generate`, the same text takes fewer passes of the model.
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
    var reader = OneByOne<Model>()
    return try generate(
        from: prompt, in: &text, through: &reader, tokenizer: tokenizer, options: options,
        constraint: constraint, cancellation: cancellation, progress: progress, show: show)
}

/// Continues a prompt with drafts: token by token the same text, in fewer passes of the model.
///
/// - Parameter drafting: where drafts come from; what it learns is for the next text too. Nil decodes plainly.
/// - Throws: what the other `generate` does, and what the source of drafts throws.
public func generate<Model: BatchCausalModel>(
    from prompt: [TokenID], in text: inout ReadText<Model>, drafting: inout Drafting?,
    tokenizer: some Tokenizer,
    options: GenerationOptions = GenerationOptions(), constraint: (any LogitConstraint)? = nil,
    cancellation: Cancellation = Cancellation(), progress: Progress = .ignored,
    show: (String) throws(LocatedError) -> Void = { _ in }
) throws(LocatedError) -> Generation {
    try drafting?.check(options)
    // Taken, not shared: its tables change in place.
    guard let given = drafting.take() else {
        return try generate(
            from: prompt, in: &text, tokenizer: tokenizer, options: options, constraint: constraint,
            cancellation: cancellation, progress: progress, show: show)
    }
    let ends = options.ignoresEndOfText ? [] : tokenizer.specialTokens.endOfText
    var reader = DraftVerifier<Model>(given, ends: ends)
    defer { drafting = reader.drafting }
    return try generate(
        from: prompt, in: &text, through: &reader, tokenizer: tokenizer, options: options,
        constraint: constraint, cancellation: cancellation, progress: progress, show: show)
}

/// The one generation loop: draw a token from the scores after the text so far, show its text, look whether to stop,
/// go on with the token.
///
/// A constraint changes the scores before the draw, and `reader` is how tokens are read; this loop stays.
private func generate<Reader: TextReader>(
    from prompt: [TokenID], in text: inout ReadText<Reader.Model>, through reader: inout Reader,
    tokenizer: some Tokenizer, options: GenerationOptions, constraint: (any LogitConstraint)?,
    cancellation: Cancellation, progress: Progress, show: (String) throws(LocatedError) -> Void
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
    if try !reader.read(
        prompt, in: &text, logits: &logits, cancellation: cancellation, progress: progress)
    {
        stopReason = .cancelled
    }
    let promptEnd = ContinuousClock.now
    var firstToken: ContinuousClock.Instant?

    while stopReason == nil {
        if cancellation.isCancelled {
            stopReason = .cancelled
            break
        }
        // One token more than the context holds can be drawn; it is not read.
        let remaining = min(limit - (all.count - prompt.count), text.capacity - text.tokens.count + 1)
        if constraint != nil { try constraint?.mask(&logits, remaining: remaining) }
        let token = reader.settled(try sampler.next(&logits, after: all), from: logits)
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
            try reader.append(
                token, to: &text, all: all, remaining: remaining - 1, constraint: &constraint, logits: &logits
            )
        }
    }
    try reader.finish(&text)

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
        generationSeconds: seconds(promptEnd, end), firstTokenSeconds: firstToken.map { seconds(start, $0) },
        drafts: reader.counts
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
