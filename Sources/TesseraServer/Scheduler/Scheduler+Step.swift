internal import TesseraCore
internal import TesseraDecoding

extension Scheduler {
    typealias Share = PassShare<Model.Cache>

    /// Runs the model once over what can go on.
    ///
    /// - Returns: false when nothing can: there are no texts, or nobody reads what they say.
    func step() -> Bool {
        var shares = shares()
        guard !shares.isEmpty else { return false }
        propose(for: &shares)
        let seconds: Double
        do throws(BatchReadError) {
            seconds = try readWithDrafts(&shares)
        } catch {
            recover(from: error, shares)
            return true
        }
        metrics.countPass(shares, seconds: seconds)
        hand(out: shares)
        learnCost(shares, seconds: seconds)
        return true
    }

    /// Reads the shares.
    ///
    /// - Returns: the time it took, without the wait for the cores.
    func read(_ shares: [Share]) throws(BatchReadError) -> Double {
        try cores.use { () throws(BatchReadError) in
            let start = ContinuousClock.now
            try model.read(shares.map(\.item), logits: &logits)
            return (ContinuousClock.now - start).inSeconds
        }
    }

    /// One token of every text whose prompt is read, and prompts by turns up to the budget.
    private func shares() -> [Share] {
        var shares: [Share] = []
        var prompts: [Text] = []
        for text in running where !text.job.events.isFull {
            guard let cache = text.cache else { continue }
            if text.unreadCount == 1, !text.tellsPrompt {
                shares.append(Share(text: text, cache: cache, tokens: text.tokens.suffix(1), rows: .last))
            } else {
                prompts.append(text)
            }
        }
        guard !prompts.isEmpty else { return shares }
        // While others wait for their next token a prompt gets a small slice, so that they do not wait long.
        var budget = shares.isEmpty ? limits.promptTokensAlone : limits.promptTokensBeside
        rotation = (rotation + 1) % prompts.count
        for text in prompts[rotation...] + prompts[..<rotation] {
            guard budget > 0, let cache = text.cache else { break }
            let start = cache.count
            let end = min(text.tokens.count, start + min(budget, limits.promptSlice))
            let rows: LogitRows = text.tellsPrompt ? .all : end == text.tokens.count ? .last : .none
            shares.append(
                Share(text: text, cache: cache, tokens: Array(text.tokens[start..<end]), rows: rows))
            budget -= end - start
            metrics.promptTokens.add(end - start)
        }
        return shares
    }

    /// Draws from the rows, in the order of the shares.
    private func hand(out shares: [Share]) {
        let width = model.vocabularySize
        var firstRow = 0
        for share in shares {
            let rows = share.rowCount
            defer { firstRow += rows }
            if share.drafts == nil { drafting?.learn(prompt: share.tokens) }
            // Another text of its request may just have failed.
            guard rows > 0, share.text.cache != nil else { continue }
            let range = firstRow * width..<(firstRow + rows) * width
            let failure: LocatedError? = logits.withUnsafeMutableBufferPointer { all in
                guard range.upperBound <= all.count else {
                    return LocatedError(problem: "the model gave too few rows of logits")
                }
                let block = UnsafeMutableBufferPointer(rebasing: all[range])
                do throws(LocatedError) {
                    if let drafts = share.drafts {
                        try follow(drafts, of: share, block, width: width)
                    } else {
                        try advance(share.text, block, rows: rows, width: width)
                    }
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { fail(share.text, APIError(status: 500, message: failure.description)) }
        }
    }

    /// Tells the probabilities of the prompt, and draws when all tokens of the text are read.
    private func advance(
        _ text: Text, _ block: UnsafeMutableBufferPointer<Float>, rows: Int, width: Int
    ) throws(LocatedError) {
        func row(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
            UnsafeMutableBufferPointer(rebasing: block[index * width..<(index + 1) * width])
        }
        if text.tellsPrompt { tellPrompt(text, rows: rows, row: row) }
        guard text.unreadCount == 0 else { return }
        guard text.job.request.options.maximumTokens != 0 else {
            finish(text, .maximumTokens)
            return
        }
        let last = row(rows - 1)
        for sibling in text.siblings {
            let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: width)
            defer { copy.deallocate() }
            _ = copy.initialize(from: last)
            if let cache = text.cache {
                sibling.cache = try model.makeCache(copying: cache, capacity: sibling.capacity)
            }
            sibling.toldPromptCount = text.toldPromptCount
            running.append(sibling)
            if let reason = try draw(sibling, copy) { finish(sibling, reason) }
        }
        text.siblings = []
        if let reason = try draw(text, last) { finish(text, reason) }
    }

    /// Draws the next token of a text and counts it.
    ///
    /// - Returns: why the text ends with it, if it does.
    func draw(
        _ text: Text, _ row: UnsafeMutableBufferPointer<Float>
    ) throws(LocatedError) -> StopReason? {
        let reason = try text.draw(row, endOfText: tokenizer.specialTokens.endOfText)
        let now = ContinuousClock.now
        if let last = text.lastToken {
            metrics.tokenSeconds.record((now - last).inSeconds)
        } else {
            metrics.firstTokenSeconds.record((now - text.job.submitted).inSeconds)
        }
        metrics.generatedTokens.add(1)
        if let seconds = text.maskSeconds { metrics.maskSeconds.record(seconds) }
        text.lastToken = now
        return reason
    }

    private func tellPrompt(
        _ text: Text, rows: Int, row: (Int) -> UnsafeMutableBufferPointer<Float>
    ) {
        var told: [TokenProbability] = []
        if text.toldPromptCount == 0 {
            told.append(TokenProbability(id: text.tokens[0], logProbability: nil, alternatives: []))
        }
        // The rows are those of the tokens read last; each scores the token after it.
        let base = text.tokens.count - text.unreadCount - rows
        let count = text.job.request.probabilityCount ?? 0
        for index in 0..<rows where base + index + 1 < text.promptCount {
            let values = UnsafeBufferPointer(row(index))
            let id = text.tokens[base + index + 1]
            guard let probabilities = RowProbabilities(values, count: count), Int(id) < values.count else {
                told.append(TokenProbability(id: id, logProbability: -9999, alternatives: []))
                continue
            }
            told.append(probabilities.probability(of: id, logit: values[Int(id)]))
        }
        text.toldPromptCount = min(text.promptCount, base + rows + 1)
        for number in [text.number] + text.siblings.map(\.number) {
            text.job.events.push(.prompt(text: number, told))
        }
    }

    /// Makes room, or ends what can never be read.
    private func recover(from error: BatchReadError, _ shares: [Share]) {
        switch error.reason {
        case .item(let index) where shares.indices.contains(index):
            fail(shares[index].text, APIError(status: 500, message: error.cause.description))
        case .exhausted:
            if preemptLast() { return }
            guard let text = running.first else { return }
            if text.generatedCount > 0 {
                finish(text, .contextFull)
            } else {
                fail(text, APIError(status: 503, message: error.cause.description, code: "cache_exhausted"))
            }
        default:
            for share in shares { fail(share.text, APIError(status: 500, message: error.cause.description)) }
        }
    }
}
