internal import Dispatch
internal import Synchronization
internal import TesseraCore

/// Gives texts their vectors on a thread of its own, one text after another.
///
/// Clients take turns text by text, so that a request for a thousand vectors delays another client's by one of them.
/// Bounded: a request beyond the limit is refused at once with a hint when to come back.
package final class EmbeddingQueue: Sendable {
    private struct Item {
        let job: EmbeddingJob
        let text: Int
    }

    private struct State {
        var waiting = FairQueue<Item>()
        var isWorking = false
        var isClosed = false
    }

    private let encoder: ServedEncoder
    private let limits: ServerLimits
    private let metrics: ServerMetrics
    private let cores: Cores
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "tessera.embeddings", qos: .userInitiated)

    /// Creates a queue without texts.
    ///
    /// - Parameter cores: shared with the generating model, if there is one.
    package init(encoder: ServedEncoder, limits: ServerLimits, metrics: ServerMetrics, cores: Cores) {
        self.encoder = encoder
        self.limits = limits
        self.metrics = metrics
        self.cores = cores
    }

    /// The vectors of all texts of a request.
    ///
    /// - Parameter whenSubmitted: gets what drops the request, for when its client has gone.
    /// - Throws: `APIError` 429 with a time to wait when the queue is full, 503 when the server is shutting down.
    package func vectors(
        of request: EmbeddingRequest, whenSubmitted: (@escaping @Sendable () -> Void) -> Void = { _ in }
    ) async throws(APIError) -> [[Float]] {
        let job = EmbeddingJob(request)
        try submit(job)
        whenSubmitted { [self] in
            drop(job, .cancelled)
        }
        return try await job.outcome().get()
    }

    /// Refuses new requests from now on; those that are in go on.
    package func close() { state.withLock { $0.isClosed = true } }

    /// Ends every request that is in.
    package func stop() {
        let jobs = state.withLock { state -> [EmbeddingJob] in
            state.isClosed = true
            var jobs: [EmbeddingJob] = []
            while let item = state.waiting.popFirst() { jobs.append(item.job) }
            return jobs
        }
        for job in jobs { job.end(.failure(.closed)) }
        metrics.queuedInputs.set(0)
    }

    private func submit(_ job: EmbeddingJob) throws(APIError) {
        let count = job.request.texts.count
        let (refusal, starts, waiting) = state.withLock { state -> (APIError?, Bool, Int) in
            let waiting = state.waiting.count
            if state.isClosed { return (.closed, false, waiting) }
            // A request larger than the limit can still run when nothing waits.
            guard waiting == 0 || waiting + count <= limits.queuedInputs else {
                let refusal = APIError.full(
                    "\(waiting) texts are waiting for their vectors", most: limits.queuedInputs,
                    retryAfterSeconds: metrics.embeddingSeconds.expectedSeconds(waiting: waiting, atOnce: 1))
                return (refusal, false, waiting)
            }
            for text in 0..<count {
                state.waiting.append(Item(job: job, text: text), client: job.request.client)
            }
            defer { state.isWorking = true }
            return (nil, !state.isWorking, state.waiting.count)
        }
        metrics.queuedInputs.set(waiting)
        if let refusal {
            metrics.refused.add(1)
            throw refusal
        }
        metrics.embeddingRequests.add(1)
        if starts { thread.async { self.work() } }
    }

    /// Works until nothing waits.
    private func work() {
        while let item = next() {
            if item.job.isOver { continue }
            let tokens = item.job.request.texts[item.text]
            let start = ContinuousClock.now
            do throws(LocatedError) {
                let vector = try cores.use { () throws(LocatedError) in try encoder.embed(tokens) }
                metrics.embeddingSeconds.record((ContinuousClock.now - start).inSeconds)
                metrics.embeddedTokens.add(tokens.count)
                item.job.take(vector, of: item.text)
            } catch {
                metrics.failed.add(1)
                drop(item.job, APIError(status: 500, message: error.description))
            }
        }
    }

    private func next() -> Item? {
        let (item, waiting) = state.withLock { state in
            let item = state.waiting.popFirst()
            if item == nil { state.isWorking = false }
            return (item, state.waiting.count)
        }
        metrics.queuedInputs.set(waiting)
        return item
    }

    private func drop(_ job: EmbeddingJob, _ error: APIError) {
        job.end(.failure(error))
        let waiting = state.withLock { state in
            state.waiting.removeAll { $0.job === job }
            return state.waiting.count
        }
        metrics.queuedInputs.set(waiting)
    }
}
