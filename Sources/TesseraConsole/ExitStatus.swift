package import ArgumentParser
internal import TesseraCore

/// What the process tells its caller when it ends.
public struct ExitStatus: RawRepresentable, Hashable, Sendable {
    /// The number.
    public var rawValue: Int32

    /// Creates a status.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// All went well.
    public static let success = ExitStatus(rawValue: 0)

    /// The job failed.
    public static let failure = ExitStatus(rawValue: 1)

    /// The arguments make no sense.
    public static let usage = ExitStatus(rawValue: 2)

    /// A signal ended the job.
    public static func signal(_ number: Int32) -> ExitStatus {
        ExitStatus(rawValue: 128 + number)
    }

    /// Ctrl-C ended the job.
    public static let interrupted = signal(2)
}

/// How a command ended: its status and the last words to each stream.
package struct Outcome: Hashable {
    /// What the process tells its caller.
    package var status: ExitStatus
    /// For standard output: help and version.
    package var output = ""
    /// For standard error: one line `error: …`, and the usage after an error in the arguments.
    package var message = ""

    /// Creates an outcome without words.
    package init(status: ExitStatus) {
        self.status = status
    }

    /// The outcome of a command that threw `error`.
    ///
    /// - Parameters:
    ///   - signal: the first signal that asked the process to stop.
    ///   - outputClosed: whether the reader of standard output has gone.
    package init(
        _ error: any Error, root: any ParsableCommand.Type, signal: Int32?, outputClosed: Bool
    ) {
        switch error {
        case let error as LocatedError:
            self.init(status: .failure)
            message = "error: \(error)\n"
        case is CancelledError where outputClosed:
            self.init(status: .success)
        case is CancelledError:
            self.init(status: signal.map(ExitStatus.signal) ?? .interrupted)
        default:
            // Help, version, and the parser's own errors, whose status is 64.
            let code = root.exitCode(for: error)
            let text = root.fullMessage(for: error)
            if code == .success {
                self.init(status: .success)
                output = text.isEmpty ? "" : text + "\n"
            } else {
                self.init(status: code == .validationFailure ? .usage : ExitStatus(rawValue: code.rawValue))
                message = text.isEmpty ? "" : Self.lowercasingError(text) + "\n"
            }
        }
    }

    /// The parser writes `Error:`; our lines say `error:`.
    private static func lowercasingError(_ text: String) -> String {
        text.hasPrefix("Error: ") ? "error: " + text.dropFirst("Error: ".count) : text
    }
}
