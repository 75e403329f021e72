internal import Synchronization
public import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The process's wish to stop: from Ctrl-C, from a request to terminate, or because nobody reads its output.
///
/// Jobs get `cancellation`; the first signal raises it, so that temporary files are removed and partial results
/// shown, and the second ends the process at once.
public enum Interruption {
    /// Raised by the first SIGINT or SIGTERM and when the reader of standard output has gone.
    public static let cancellation = Cancellation()

    /// The first signal, if one came.
    public static var signal: Int32? {
        let number = state.load(ordering: .relaxed)
        return number > 0 ? number : nil
    }

    /// Whether the reader of standard output has gone before any signal came.
    static var isOutputClosed: Bool { state.load(ordering: .relaxed) == outputClosedState }

    /// 0, the number of the first signal, or `outputClosedState`.
    private static let state = Atomic<Int32>(0)
    private static let outputClosedState: Int32 = -1

    /// Handles SIGINT and SIGTERM from now on and ignores SIGPIPE and SIGXFSZ, whose errors a write reports.
    static func installHandlers() {
        // The handler may only touch globals that exist already.
        _ = cancellation.isCancelled
        _ = state.load(ordering: .relaxed)

        var action = sigaction()
        setHandler(&action) { number in Interruption.handle(number) }
        // Without SA_RESTART, so that a read from a terminal that waits for a line ends too.
        action.sa_flags = 0
        sigemptyset(&action.sa_mask)
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        var ignoring = sigaction()
        setHandler(&ignoring, SIG_IGN)
        sigaction(SIGPIPE, &ignoring, nil)
        sigaction(SIGXFSZ, &ignoring, nil)

        // Whoever started this process may have done so from a thread that blocks signals, as those of a
        // dispatch queue do; the mask is inherited.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        sigaddset(&unblocked, SIGINT)
        sigaddset(&unblocked, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
    }

    /// Notes that nobody reads standard output any more.
    static func outputWasClosed() {
        _ = state.compareExchange(expected: 0, desired: outputClosedState, ordering: .relaxed)
        cancellation.cancel()
    }

    private static func handle(_ number: Int32) {
        let (first, _) = state.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if !first { _exit(128 + number) }
        cancellation.cancel()
    }

    private static func setHandler(
        _ action: inout sigaction, _ handler: @escaping @convention(c) (Int32) -> Void
    ) {
        #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = handler
        #else
        action.__sigaction_handler.sa_handler = handler
        #endif
    }
}
