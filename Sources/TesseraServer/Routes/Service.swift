/// What the routes share: the model, the encoder, their queues and what is counted.
struct Service: Sendable {
    let model: ServedModel
    let encoder: ServedEncoder?
    let limits: ServerLimits
    let rules: AccessRules
    let metrics: ServerMetrics
    /// What texts are held to.
    let grammars: GrammarQueue
    /// The texts that the model generates.
    let queue: JobQueue
    /// The texts that the encoder gives vectors; nil without an encoder.
    let embeddings: EmbeddingQueue?

    init(
        model: ServedModel, encoder: ServedEncoder?, configuration: ServerConfiguration,
        metrics: ServerMetrics, cores: Cores
    ) {
        self.model = model
        self.encoder = encoder
        self.metrics = metrics
        limits = configuration.limits
        rules = configuration.rules
        grammars = GrammarQueue(tokenizer: model.tokenizer, limits: configuration.limits, metrics: metrics)
        queue = JobQueue(limits: configuration.limits, metrics: metrics)
        embeddings = encoder.map {
            EmbeddingQueue(encoder: $0, limits: configuration.limits, metrics: metrics, cores: cores)
        }
    }

    /// Answers requests for text.
    var generation: GenerationStream { GenerationStream(queue: queue) }

    /// Refuses new requests from now on; those that are in go on.
    func close() {
        queue.close()
        embeddings?.close()
    }

    /// Ends every request that is in.
    func stop() {
        grammars.stop()
        queue.stop()
        embeddings?.stop()
    }
}
