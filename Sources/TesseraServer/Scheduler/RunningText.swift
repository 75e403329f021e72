internal import TesseraCore
internal import TesseraDecoding
internal import TesseraGrammar
internal import TesseraTokenizers

/// One text of a request while it waits and runs.
///
/// It is all of its state: taking its cache away and giving it a new one later changes nothing but the time, since
/// a token depends on the tokens before it and its position only.
final class RunningText<Cache: CausalCache> {
    let job: Job
    /// Its number in the request.
    let number: Int
    /// Counts arrivals: the latest is the first to give way when memory is short.
    let arrival: Int
    /// The prompt and what was generated.
    private(set) var tokens: [TokenID]
    let promptCount: Int
    let capacity: Int
    /// What the model has read; nil while waiting.
    var cache: Cache?
    /// Further texts that begin with the same prompt, until it is read.
    var siblings: [RunningText] = []
    /// How many tokens of the prompt were told with their probabilities.
    var toldPromptCount = 0
    var lastToken: ContinuousClock.Instant?
    /// The time that the mask of the last token took; nil without a grammar.
    private(set) var maskSeconds: Double?

    private var sampler: Sampler
    private var stream: StreamingDecoder
    private var matcher: StopMatcher
    private var constraint: (any LogitConstraint)?
    /// What the text is yet to begin with that the prompt said already.
    private var unsaidBytes: Int
    private var generatedCounts: [TokenID: Int] = [:]

    init(
        _ job: Job, number: Int, arrival: Int, contextLength: Int, tokenizer: any Tokenizer
    ) throws(LocatedError) {
        let request = job.request
        self.job = job
        self.number = number
        self.arrival = arrival
        let prompt = request.prompts[number / request.choicesPerPrompt]
        let healing = request.healing.map { TokenHealing(prompt, tokenizer: tokenizer, vocabulary: $0) }
        tokens = healing?.prompt ?? prompt
        promptCount = tokens.count
        unsaidBytes = tokenizer.decodedBytes(of: prompt[promptCount...]).count
        let most = request.options.maximumTokens ?? contextLength
        capacity = min(contextLength, promptCount + min(most, contextLength))
        sampler = try Sampler(request.sampling(of: number))
        stream = StreamingDecoder(tokenizer: tokenizer)
        matcher = StopMatcher(request.options.stopStrings)
        constraint = if let healing { healing } else { request.grammar.map { GrammarConstraint($0) } }
    }

    /// The tokens that were drawn.
    var generatedCount: Int { tokens.count - promptCount }

    /// The tokens that the model has yet to read before another can be drawn.
    var unreadCount: Int { tokens.count - (cache?.count ?? 0) }

    /// Whether rows of logits are wanted for tokens of the prompt.
    var tellsPrompt: Bool { job.request.wantsPromptProbabilities && toldPromptCount < promptCount }

    /// What of a tree of drafts it may go on with.
    ///
    /// - Parameter ends: the tokens that end texts.
    func readable(_ tree: DraftTree, vocabularySize: Int, ends: Set<TokenID>) -> DraftTree {
        let options = job.request.options
        let remaining = min(
            options.maximumTokens.map { $0 - generatedCount } ?? .max, capacity - tokens.count)
        return tree.readable(
            vocabularySize: vocabularySize, remaining: remaining,
            ends: options.ignoresEndOfText ? [] : ends, under: &constraint)
    }

    /// Draws the next token from a row of logits, which is changed, and tells it.
    ///
    /// - Returns: why the text ends with it, if it does.
    /// - Throws: `LocatedError` when no token may come next.
    func draw(
        _ row: UnsafeMutableBufferPointer<Float>, endOfText: Set<TokenID>
    ) throws(LocatedError) -> StopReason? {
        let request = job.request
        let probabilities = request.probabilityCount.flatMap {
            RowProbabilities(UnsafeBufferPointer(row), count: $0)
        }
        let changes = bias()
        for (id, change) in changes where Int(id) < row.count { row[Int(id)] += change }
        let penalised = request.options.sampling.repetitionPenalty != 1
        // The probability told is that of the model: before bias, penalties and temperature.
        let original = penalised && probabilities != nil ? Array(row) : nil
        if constraint != nil {
            let start = ContinuousClock.now
            try constraint?.mask(row, remaining: capacity - tokens.count)
            if request.grammar != nil { maskSeconds = (ContinuousClock.now - start).inSeconds }
        }
        let token = try sampler.next(row, after: tokens)
        try constraint?.advance(token)
        let logit = (original?[Int(token)] ?? row[Int(token)]) - (changes[token] ?? 0)
        tokens.append(token)
        if request.presencePenalty != 0 || request.frequencyPenalty != 0 {
            generatedCounts[token, default: 0] += 1
        }

        // Under a grammar a token that ends the text comes where the text may end, and nothing can follow it.
        let isEnd =
            endOfText.contains(token) && (request.grammar != nil || !request.options.ignoresEndOfText)
        let (piece, stopped) = isEnd ? ("", false) : matcher.append(unsaid(stream.append(token)))
        job.events.push(
            .token(
                text: number, id: token, piece: piece,
                probability: probabilities?.probability(of: token, logit: logit)))
        if isEnd { return .endOfText }
        if stopped { return .stopString }
        if constraint?.isComplete ?? false { return .endOfText }
        if generatedCount >= request.options.maximumTokens ?? .max { return .maximumTokens }
        if tokens.count >= capacity { return .contextFull }
        return nil
    }

    /// Tells the end of the text.
    func end(_ reason: StopReason) {
        cache = nil
        var (rest, reason) = ("", reason)
        if reason != .stopString {
            let (piece, stopped) = matcher.append(unsaid(stream.finish()))
            rest = piece
            if stopped { reason = .stopString } else { rest += matcher.finish() }
        }
        job.events.push(.ended(text: number, rest: rest, reason: reason))
    }

    /// A piece of text without what the prompt said already.
    private func unsaid(_ piece: String) -> String {
        guard unsaidBytes > 0 else { return piece }
        let new = piece.utf8.dropFirst(unsaidBytes)
        unsaidBytes -= piece.utf8.count - new.count
        return String(Substring(new))
    }

    private func bias() -> [TokenID: Float] {
        let request = job.request
        guard !generatedCounts.isEmpty else { return request.bias }
        var bias = request.bias
        for (id, count) in generatedCounts {
            let penalty = request.presencePenalty + request.frequencyPenalty * Double(count)
            bias[id, default: 0] -= Float(penalty)
        }
        return bias
    }
}
