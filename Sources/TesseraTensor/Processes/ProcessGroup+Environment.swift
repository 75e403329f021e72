public import TesseraCore
internal import TesseraFiles

extension ProcessGroup {
    /// Meets the processes that the environment speaks of, in the words of PyTorch's `torchrun`; nil for one alone.
    ///
    /// `RANK` and `WORLD_SIZE` say which of how many processes this is, `MASTER_ADDR` and `MASTER_PORT` where the first
    /// of them listens, `GLOO_SOCKET_IFNAME` over which network interface they talk.
    ///
    /// - Throws: `LocatedError` naming the variable that is missing or impossible, and as `init(_:)` does.
    public static func fromEnvironment(
        timeLimit: Duration = .seconds(1800)
    ) throws(LocatedError) -> ProcessGroup? {
        guard let meeting = try Meeting(environment: FileSystem.environment, timeLimit: timeLimit) else {
            return nil
        }
        return try ProcessGroup(meeting)
    }
}

extension ProcessGroup.Meeting {
    /// Reads the variables; nil when they speak of one process alone, or of none.
    ///
    /// - Parameter value: the value of a variable; nil when it is unset or empty.
    /// - Throws: `LocatedError` naming the variable that is missing or impossible.
    public init?(
        environment value: (String) -> String?, timeLimit: Duration = .seconds(1800)
    ) throws(LocatedError) {
        guard value("RANK") != nil || value("WORLD_SIZE") != nil else { return nil }
        func text(_ name: String) throws(LocatedError) -> String {
            guard let text = value(name) else {
                throw Self.wrong(name, "is not set, though others of the four are")
            }
            return text
        }
        func number(_ name: String, in range: ClosedRange<Int>) throws(LocatedError) -> Int {
            let text = try text(name)
            guard let number = Int(text), range.contains(number) else {
                throw Self.wrong(name, "is \(text), not in \(range.lowerBound)...\(range.upperBound)")
            }
            return number
        }
        let size = try number("WORLD_SIZE", in: 1...Int(UInt16.max))
        let rank = try number("RANK", in: 0...(size - 1))
        guard size > 1 else { return nil }
        let host = try text("MASTER_ADDR")
        let port = try number("MASTER_PORT", in: 1...Int(UInt16.max))
        self.init(host: host, port: UInt16(port), rank: rank, size: size, timeLimit: timeLimit)
        interface = value("GLOO_SOCKET_IFNAME")
        // `torchrun` listens itself, once for all attempts to run the processes.
        isKeptByFirst = value("TORCHELASTIC_USE_AGENT_STORE") != "True"
        if !isKeptByFirst { prefix = "/worker/attempt_\(value("TORCHELASTIC_RESTART_COUNT") ?? "0")" }
    }

    private static func wrong(_ name: String, _ problem: String) -> LocatedError {
        LocatedError(
            field: name, problem: problem,
            remedy:
                "start with torchrun, or set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for each process")
    }
}
