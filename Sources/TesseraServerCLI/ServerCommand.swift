internal import ArgumentParser
internal import Dispatch
internal import Logging
internal import Synchronization
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraServer

/// `tessera serve`: a program of its own, since `tessera` must not pay for a web server each time it starts.
struct ServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tessera serve",
        abstract: "Serve a model over HTTP, with a page to play in.",
        discussion: """
            Speaks OpenAI's completions, chat and embeddings, and answers at /health once it listens. The page is at /. \
            Only this machine can reach it unless --host says otherwise. Ctrl-C lets running texts end for a few seconds. \
            Drafts come from the texts and from what the model said before; a small model that drafts is for generate alone.
            """
    )

    @OptionGroup var model: ServedModelFlags
    @OptionGroup var drafts: ServedDraftFlags
    @OptionGroup var address: AddressFlags
    @OptionGroup var limits: LimitFlags

    @Flag(help: "Write one JSON object with the address to standard output when ready.")
    var json = false

    @Option(help: ArgumentHelp("What to log: debug, info, warning or error.", valueName: "level"))
    var logLevel = "warning"

    func run() throws {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw LocatedError(
                field: "--log-level", problem: "\(logLevel) is no level",
                remedy: "give debug, info, warning or error")
        }
        var logger = Logger(label: "tessera") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        var configuration = ServerConfiguration(logger: logger)
        configuration.host = address.host
        configuration.port = address.port
        configuration.rules = try address.rules()
        configuration.limits = try limits.limits()
        raiseFileLimit()
        let loaded = try model.load()
        switch loaded {
        case .model(_, let served, _):
            configuration.drafting = try drafts.drafting(for: served)
        case .encoder:
            guard drafts.draft == .none else {
                throw LocatedError(
                    field: "--draft", problem: "\(loaded.name) gives texts vectors and continues none",
                    remedy: "leave it out, or serve a model that continues texts")
            }
        }
        try serveAndWait(loaded, configuration)
        try Interruption.cancellation.check()
    }

    /// Serves on other threads, and blocks this one until a signal comes or serving fails.
    private func serveAndWait(_ loaded: ServedModelFlags.Loaded, _ configuration: ServerConfiguration) throws
    {
        let failure = Failure()
        let ended = DispatchSemaphore(value: 0)
        let writesJSON = json
        Task {
            let onReady: @Sendable (Int) -> Void = { port in
                announce(configuration.host, port, loaded, asJSON: writesJSON)
            }
            do throws(LocatedError) {
                switch loaded {
                case .model(let model, let served, let encoder):
                    try await serve(
                        model, as: served, with: encoder, configuration: configuration,
                        until: Interruption.cancellation, onReady: onReady)
                case .encoder(let encoder, let others):
                    try await serve(
                        encoder, others: others, configuration: configuration,
                        until: Interruption.cancellation, onReady: onReady)
                }
            } catch {
                failure.error.withLock { $0 = error }
            }
            ended.signal()
        }
        ended.wait()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }
}

/// What went wrong on another thread.
private final class Failure: Sendable {
    let error = Mutex<LocatedError?>(nil)
}

/// Tells where the server listens: on standard output for machines, on standard error for people.
private func announce(_ host: String, _ port: Int, _ loaded: ServedModelFlags.Loaded, asJSON: Bool) {
    let name = host.contains(":") ? "[\(host)]" : host
    guard asJSON else {
        writeToStandardError("serving \(loaded.names) at http://\(name):\(port)\n")
        return
    }
    let value: JSONValue = [
        "url": .string("http://\(name):\(port)"), "port": .integer(port), "model": .string(loaded.name),
    ]
    try? StandardOutput.standard.stream(value.serialized() + "\n")
}
