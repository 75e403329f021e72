internal import Dispatch
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
public import TesseraCore
internal import TesseraTokenizers

/// Serves a model over HTTP until `stop` is raised.
///
/// The model's passes run on a thread of their own, connections on NIO's event loops. After `stop` no connection is
/// taken any more, running texts get `graceSeconds` to end, and what still runs then is dropped.
///
/// - Parameters:
///   - model: runs the texts of all requests together.
///   - served: what clients are told of it, with its tokenizer.
///   - stop: looked at twenty times a second.
///   - onReady: called with the port once the server listens.
/// - Throws: `LocatedError` when the address cannot be listened at.
public func serve<Model: BatchCausalModel>(
    _ model: Model, as served: ServedModel, configuration: ServerConfiguration, until stop: Cancellation,
    onReady: @escaping @Sendable (Int) -> Void
) async throws(LocatedError) {
    let limits = configuration.limits
    let metrics = ServerMetrics()
    let queue = JobQueue(limits: limits, metrics: metrics)
    var served = served
    served.contextLength = min(served.contextLength, model.contextLength, tokensThatFit(model.cacheUse))
    let service = Service(
        model: served, limits: limits, rules: configuration.rules, metrics: metrics, queue: queue)
    let contextLength = served.contextLength
    let tokenizer = served.tokenizer
    metrics.setCache(model.cacheUse)

    let thread = DispatchQueue(label: "tessera.model", qos: .userInitiated)
    thread.async {
        Scheduler(
            model: model, tokenizer: tokenizer, contextLength: contextLength, limits: limits, queue: queue,
            metrics: metrics
        ).run()
    }
    defer { queue.stop() }
    do {
        try await run(application(service, configuration, onReady), queue, limits, until: stop)
    } catch {
        throw LocatedError(
            field: "--host and --port",
            problem: "cannot listen at \(configuration.host), port \(configuration.port): \(error)",
            remedy: "choose another port, or 0 for any that is free")
    }
}

/// The most tokens that all cache pages together have room for.
private func tokensThatFit(_ use: CacheUse) -> Int {
    guard let limit = use.byteLimit else { return .max }
    let (tokens, overflow) = (limit / max(1, use.pageBytes)).multipliedReportingOverflow(by: use.pageTokens)
    return overflow ? .max : max(1, tokens)
}

/// The routes behind their guards.
private func application(
    _ service: Service, _ configuration: ServerConfiguration, _ onReady: @escaping @Sendable (Int) -> Void
) -> some ApplicationProtocol {
    let router = Router(context: RouteContext.self)
    router.add(middleware: AccessMiddleware(rules: service.rules))
    router.addCompletions(service)
    router.addChat(service)
    router.addEmbeddings(service)
    router.addModels(service)
    router.addHealth()
    router.addMetrics(service)
    router.addTokenize(service)
    router.addDetokenize(service)
    router.addTokenizerInfo(service)
    router.addApplyTemplate(service)
    router.addPlayground()

    let limits = service.limits
    let metrics = service.metrics
    var channel = HTTP1Channel.Configuration(
        additionalChannelHandlers: [ConnectionGuard(limits: limits, metrics: metrics)],
        idleTimeout: .seconds(Int64(limits.idleSeconds)))
    channel.httpDecoder = .init(
        maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
        maxHeaderFieldCount: limits.headerCount)
    return Application(
        router: router, server: .http1(configuration: channel),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: "tessera",
            backlog: 1024, availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
        onServerRunning: { onReady($0.localAddress?.port ?? configuration.port) },
        logger: configuration.logger)
}

/// Runs the application, and ends it in steps once `stop` is raised.
private func run(
    _ application: some ApplicationProtocol, _ queue: JobQueue, _ limits: ServerLimits,
    until stop: Cancellation
) async throws {
    var quiet = application.logger
    quiet.logLevel = .critical
    let group = ServiceGroup(configuration: .init(services: [application], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            while !stop.isCancelled { try await Task.sleep(for: .milliseconds(50)) }
            queue.close()
            await group.triggerGracefulShutdown()
            try await Task.sleep(for: .seconds(limits.graceSeconds))
            // Texts that have not ended are dropped; their answers end, and with them the connections.
            queue.stop()
            try await Task.sleep(for: .seconds(2))
        }
        // Whoever is done first: the server, or patience.
        try await tasks.next()
        tasks.cancelAll()
        do { while try await tasks.next() != nil {} } catch is CancellationError {}
    }
}
