internal import Synchronization

/// One connection, as the routes see it: whether the client is still there.
///
/// A client counts as gone when it closes the connection or its sending half of it. HTTP cannot tell a client that
/// only finished sending from one that left, and nobody should compute for one that left.
final class ClientConnection: Sendable {
    private struct State {
        var isGone = false
        var lastToken = 0
        var watchers: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    /// Whether the client has closed the connection or its half.
    var isGone: Bool { state.withLock { $0.isGone } }

    /// Calls `action` once when the client goes, at once if it has gone.
    ///
    /// - Returns: a number for `forget`.
    func whenGone(_ action: @escaping @Sendable () -> Void) -> Int {
        let token = state.withLock { state -> Int? in
            if state.isGone { return nil }
            state.lastToken += 1
            state.watchers[state.lastToken] = action
            return state.lastToken
        }
        guard let token else {
            action()
            return 0
        }
        return token
    }

    /// Takes back a `whenGone`.
    func forget(_ token: Int) {
        state.withLock { $0.watchers[token] = nil }
    }

    /// Tells everybody that the client has gone.
    func markGone() {
        let watchers = state.withLock { state in
            state.isGone = true
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher() }
    }
}
