internal import TesseraCore

/// A request on its way: what to make, where its events go and whether anybody still wants it.
package final class Job: Sendable {
    package let request: GenerationRequest
    package let events: EventQueue
    package let submitted: ContinuousClock.Instant
    let cancellation = Cancellation()
    private let onCancel: @Sendable () -> Void

    init(_ request: GenerationRequest, onCancel: @escaping @Sendable () -> Void) {
        self.request = request
        self.onCancel = onCancel
        submitted = .now
        events = EventQueue(
            textCount: request.textCount, wakesForEachToken: request.streams, onDrained: onCancel)
    }

    /// Whether its texts are to be dropped.
    package var isCancelled: Bool { cancellation.isCancelled }

    /// Drops its texts before the next pass of the model; safe to call more than once, and after its end.
    package func cancel() {
        cancellation.cancel()
        events.push(.failed(.cancelled))
        onCancel()
    }
}
