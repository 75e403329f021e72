internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers

/// How a text is drawn byte by byte from a model that reads other texts too; see `ExactBytes`.
///
/// Its keys and values come out of the same memory as those of all other texts.
struct ByteDrawing<Model: CausalModel>: Sendable {
    let model: TurnTakingModel<Model>
    let tokenizer: PipelineTokenizer
    let contextLength: Int
    let vocabulary: MadeOnce<ByteVocabulary>
    let queue: JobQueue
    let metrics: ServerMetrics

    /// Draws the text of a request and tells of it.
    func answer(_ job: Job) {
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
            // A text that nobody reads stands still, and those behind it, until its client counts as gone.
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
