import ArgumentParser
import TesseraConsole
import TesseraCore
import Testing

private struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", version: "1.2.3", subcommands: [Count.self]
    )
}

private struct Count: ParsableCommand {
    @Option var times: Int
    mutating func validate() throws {
        if times > 9 { throw ValidationError("too many times") }
    }
}

@Suite("Exit statuses")
struct ExitStatusTests {
    /// The outcome of parsing `arguments`, which must fail.
    private func outcome(parsing arguments: [String]) throws -> Outcome {
        var caught: (any Error)?
        do {
            var command = try Root.parseAsRoot(arguments)
            try command.run()
        } catch {
            caught = error
        }
        return Outcome(try #require(caught), root: Root.self, signal: nil, outputClosed: false)
    }

    @Test(
        "arguments that make no sense end with 2 and say why on standard error",
        arguments: [
            ["count"], ["count", "--times", "x"], ["count", "--times", "1", "more"], ["nonsense"],
            ["count", "--times", "10"], ["--nonsense"],
        ]
    )
    func usage(arguments: [String]) throws {
        let outcome = try outcome(parsing: arguments)
        #expect(outcome.status == .usage)
        #expect(outcome.message.hasPrefix("error: "), "\(outcome.message)")
        #expect(outcome.output.isEmpty)
    }

    @Test("help and version are no failures and go to standard output", arguments: ["--help", "--version"])
    func help(argument: String) throws {
        let outcome = try outcome(parsing: [argument])
        #expect(outcome.status == .success)
        #expect(outcome.message.isEmpty)
        #expect(outcome.output.contains(argument == "--help" ? "USAGE:" : "1.2.3"))
    }

    @Test("a failure is one line and 1")
    func failure() {
        let error = LocatedError(file: "a.gguf", problem: "bro\nken", remedy: "mend it")
        let outcome = Outcome(error, root: Root.self, signal: nil, outputClosed: false)
        #expect(outcome.status == .failure)
        #expect(outcome.message == "error: a.gguf: bro\\u{a}ken; mend it\n")
    }

    @Test("other errors are 1 as well, and a command may choose its own number")
    func otherErrors() {
        struct Odd: Error {}
        #expect(Outcome(Odd(), root: Root.self, signal: nil, outputClosed: false).status == .failure)
        let chosen = Outcome(ExitCode(7), root: Root.self, signal: nil, outputClosed: false)
        #expect(chosen.status.rawValue == 7)
        #expect(chosen.message.isEmpty)
    }

    @Test(
        "signals give 128 and their number, without a message",
        arguments: [(2, 130), (15, 143)] as [(Int32, Int32)])
    func signals(number: Int32, status: Int32) {
        let outcome = Outcome(CancelledError(), root: Root.self, signal: number, outputClosed: false)
        #expect(outcome.status.rawValue == status)
        #expect(outcome.message.isEmpty)
    }

    @Test("a reader that has gone is no failure")
    func closedOutput() {
        let outcome = Outcome(CancelledError(), root: Root.self, signal: nil, outputClosed: true)
        #expect(outcome.status == .success)
        #expect(outcome.message.isEmpty)
    }

    @Test("cancelled by nobody counts as interrupted")
    func cancelled() {
        #expect(
            Outcome(CancelledError(), root: Root.self, signal: nil, outputClosed: false).status
                == .interrupted)
    }
}
