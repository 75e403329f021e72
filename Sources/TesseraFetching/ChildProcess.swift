package import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A program run to its end, with nothing on standard input and its errors kept.
package struct ChildProcess {
    /// The program: a path, or a name looked up in `PATH`.
    package var program: String
    /// The arguments after the program's name.
    package var arguments: [String]
    /// Variables set on top of this process's own.
    package var environment: [String: String] = [:]
    /// The file that receives standard error.
    package var errorPath: String

    /// Describes a run; nothing is started yet.
    package init(program: String, arguments: [String], errorPath: String) {
        self.program = program
        self.arguments = arguments
        self.errorPath = errorPath
    }

    /// How a run ended.
    package enum Outcome: Hashable {
        /// The program ended by itself with this status.
        case exited(Int32)
        /// A signal ended it.
        case killed(signal: Int32)
        /// The program does not exist.
        case notFound
    }

    /// Runs the program, looking every 20 ms for its end and for cancellation.
    ///
    /// - Parameter watch: called at each look.
    /// - Throws: `CancelledError` when cancelled, after the program has ended; `LocatedError` when it cannot be started.
    package func run(cancellation: Cancellation, watch: () -> Void = {}) throws -> Outcome {
        let process: pid_t
        switch try start() {
        case nil: return .notFound
        case let started?: process = started
        }
        var patience: Int?
        while true {
            var status: Int32 = 0
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process {
                if patience != nil { throw CancelledError() }
                try cancellation.check()
                return Self.outcome(status)
            }
            if ended < 0, errno != EINTR { throw SystemFailure().reading(program) }
            // Cancelled: ask politely, and after two seconds end it.
            if cancellation.isCancelled, patience == nil {
                kill(process, SIGTERM)
                patience = 100
            }
            if let left = patience {
                if left == 0 { kill(process, SIGKILL) }
                patience = left - 1
            }
            watch()
            usleep(20_000)
        }
    }

    /// The last lines of standard error that are not empty, joined by a blank; at most 300 characters.
    package var lastErrors: String {
        guard let file = try? MappedFile(path: errorPath) else { return "" }
        let tail = withExtendedLifetime(file) { String(decoding: file.bytes.suffix(4_096), as: UTF8.self) }
        let lines = tail.split(whereSeparator: \.isNewline).map(String.init)
        let errors = lines.filter { $0.utf8.starts(with: "ERROR".utf8) }
        return String((errors.last ?? lines.last ?? "").prefix(300))
    }

    /// All of standard error; empty when there was none.
    package var errors: String {
        guard let file = try? MappedFile(path: errorPath) else { return "" }
        return withExtendedLifetime(file) { String(decoding: file.bytes.prefix(1 << 20), as: UTF8.self) }
    }

    private static func outcome(_ status: Int32) -> Outcome {
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
    }
}

// MARK: Starting

extension ChildProcess {
    /// Starts the program; nil when it does not exist.
    private func start() throws(LocatedError) -> pid_t? {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)

        // Whatever this process blocks or ignores, the child is to react to signals as usual.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var process: pid_t = 0
        let code = Self.withCStrings(([program] + arguments).map { Array($0.utf8CString) }) { arguments in
            Self.withCStrings(variables) { variables in
                posix_spawnp(&process, program, &actions, &attributes, arguments, variables)
            }
        }
        switch code {
        case 0: return process
        case ENOENT: return nil
        default: throw SystemFailure(code: code).reading(program)
        }
    }

    /// This process's variables byte for byte, with those of `environment` in their place.
    private var variables: [[CChar]] {
        var variables: [[CChar]] = []
        var entry = environ
        while let variable = entry.pointee {
            let bytes = Array(UnsafeBufferPointer(start: variable, count: strlen(variable) + 1))
            let name = String(
                decoding: bytes.prefix { $0 != 61 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if environment[name] == nil { variables.append(bytes) }
            entry += 1
        }
        return variables + environment.map { Array("\($0.key)=\($0.value)".utf8CString) }
    }

    /// Calls `body` with the strings as a C array that ends in nil.
    private static func withCStrings<Result>(
        _ strings: [[CChar]], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
