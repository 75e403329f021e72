public import ArgumentParser
internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Parses the process's arguments, runs the command they name and ends the process.
///
/// Ctrl-C and SIGTERM raise `Interruption.cancellation`; commands pass it on to their jobs and throw
/// `CancelledError` when they stop because of it. Standard output is flushed at the end. See `ExitStatus` for the
/// status and `Outcome` for what is printed.
///
/// - Parameters:
///   - root: the command of the program.
///   - arguments: the process's own when left out.
///   - before: is shown the arguments before they are parsed, and may become another program.
public func runMain(
    _ root: any ParsableCommand.Type, arguments: [String]? = nil, before: ([String]) throws -> Void = { _ in }
) -> Never {
    Interruption.installHandlers()
    var outcome = Outcome(status: .success)
    do {
        try before(arguments ?? Array(CommandLine.arguments.dropFirst()))
        var command = try root.parseAsRoot(arguments)
        try command.run()
    } catch {
        outcome = Outcome(
            error, root: root, signal: Interruption.signal, outputClosed: Interruption.isOutputClosed
        )
    }
    do throws(LocatedError) {
        try StandardOutput.standard.write(outcome.output)
        try StandardOutput.standard.flush()
    } catch {
        if outcome.status == .success {
            outcome = Outcome(error, root: root, signal: nil, outputClosed: false)
        }
    }
    if !outcome.message.isEmpty { writeToStandardError(outcome.message) }
    exit(outcome.status.rawValue)
}
