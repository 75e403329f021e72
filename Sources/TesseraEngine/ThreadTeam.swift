internal import CTesseraKernels
internal import TesseraCore

/// A fixed set of threads that run one function together, the caller being thread 0.
///
/// Sendable because nothing in it changes; `run` is called by one caller at a time, which `DecoderModel` sees to.
final class ThreadTeam: @unchecked Sendable {
    let count: Int
    let handle: OpaquePointer

    init(threads: Int) throws(LocatedError) {
        guard (1...256).contains(threads), let handle = tk_team_create(Int32(threads)) else {
            throw LocatedError(
                field: "threads", problem: "the system gave no team of \(threads) threads",
                remedy: "use a number in 1...256, at best the number of cores"
            )
        }
        count = threads
        self.handle = handle
    }

    deinit { tk_team_destroy(handle) }

    /// Runs `body(context, thread)` on every thread and returns when all are done.
    ///
    /// A C function and a pointer rather than a closure, which would be allocated at every call.
    func run<Context>(
        _ context: UnsafePointer<Context>, _ body: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void
    ) {
        tk_team_run(handle, body, UnsafeMutableRawPointer(mutating: context))
    }
}
