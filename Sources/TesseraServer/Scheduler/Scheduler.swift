package import TesseraCore
package import TesseraDecoding

/// Continuous batching: in every pass of the model, one token of each running text, with drafts of what may follow it,
/// and a slice of new prompts.
///
/// A text enters as soon as there is room and leaves when it ends, whatever the others do (Yu et al., "Orca", OSDI
/// 2022, section 4.1; prompts in slices after Agrawal et al., "Sarathi-Serve", arXiv:2403.02310, section 4). One
/// thread runs it and alone touches the model and its caches; everybody else talks to it through `JobQueue` and each
/// job's `EventQueue`. What a text says depends on its request only, not on what it is batched with: rows of logits
/// have the same bits in any batch, and the noise of a draw is keyed by seed and position.
package final class Scheduler<Model: BatchCausalModel> {
    typealias Text = RunningText<Model.Cache>

    let model: Model
    let tokenizer: any Tokenizer
    let limits: ServerLimits
    let queue: JobQueue
    let metrics: ServerMetrics
    let cores: Cores
    /// How many tokens a text may have: the model's context or what all pages together can hold.
    let contextLength: Int
    /// Guesses of what texts will say; nil for one token of each in a pass.
    var drafting: BatchDrafting?
    /// What drafts took in this pass besides the reading.
    var draftSeconds = 0.0

    var waiting = FairQueue<Text>()
    var running: [Text] = []
    var logits: [Float] = []
    var arrivals = 0
    var rotation = 0

    /// Creates a scheduler; call `run` on a thread of its own.
    package init(
        model: Model, tokenizer: any Tokenizer, contextLength: Int, limits: ServerLimits, queue: JobQueue,
        metrics: ServerMetrics, cores: Cores = Cores(), drafting: BatchDrafting? = nil
    ) {
        self.model = model
        self.tokenizer = tokenizer
        self.limits = limits
        self.queue = queue
        self.metrics = metrics
        self.cores = cores
        self.contextLength = contextLength
        self.drafting = drafting
    }

    /// Runs until the queue is closed and all its requests are answered, or it is stopped.
    package func run() {
        while true {
            for job in queue.takeArrived() { enter(job) }
            let (isClosed, isStopped) = queue.isOver
            if isStopped {
                dropAll()
                return
            }
            dropCancelled()
            admit()
            let advanced = step()
            metrics.running.set(running.count)
            metrics.setCache(model.cacheUse)
            if advanced { continue }
            if isClosed, running.isEmpty, waiting.count == 0 { return }
            queue.wait()
        }
    }

    // MARK: Entering and leaving

    /// Makes the texts of a job wait: one for each prompt, with its further choices as siblings.
    private func enter(_ job: Job) {
        let choices = job.request.choicesPerPrompt
        do throws(LocatedError) {
            var leaders: [Text] = []
            for prompt in job.request.prompts.indices {
                arrivals += 1
                var texts: [Text] = []
                for choice in 0..<choices {
                    texts.append(
                        try Text(
                            job, number: prompt * choices + choice, arrival: arrivals,
                            contextLength: contextLength, tokenizer: tokenizer))
                }
                let leader = texts.removeFirst()
                leader.siblings = texts
                leaders.append(leader)
            }
            for leader in leaders { waiting.append(leader, client: job.request.client) }
        } catch {
            queue.leave(job.request.textCount)
            job.events.push(.failed(APIError(error)))
        }
    }

    private func dropCancelled() {
        waiting.removeAll { text in
            guard text.job.isCancelled else { return false }
            if text.generatedCount == 0 { queue.leave(1 + text.siblings.count) }
            return true
        }
        running.removeAll { text in
            guard text.job.isCancelled else { return false }
            text.cache = nil
            metrics.finish(text.job.submitted, reason: .cancelled)
            return true
        }
    }

    private func dropAll() {
        while let text = waiting.popFirst() { text.job.events.push(.failed(.dropped)) }
        for text in running {
            text.cache = nil
            text.job.events.push(.failed(.dropped))
        }
        running = []
    }

    /// Lets texts in while there is room for their prompts and a page for each running text to grow.
    private func admit() {
        while let text = waiting.first, hasRoom(for: text) {
            _ = waiting.popFirst()
            if text.generatedCount == 0 { queue.leave(1 + text.siblings.count) }
            do throws(LocatedError) {
                let cache = try model.makeCache(capacity: max(text.capacity, text.tokens.count))
                if !text.tellsPrompt { metrics.reusedTokens.add(cache.adopt(text.tokens)) }
                text.cache = cache
                running.append(text)
            } catch {
                fail(text, APIError(status: 500, message: error.description))
            }
        }
    }

    private func hasRoom(for text: Text) -> Bool {
        guard !running.isEmpty else { return true }
        let rows = running.reduce(0) { $0 + 1 + $1.siblings.count }
        guard rows + 1 + text.siblings.count <= limits.runningTexts else { return false }
        let use = model.cacheUse
        guard let limit = use.byteLimit else { return true }
        let pages = limit / max(1, use.pageBytes)
        // Prompts that are still being read will take what they do not hold yet.
        let promised = (running + [text]).reduce(0) { sum, text in
            sum + text.tokens.count / use.pageTokens + (1 + text.siblings.count) * 2
        }
        return promised <= pages
    }

    /// Ends a text for good, with its siblings.
    func finish(_ text: Text, _ reason: StopReason) {
        running.removeAll { $0 === text }
        for text in [text] + text.siblings {
            text.end(reason)
            metrics.finish(text.job.submitted, reason: reason)
        }
        text.siblings = []
    }

    /// Fails the request that a text belongs to.
    func fail(_ text: Text, _ error: APIError) {
        text.job.events.push(.failed(error))
        running.removeAll { other in
            guard other.job === text.job else { return false }
            other.cache = nil
            return true
        }
        waiting.removeAll { other in
            guard other.job === text.job else { return false }
            if other.generatedCount == 0 { queue.leave(1 + other.siblings.count) }
            return true
        }
        metrics.failed.add(1)
    }

    /// Takes the pages of the text that arrived last; it goes on when there is room again.
    ///
    /// - Returns: false when there is only one text, which then has all the pages there are.
    func preemptLast() -> Bool {
        guard running.count > 1, let last = running.max(by: { $0.arrival < $1.arrival }) else { return false }
        running.removeAll { $0 === last }
        last.cache = nil
        if last.generatedCount == 0 { queue.leave(-(1 + last.siblings.count)) }
        waiting.putBack(last, client: last.job.request.client)
        metrics.preempted.add(1)
        return true
    }
}
