internal import Synchronization
internal import TesseraCore

/// A request for vectors on its way: what was computed so far, and who waits for all of it.
final class EmbeddingJob: Sendable {
    typealias Outcome = Result<[[Float]], APIError>

    private struct State {
        var vectors: [[Float]]
        var left: Int
        var outcome: Outcome?
        var waiter: CheckedContinuation<Outcome, Never>?
    }

    let request: EmbeddingRequest
    private let state: Mutex<State>

    init(_ request: EmbeddingRequest) {
        self.request = request
        let count = request.texts.count
        state = Mutex(State(vectors: Array(repeating: [], count: count), left: count))
    }

    /// Whether nothing more is wanted of it.
    var isOver: Bool { state.withLock { $0.outcome != nil } }

    /// Notes the vector of a text, unless it has ended while that was computed.
    func take(_ vector: [Float], of text: Int) {
        let all = state.withLock { state -> [[Float]]? in
            guard state.outcome == nil, state.vectors.indices.contains(text) else { return nil }
            state.vectors[text] = vector
            state.left -= 1
            return state.left == 0 ? state.vectors : nil
        }
        if let all { end(.success(all)) }
    }

    /// Ends it, unless it has ended.
    func end(_ outcome: Outcome) {
        let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            state.vectors = []
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }

    /// What comes of it, waiting for that; may be asked for once.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let now { continuation.resume(returning: now) }
        }
    }
}
