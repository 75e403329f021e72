internal import TesseraCore
internal import TesseraDecoding

/// What the server counts; `prometheusText` is what `GET /metrics` answers.
package final class ServerMetrics: Sendable {
    package let requests = Counter()
    package let refused = Counter()
    package let failed = Counter()
    package let cancelled = Counter()
    package let finished = Counter()
    package let preempted = Counter()
    package let promptTokens = Counter()
    package let reusedTokens = Counter()
    package let generatedTokens = Counter()
    package let generatedBytes = Counter()
    package let passes = Counter()
    package let passTokens = Counter()
    package let draftPasses = Counter()
    package let draftedTokens = Counter()
    package let acceptedTokens = Counter()
    package let embeddingRequests = Counter()
    package let embeddedTokens = Counter()
    package let grammarsCompiled = Counter()
    package let grammarsReused = Counter()
    package let grammarsRefused = Counter()
    package let grammarCount = Gauge()
    package let grammarBytes = Gauge()
    package let queued = Gauge()
    package let queuedInputs = Gauge()
    package let running = Gauge()
    package let connections = Gauge()
    package let cacheHeld = Gauge()
    package let cacheIdle = Gauge()
    package let cacheLimit = Gauge()
    package let pageTokens = Gauge()
    package let pageBytes = Gauge()
    package let firstTokenSeconds = Histogram(bounds: [
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ])
    package let tokenSeconds = Histogram(bounds: [
        0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
    ])
    package let textSeconds = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300])
    package let embeddingSeconds = Histogram(bounds: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
    package let grammarSeconds = Histogram(bounds: [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ])
    package let maskSeconds = Histogram(bounds: [
        0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.01, 0.05,
    ])
    package let passSeconds = Histogram(bounds: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])

    /// Creates metrics at zero.
    package init() {}

    /// Counts a pass of the model.
    func countPass(_ shares: [PassShare<some CausalCache>], seconds: Double) {
        let drafts = shares.reduce(0) { $0 + $1.tree.count }
        passes.add(1)
        passTokens.add(shares.reduce(drafts) { $0 + $1.tokens.count })
        if drafts > 0 { draftPasses.add(1) }
        draftedTokens.add(drafts)
        passSeconds.record(seconds)
    }

    /// Counts the end of a text.
    func finish(_ submitted: ContinuousClock.Instant, reason: StopReason) {
        if reason == .cancelled {
            cancelled.add(1)
        } else {
            finished.add(1)
            textSeconds.record((ContinuousClock.now - submitted).inSeconds)
        }
    }

    /// Notes the memory of the caches.
    func setCache(_ use: CacheUse) {
        cacheHeld.set(use.heldBytes)
        cacheIdle.set(use.idleBytes)
        cacheLimit.set(use.byteLimit ?? 0)
        pageTokens.set(use.pageTokens)
        pageBytes.set(use.pageBytes)
    }
}
