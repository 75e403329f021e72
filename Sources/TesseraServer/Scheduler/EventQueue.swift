internal import Synchronization

/// The events of one request on their way from the scheduler's thread to the connection.
///
/// Bounded by a signal and not by blocking: when the connection does not keep up, `isFull` tells the scheduler to
/// leave the request's texts alone until it has.
package final class EventQueue: Sendable {
    /// As many events as may wait before the texts of the request stand still.
    package static let capacity = 64

    private struct State {
        var events: [GenerationEvent] = []
        var waiter: CheckedContinuation<[GenerationEvent]?, Never>?
        var openTexts: Int
        var isOver = false
    }

    private let state: Mutex<State>
    private let wakesForEachToken: Bool
    private let onDrained: @Sendable () -> Void

    /// Creates a queue.
    ///
    /// - Parameters:
    ///   - textCount: it is over when so many texts have ended.
    ///   - wakesForEachToken: whether the reader wants tokens as they come, or everything at the end.
    ///   - onDrained: called when a queue that was full has been read.
    package init(textCount: Int, wakesForEachToken: Bool, onDrained: @escaping @Sendable () -> Void) {
        state = Mutex(State(openTexts: textCount))
        self.wakesForEachToken = wakesForEachToken
        self.onDrained = onDrained
    }

    /// Whether the reader has fallen behind.
    package var isFull: Bool {
        wakesForEachToken && state.withLock { $0.events.count >= Self.capacity }
    }

    /// Adds an event; none are taken after a failure or the end of the last text.
    package func push(_ event: GenerationEvent) {
        let ready = state.withLock {
            state -> (CheckedContinuation<[GenerationEvent]?, Never>, [GenerationEvent])? in
            guard !state.isOver else { return nil }
            state.events.append(event)
            switch event {
            case .ended:
                state.openTexts -= 1
                state.isOver = state.openTexts <= 0
            case .failed: state.isOver = true
            case .prompt, .token, .piece: break
            }
            guard wakesForEachToken || state.isOver, let waiter = state.waiter else { return nil }
            state.waiter = nil
            defer { state.events = [] }
            return (waiter, state.events)
        }
        if let (waiter, events) = ready { waiter.resume(returning: events) }
    }

    /// The events since the last call, at least one, waiting for them; nil when all was read.
    package func next() async -> [GenerationEvent]? {
        await withCheckedContinuation { continuation in
            let (now, wasFull) = state.withLock { state -> ([GenerationEvent]??, Bool) in
                let isReady = state.isOver || (wakesForEachToken && !state.events.isEmpty)
                guard isReady else {
                    state.waiter = continuation
                    return (nil, false)
                }
                let events = state.events
                state.events = []
                if events.isEmpty { return (.some(nil), false) }
                return (.some(events), events.count >= Self.capacity)
            }
            guard let now else { return }
            continuation.resume(returning: now)
            if wasFull { onDrained() }
        }
    }
}
