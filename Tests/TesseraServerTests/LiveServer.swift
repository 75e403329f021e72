import Foundation
import Logging
import Synchronization
import TesseraCore
import TesseraDecoding
import TesseraFiles
import TesseraServer

/// A server on a free port of 127.0.0.1, as long as `body` runs.
func withServer<Value: Sendable>(
    _ model: FakeModel = FakeModel(), limits: ServerLimits = quickLimits, rules: AccessRules = AccessRules(),
    log: LogLines? = nil, with encoder: ServedEncoder? = nil, drafting: BatchDrafting? = nil,
    _ body: @escaping @Sendable (LiveServer) async throws -> Value
) async throws -> Value {
    try await withServer(limits: limits, rules: rules, log: log, body) { configuration, stop, onReady in
        var configuration = configuration
        configuration.drafting = drafting
        try await serve(
            model, as: servedModel(model), with: encoder, configuration: configuration, until: stop,
            onReady: onReady)
    }
}

/// A server that has an encoder only.
func withServer<Value: Sendable>(
    encoder: ServedEncoder, _ body: @escaping @Sendable (LiveServer) async throws -> Value
) async throws -> Value {
    try await withServer(limits: quickLimits, rules: AccessRules(), log: nil, body) {
        configuration, stop, onReady in
        try await serve(encoder, configuration: configuration, until: stop, onReady: onReady)
    }
}

private func withServer<Value: Sendable>(
    limits: ServerLimits, rules: AccessRules, log: LogLines?,
    _ body: @escaping @Sendable (LiveServer) async throws -> Value,
    serving:
        @escaping @Sendable (ServerConfiguration, Cancellation, @escaping @Sendable (Int) -> Void)
        async throws -> Void
) async throws -> Value {
    var logger = Logger(label: "test") { _ in (log as (any LogHandler)?) ?? SwiftLogNoOpLogHandler() }
    logger.logLevel = .info
    var configuration = ServerConfiguration(logger: logger)
    configuration.port = 0
    configuration.limits = limits
    configuration.rules = rules
    let settings = configuration
    let stop = Cancellation()
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { ready.finish() }
            try await serving(settings, stop) { ready.yield($0) }
        }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await group.next()
            throw ClientFailure(what: "the server did not start")
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(LiveServer(port: port, stop: stop))) } catch {
            result = .failure(error)
        }
        stop.cancel()
        try await group.waitForAll()
        return try result.get()
    }
}

/// Waits that a test can bear.
let quickLimits: ServerLimits = {
    var limits = ServerLimits()
    limits.graceSeconds = 1
    return limits
}()

/// A running server.
struct LiveServer: Sendable {
    let port: Int
    let stop: Cancellation

    /// Sends a request on a connection of its own and reads the whole response.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, fields: String = "", host: String? = nil
    ) async throws -> Reply {
        try await send(raw: request(method, path, body, fields: fields + "Connection: close\r\n", host: host))
    }

    /// Sends bytes on a connection of its own and reads the whole response.
    func send(raw: String) async throws -> Reply {
        let port = port
        return try await blocking {
            let client = try RawClient(port: port)
            client.send(raw)
            return try Reply(client.receiveAll())
        }
    }

    /// The bytes of a request.
    func request(
        _ method: String, _ path: String, _ body: JSONValue? = nil, fields: String = "", host: String? = nil
    ) -> String {
        let text = body?.serialized() ?? ""
        let length =
            body == nil ? "" : "Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n"
        return
            "\(method) \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\n\(fields)\(length)\r\n\(text)"
    }

    /// The value of a metric.
    func metric(_ name: String) async throws -> Int {
        let text = try await send("GET", "/metrics").body
        let line = text.split(separator: "\n").first { $0.hasPrefix("tessera_\(name) ") }
        return line.flatMap { Int($0.split(separator: " ")[1]) } ?? -1
    }

    /// Whether a metric becomes what `holds` accepts within ten seconds.
    func eventually(_ name: String, _ holds: (Int) -> Bool) async throws -> Bool {
        for _ in 0..<200 {
            if holds(try await metric(name)) { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}

/// A log that keeps its lines.
struct LogLines: LogHandler {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private let lines = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    var all: [String] { lines.all.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.all.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
