internal import Dispatch
internal import Synchronization

/// Where connections leave their requests for the thread that owns the model.
///
/// Bounded: a request beyond the limit is refused at once with a hint when to come back, so that neither memory nor
/// waiting times grow without end.
package final class JobQueue: Sendable {
    private struct State {
        var arrived: [Job] = []
        /// Texts that were submitted and have not begun to run.
        var waitingTexts = 0
        var isClosed = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let limits: ServerLimits
    private let metrics: ServerMetrics

    /// Creates a queue.
    package init(limits: ServerLimits, metrics: ServerMetrics) {
        self.limits = limits
        self.metrics = metrics
    }

    /// Puts a request at the end.
    ///
    /// - Throws: `APIError` 429 with a time to wait when the queue is full, 503 when the server is shutting down.
    package func submit(_ request: GenerationRequest) throws(APIError) -> Job {
        let job = Job(request) { [wakeUp] in wakeUp.signal() }
        let refusal = state.withLock { state -> APIError? in
            if state.isClosed { return .closed }
            // A request larger than the limit can still run when nothing waits.
            guard state.waitingTexts == 0 || state.waitingTexts + request.textCount <= limits.queuedTexts
            else {
                return .full(
                    "\(state.waitingTexts) texts are waiting", most: limits.queuedTexts,
                    retryAfterSeconds: metrics.textSeconds.expectedSeconds(
                        waiting: state.waitingTexts, atOnce: limits.runningTexts))
            }
            state.arrived.append(job)
            state.waitingTexts += request.textCount
            metrics.queued.add(request.textCount)
            return nil
        }
        if let refusal {
            metrics.refused.add(1)
            throw refusal
        }
        metrics.requests.add(1)
        wakeUp.signal()
        return job
    }

    /// The texts that have not begun to run.
    package var waitingTexts: Int { state.withLock { $0.waitingTexts } }

    /// Refuses new requests from now on; those that are in go on.
    package func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    /// Ends the scheduler: every text that is in is dropped.
    package func stop() {
        state.withLock { state in
            state.isClosed = true
            state.isStopped = true
        }
        wakeUp.signal()
    }

    /// Whether no request will come, and whether those that are in shall be dropped.
    var isOver: (closed: Bool, stopped: Bool) { state.withLock { ($0.isClosed, $0.isStopped) } }

    /// The requests since the last call.
    func takeArrived() -> [Job] {
        state.withLock { state in
            defer { state.arrived = [] }
            return state.arrived
        }
    }

    /// Notes that `count` texts no longer wait.
    func leave(_ count: Int) {
        state.withLock { $0.waitingTexts -= count }
        metrics.queued.add(-count)
    }

    /// Blocks the calling thread until something happens: a request, a cancellation, a reader that caught up.
    func wait() {
        wakeUp.wait()
        // Whatever happened so far is looked at after this.
        while wakeUp.wait(timeout: .now()) == .success {}
    }
}
