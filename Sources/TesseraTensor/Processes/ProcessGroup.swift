internal import CTesseraTorch
internal import Synchronization
public import TesseraCore

/// Processes that compute together, on one machine or several, over libtorch's c10d with Gloo.
///
/// Every process calls the same methods in the same order, with tensors of the same shapes on the CPU, and waits in each
/// for the others. A process that is lost ends the call of all others with an error, at once when its connections close
/// and after the time limit when they do not; a group that failed is of no use any more.
public final class ProcessGroup: Sendable {
    /// Where processes meet, and which of them this one is.
    public struct Meeting: Hashable, Sendable {
        /// The machine of the first process.
        public var host: String
        /// The port that the first process listens at.
        public var port: UInt16
        /// The number of this process, from 0.
        public var rank: Int
        /// How many processes there are.
        public var size: Int
        /// The longest that a process waits for the others; for their coming, five minutes at most.
        public var timeLimit: Duration
        /// The network interface to talk over, such as `eth0`; nil to find one.
        public var interface: String?
        /// Whether the first process listens at the port, and not whoever started them all.
        public var isKeptByFirst = true
        /// What tells this meeting from others at the same place.
        public var prefix: String?

        /// Describes a meeting.
        public init(
            host: String, port: UInt16, rank: Int, size: Int, timeLimit: Duration = .seconds(1800)
        ) {
            self.host = host
            self.port = port
            self.rank = rank
            self.size = size
            self.timeLimit = timeLimit
        }
    }

    /// The number of this process, from 0; the first writes what all of them made.
    public let rank: Int

    /// How many processes there are.
    public let size: Int

    /// Set once, and let go in `deinit` only; `turn` keeps calls of several threads apart.
    nonisolated(unsafe) private let handle: tt_group
    private let turn = Mutex(())

    /// Meets the other processes.
    ///
    /// - Throws: `LocatedError` when they do not all come in time, or the port is taken.
    public init(_ meeting: Meeting) throws(LocatedError) {
        rank = meeting.rank
        size = meeting.size
        let joined = withOptionalCString(meeting.prefix) { prefix in
            withOptionalCString(meeting.interface) { interface in
                meeting.host.withCString { host in
                    tt_join_group(
                        tt_meeting(
                            host: host, port: meeting.port, rank: Int32(clamping: meeting.rank),
                            size: Int32(clamping: meeting.size),
                            keeps_place: meeting.isKeptByFirst && meeting.rank == 0, prefix: prefix,
                            interface: interface, timeout: meeting.timeLimit.milliseconds))
                }
            }
        }
        guard let joined else {
            throw LocatedError(
                field: "MASTER_ADDR=\(meeting.host) MASTER_PORT=\(meeting.port)",
                problem: "process \(rank) of \(size) did not meet the others: \(Self.reason)",
                remedy: "start all \(size) with the address of the first, and a port that is free there")
        }
        handle = joined
    }

    deinit { tt_leave_group(handle) }

    /// What numbers of all processes become.
    public enum Reduction: Hashable, Sendable {
        /// Their sum.
        case sum
        /// Their mean.
        case mean
    }

    /// Replaces every number by the sum or mean of those that all processes have in its place.
    public func allReduce(_ tensors: [Tensor], _ reduction: Reduction) throws(LocatedError) {
        try meet { withHandles(tensors) { tt_all_reduce(handle, $0, $1, reduction == .mean) } }
    }

    /// Replaces every number by the one that the process `root` has in its place.
    public func broadcast(_ tensors: [Tensor], from root: Int = 0) throws(LocatedError) {
        try meet { withHandles(tensors) { tt_broadcast(handle, $0, $1, Int32(clamping: root)) } }
    }

    /// Waits until all processes are here.
    public func barrier() throws(LocatedError) {
        try meet { tt_barrier(handle) }
    }

    private func meet(_ body: () -> Bool) throws(LocatedError) {
        guard turn.withLock({ _ in body() }) else {
            throw LocatedError(
                field: "process \(rank) of \(size)", problem: "lost another process: \(Self.reason)",
                remedy: "see what that one printed, and start all of them again")
        }
    }

    /// What libtorch said, without the place in its own source.
    private static var reason: String {
        let line = String(cString: tt_failure()).prefix { $0 != "\n" }
        guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return String(line) }
        return String(line[line.index(after: end)...].drop { $0 == " " })
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max / 2 : max(1, whole + attoseconds / 1_000_000_000_000_000)
    }
}

/// Calls `body` with the text as C has it; null for nil.
private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
