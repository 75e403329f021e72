internal import Dispatch
internal import Synchronization
internal import TesseraCore
package import TesseraGrammar
package import TesseraTokenizers

/// Compiles the grammars of requests, one after another on a thread of its own, and keeps them for the next request.
///
/// Neither connections nor the model wait for it. Bounded: how much one grammar may ask for, how many may wait, and
/// the bytes that are kept.
package final class GrammarQueue: Sendable {
    private struct State {
        var waiting = 0
        var isStopped = false
        var vocabulary: TokenVocabulary?
    }

    private let tokenizer: PipelineTokenizer
    private let limits: ServerLimits
    private let metrics: ServerMetrics
    private let cache: GrammarCache
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "tessera.grammars", qos: .userInitiated)

    /// Creates a queue without grammars; the vocabulary is made ready with the first one.
    package init(tokenizer: PipelineTokenizer, limits: ServerLimits, metrics: ServerMetrics) {
        self.tokenizer = tokenizer
        self.limits = limits
        self.metrics = metrics
        cache = GrammarCache(capacityInBytes: limits.grammarCacheBytes)
    }

    /// The grammar of a format, compiled unless it is there.
    ///
    /// - Parameter isWanted: asked before the work begins.
    /// - Throws: `APIError` 400 with the place in the grammar that cannot be used, 429 when too many wait, 503 when the
    ///   server is shutting down.
    package func grammar(
        _ format: OutputFormat, isWanted: @escaping @Sendable () -> Bool = { true }
    ) async throws(APIError) -> CompiledGrammar {
        if let vocabulary = state.withLock({ $0.vocabulary }),
            let known = cache.known(format.source, vocabulary: vocabulary, limits: limits.grammar)
        {
            metrics.grammarsReused.add(1)
            return known
        }
        let refusal = state.withLock { state -> APIError? in
            if state.isStopped { return .closed }
            guard state.waiting < limits.queuedGrammars else {
                return .full(
                    "\(state.waiting) grammars are waiting", most: limits.queuedGrammars,
                    retryAfterSeconds: metrics.grammarSeconds.expectedSeconds(
                        waiting: state.waiting, atOnce: 1))
            }
            state.waiting += 1
            return nil
        }
        if let refusal {
            metrics.refused.add(1)
            throw refusal
        }
        let result: Result<CompiledGrammar, APIError> = await withCheckedContinuation { continuation in
            thread.async { [self] in
                let made = Result { () throws(APIError) in try compile(format, isWanted) }
                state.withLock { $0.waiting -= 1 }
                continuation.resume(returning: made)
            }
        }
        return try result.get()
    }

    /// Refuses the grammars that wait and those that come.
    package func stop() { state.withLock { $0.isStopped = true } }

    private func compile(
        _ format: OutputFormat, _ isWanted: () -> Bool
    ) throws(APIError) -> CompiledGrammar {
        if state.withLock({ $0.isStopped }) { throw .dropped }
        guard isWanted() else { throw .cancelled }
        let vocabulary = readyVocabulary()
        // The one before it may have been the same.
        if let known = cache.known(format.source, vocabulary: vocabulary, limits: limits.grammar) {
            metrics.grammarsReused.add(1)
            return known
        }
        let start = ContinuousClock.now
        defer {
            metrics.grammarCount.set(cache.count)
            metrics.grammarBytes.set(cache.sizeInBytes)
        }
        do throws(LocatedError) {
            let made = try cache.grammar(format.source, vocabulary: vocabulary, limits: limits.grammar)
            metrics.grammarsCompiled.add(1)
            metrics.grammarSeconds.record((ContinuousClock.now - start).inSeconds)
            return made
        } catch {
            metrics.grammarsRefused.add(1)
            throw APIError(error, inFormat: format.field)
        }
    }

    private func readyVocabulary() -> TokenVocabulary {
        if let made = state.withLock({ $0.vocabulary }) { return made }
        // Only this thread makes it.
        let made = TokenVocabulary(tokenizer)
        state.withLock { $0.vocabulary = made }
        return made
    }
}
