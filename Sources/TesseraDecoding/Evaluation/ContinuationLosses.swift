public import TesseraCore

/// What each token at the end of a text costs a model that reads them one by one, as when it generates them.
///
/// Unlike `evaluate`, which reads blocks, this is right for caches that give up tokens between one token and the next.
///
/// - Parameters:
///   - tokens: the text.
///   - promptCount: how many of them come before those that are scored; at least one.
///   - cache: holds nothing, or some of the first of `promptCount` tokens, less than all.
/// - Returns: -log p(token | what is held of the tokens before it) in nats, for each token from `promptCount` on.
/// - Throws: `LocatedError` when there is nothing to score and for what the model refuses; `CancelledError`.
public func continuationLosses<Model: CausalModel>(
    of tokens: [TokenID], after promptCount: Int, model: Model, cache: Model.Cache,
    cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
) throws -> [Double] {
    guard promptCount > cache.count, promptCount < tokens.count else {
        throw nothingToScore(promptCount, of: tokens.count)
    }
    var logits: [Float] = []
    try readPrompt(tokens[..<(promptCount - 1)], model: model, cache: cache, cancellation: cancellation)
    var losses: [Double] = []
    for position in promptCount..<tokens.count {
        try cancellation.check()
        try model.read([tokens[position - 1]], cache: cache, rows: .last, logits: &logits)
        losses.append(
            try negativeLogLikelihood(
                of: tokens[position...position], rows: logits, vocabularySize: model.vocabularySize))
        progress.report("scoring", losses.count, of: tokens.count - promptCount, unit: "tokens")
    }
    return losses
}

/// The same under several policies, each with the memory that its cache took; a prompt is read once for those that score
/// it alike.
///
/// - Returns: one for each of `runs`, in their order.
/// - Throws: as the function for one cache does, and for options out of range.
public func continuationLosses<Model: HeadwiseCausalModel>(
    of tokens: [TokenID], after promptCount: Int, model: Model, under runs: [EvictionOptions],
    cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
) throws -> [(losses: [Double], use: EvictionUse)] {
    guard (1..<max(1, tokens.count)).contains(promptCount) else {
        throw nothingToScore(promptCount, of: tokens.count)
    }
    var prompts: [EvictionOptions.PromptScoring: EvictingCache<Model.Cache>] = [:]
    return try runs.map { options in
        let evicting = try options.evicting(model)
        let prompt: EvictingCache<Model.Cache>
        if let read = prompts[options.promptScoring] {
            prompt = read
        } else {
            prompt = try evicting.makeCache(capacity: tokens.count)
            try readPrompt(
                tokens[..<(promptCount - 1)], model: evicting, cache: prompt, cancellation: cancellation)
            prompts[options.promptScoring] = prompt
        }
        let cache = try evicting.makeCache(copying: prompt, capacity: tokens.count)
        let losses = try continuationLosses(
            of: tokens, after: promptCount, model: evicting, cache: cache, cancellation: cancellation,
            progress: progress)
        return (losses, cache.use)
    }
}

private func nothingToScore(_ promptCount: Int, of count: Int) -> LocatedError {
    LocatedError(
        field: "prompt", problem: "\(promptCount) of \(count) tokens leave nothing to read or to score",
        remedy: "give a longer text")
}

/// Reads those of the first tokens of a text that `cache` does not hold yet, without a row of logits.
public func readPrompt<Model: CausalModel>(
    _ tokens: ArraySlice<TokenID>, model: Model, cache: Model.Cache,
    cancellation: Cancellation = Cancellation()
) throws {
    var logits: [Float] = []
    while cache.count < tokens.count {
        try cancellation.check()
        let begin = tokens.startIndex + cache.count
        let block = Array(tokens[begin..<min(begin + 256, tokens.endIndex)])
        try model.read(block, cache: cache, rows: .none, logits: &logits)
    }
}
