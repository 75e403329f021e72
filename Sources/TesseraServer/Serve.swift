internal import Dispatch
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
public import TesseraCore
internal import TesseraDecoding
public import TesseraTokenizers

/// Serves a model over HTTP until `stop` is raised.
///
/// The model's passes run on a thread of their own, connections on NIO's event loops. After `stop` no connection is
/// taken any more, running texts get `graceSeconds` to end, and what still runs then is dropped.
///
/// - Parameters:
///   - model: runs the texts of all requests together.
///   - served: what clients are told of it, with its tokenizer.
///   - encoder: gives texts vectors; nil for none.
///   - stop: looked at twenty times a second.
///   - onReady: called with the port once the server listens.
/// - Throws: `LocatedError` when the address cannot be listened at.
public func serve<Model: BatchCausalModel>(
    _ model: Model, as served: ServedModel, with encoder: ServedEncoder? = nil,
    configuration: ServerConfiguration, until stop: Cancellation,
    onReady: @escaping @Sendable (Int) -> Void
) async throws(LocatedError) {
    let metrics = ServerMetrics()
    let cores = Cores()
    var served = served
    served.contextLength = min(served.contextLength, model.contextLength, tokensThatFit(model.cacheUse))
    served.encoderName = encoder?.name
    let contextLength = served.contextLength
    let tokenizer = served.tokenizer
    let vocabulary = MadeOnce<ByteVocabulary>()
    let byteQueue = JobQueue(limits: configuration.limits, metrics: metrics)
    let turns = TurnTakingModel(
        model: model, cores: cores, pieceTokens: configuration.limits.promptSlice,
        isStopped: { byteQueue.isOver.stopped })
    let drawing = ByteDrawing(
        model: turns, tokenizer: tokenizer, contextLength: contextLength, vocabulary: vocabulary,
        queue: byteQueue, metrics: metrics)
    let service = Service(
        model: served, encoder: encoder, configuration: configuration, metrics: metrics, cores: cores,
        byteVocabulary: vocabulary, bytes: ByteQueue(byteQueue) { drawing.answer($0) })
    metrics.setCache(model.cacheUse)

    let thread = DispatchQueue(label: "tessera.model", qos: .userInitiated)
    thread.async {
        Scheduler(
            model: model, tokenizer: tokenizer, contextLength: contextLength, limits: service.limits,
            queue: service.queue, metrics: metrics, cores: cores, drafting: configuration.drafting
        ).run()
    }
    try await listen(service, configuration, until: stop, onReady)
}

/// Serves an encoder alone over HTTP until `stop` is raised: requests for text are refused.
///
/// - Parameter others: further tokenizers that `/tokenize` and the page may use, by name.
/// - Throws: `LocatedError` when the address cannot be listened at.
public func serve(
    _ encoder: ServedEncoder, others: [(name: String, loaded: LoadedTokenizer)] = [],
    configuration: ServerConfiguration, until stop: Cancellation,
    onReady: @escaping @Sendable (Int) -> Void
) async throws(LocatedError) {
    let service = Service(
        model: ServedModel(encoder, others: others), encoder: encoder, configuration: configuration,
        metrics: ServerMetrics(), cores: Cores())
    try await listen(service, configuration, until: stop, onReady)
}

/// Answers requests until `stop` is raised, then ends what still runs.
private func listen(
    _ service: Service, _ configuration: ServerConfiguration, until stop: Cancellation,
    _ onReady: @escaping @Sendable (Int) -> Void
) async throws(LocatedError) {
    defer { service.stop() }
    do {
        try await run(application(service, configuration, onReady), service, until: stop)
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
    router.addTexts(service)
    router.addEmbeddings(service)
    router.addAttribution(service)
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
    _ application: some ApplicationProtocol, _ service: Service, until stop: Cancellation
) async throws {
    var quiet = application.logger
    quiet.logLevel = .critical
    let group = ServiceGroup(configuration: .init(services: [application], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            while !stop.isCancelled { try await Task.sleep(for: .milliseconds(50)) }
            service.close()
            await group.triggerGracefulShutdown()
            try await Task.sleep(for: .seconds(service.limits.graceSeconds))
            // Texts that have not ended are dropped; their answers end, and with them the connections.
            service.stop()
            try await Task.sleep(for: .seconds(2))
        }
        // Whoever is done first: the server, or patience.
        try await tasks.next()
        tasks.cancelAll()
        do { while try await tasks.next() != nil {} } catch is CancellationError {}
    }
}
