internal import Synchronization

/// A flag that asks a job to stop at its next step.
///
/// Jobs look at `isCancelled` at every token or block; a signal handler, a closed connection or a deadline
/// calls `cancel`.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Creates a flag that is not raised.
    public init() {}

    /// Whether the job should stop.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Asks the job to stop; safe to call from a signal handler and more than once.
    public func cancel() {
        flag.store(true, ordering: .relaxed)
    }

    /// Throws `CancelledError` once the flag is raised.
    public func check() throws(CancelledError) {
        if isCancelled { throw CancelledError() }
    }
}

/// A job stopped because it was asked to.
public struct CancelledError: Error, Hashable, Sendable {
    /// Creates the error.
    public init() {}
}
