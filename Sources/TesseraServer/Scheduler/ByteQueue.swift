internal import Dispatch

/// Draws texts byte by byte on a thread of its own, one after another, clients taking turns text by text.
///
/// The next reading of such a text depends on which byte was drawn and which tokens may still spell it, so it is not
/// read with others: the model's passes for it take turns with those for all other texts (see `Cores`).
final class ByteQueue: Sendable {
    private let queue: JobQueue
    private let draw: @Sendable (Job) -> Void
    private let thread = DispatchQueue(label: "tessera.bytes", qos: .userInitiated)

    /// Creates a queue without texts.
    ///
    /// - Parameters:
    ///   - queue: its own.
    ///   - draw: answers a job to its end.
    init(_ queue: JobQueue, draw: @escaping @Sendable (Job) -> Void) {
        self.queue = queue
        self.draw = draw
    }

    /// Puts a request at the end.
    ///
    /// - Throws: `APIError` 429 with a time to wait when the queue is full, 503 when the server is shutting down.
    func submit(_ request: GenerationRequest) throws(APIError) -> Job {
        let job = try queue.submit(request)
        // No thread waits while nothing does.
        thread.async { self.work() }
        return job
    }

    /// Refuses new requests from now on; those that are in go on.
    func close() { queue.close() }

    /// Ends every request that is in.
    func stop() { queue.stop() }

    /// Works until nothing waits.
    private func work() {
        var waiting = FairQueue<Job>()
        while true {
            for job in queue.takeArrived() { waiting.append(job, client: job.request.client) }
            guard let job = waiting.popFirst() else { return }
            queue.leave(1)
            if queue.isOver.stopped {
                job.events.push(.failed(.dropped))
            } else {
                draw(job)
            }
        }
    }
}
