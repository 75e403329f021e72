internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers

/// Draws texts byte by byte, one after another, on a thread of its own; clients take turns text by text.
///
/// The next reading of such a text depends on which byte was drawn and which tokens may still spell it, so it is not
/// read with others: the model's passes for it take turns with those for all other texts (see `Cores`). Its keys and
/// values come out of the same memory as theirs.
final class ByteScheduler<Model: CausalModel> {
    private let model: TurnTakingModel<Model>
    private let tokenizer: PipelineTokenizer
    private let contextLength: Int
    private let vocabulary: MadeOnce<ByteVocabulary>
    private let queue: JobQueue
    private let metrics: ServerMetrics
    private var waiting = FairQueue<Job>()

    /// Creates a scheduler; call `run` on a thread of its own.
    init(
        model: Model, tokenizer: PipelineTokenizer, contextLength: Int, service: Service
    ) {
        let queue = service.byteQueue
        self.model = TurnTakingModel(
            model: model, cores: service.cores, pieceTokens: service.limits.promptSlice,
            isStopped: { queue.isOver.stopped })
        self.tokenizer = tokenizer
        self.contextLength = contextLength
        self.queue = queue
        vocabulary = service.byteVocabulary
        metrics = service.metrics
    }

    /// Runs until the queue is closed and all its requests are answered, or it is stopped.
    func run() {
        while true {
            for job in queue.takeArrived() { waiting.append(job, client: job.request.client) }
            let (isClosed, isStopped) = queue.isOver
            if isStopped {
                while let job = waiting.popFirst() { job.events.push(.failed(.dropped)) }
                return
            }
            if let job = waiting.popFirst() {
                queue.leave(1)
                answer(job)
            } else if isClosed {
                return
            } else {
                queue.wait()
            }
        }
    }

    private func answer(_ job: Job) {
        do throws(LocatedError) {
            let reason = try draw(job)
            job.events.push(.ended(text: 0, rest: "", reason: reason))
            metrics.finish(job.submitted, reason: reason)
        } catch {
            metrics.failed.add(1)
            job.events.push(.failed(queue.isOver.stopped ? .dropped : Self.refusal(error)))
        }
    }

    /// - Returns: why the text ended.
    private func draw(_ job: Job) throws(LocatedError) -> StopReason {
        guard !job.isCancelled else { return .cancelled }
        let vocabulary = try vocabulary.value { () throws(LocatedError) in try ByteVocabulary(tokenizer) }
        var source = try ExactBytes(
            model: model, tokenizer: tokenizer, vocabulary: vocabulary, capacity: contextLength)
        let prompt = job.request.bytes ?? []
        guard try source.start(with: prompt, cancellation: job.cancellation) else { return .cancelled }
        let text = try generateBytes(
            from: &source, options: job.request.options, cancellation: job.cancellation
        ) { piece throws(LocatedError) in
            job.events.push(.piece(text: 0, piece))
            metrics.generatedBytes.add(piece.utf8.count)
            // A text that nobody reads stands still.
            while job.events.isFull, !job.isCancelled, !queue.isOver.stopped { queue.wait() }
        }
        return text.stopReason
    }

    /// What a client is told of an error.
    private static func refusal(_ error: LocatedError) -> APIError {
        switch error.field {
        case "prompt", "text", "tokenizer", "vocabulary":
            APIError(status: 400, message: "bytes: \(error)", parameter: "bytes")
        case "cache": APIError(status: 503, message: error.description, code: "cache_exhausted")
        default: APIError(status: 500, message: error.description)
        }
    }
}
