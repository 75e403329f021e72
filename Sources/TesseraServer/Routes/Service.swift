internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers

/// What the routes share: the model, the encoder, their queues and what is counted.
struct Service: Sendable {
    let model: ServedModel
    let encoder: ServedEncoder?
    let limits: ServerLimits
    let rules: AccessRules
    let metrics: ServerMetrics
    /// What texts are held to.
    let grammars: GrammarQueue
    /// What tokens are replaced by in questions of what a prediction rests on.
    private let replacer = MadeOnce<KindReplacer>()
    /// The tokens of text, for prompts that end inside of one.
    private let byteVocabulary: MadeOnce<ByteVocabulary>
    /// The texts that the model generates.
    let queue: JobQueue
    /// The texts that it generates byte by byte; nil without a model.
    let bytes: ByteQueue?
    /// The texts that the encoder gives vectors; nil without an encoder.
    let embeddings: EmbeddingQueue?

    init(
        model: ServedModel, encoder: ServedEncoder?, configuration: ServerConfiguration,
        metrics: ServerMetrics, cores: Cores,
        byteVocabulary: MadeOnce<ByteVocabulary> = MadeOnce(), bytes: ByteQueue? = nil
    ) {
        self.model = model
        self.encoder = encoder
        self.metrics = metrics
        limits = configuration.limits
        rules = configuration.rules
        grammars = GrammarQueue(tokenizer: model.tokenizer, limits: configuration.limits, metrics: metrics)
        queue = JobQueue(limits: configuration.limits, metrics: metrics)
        self.byteVocabulary = byteVocabulary
        self.bytes = bytes
        embeddings = encoder.map {
            EmbeddingQueue(encoder: $0, limits: configuration.limits, metrics: metrics, cores: cores)
        }
    }

    /// The tokens that text consists of, for a request that heals its prompts.
    ///
    /// - Throws: `APIError` 400 for a vocabulary that cannot spell every byte.
    func tokensOfText() throws(APIError) -> ByteVocabulary {
        do throws(LocatedError) {
            return try byteVocabulary.value { () throws(LocatedError) in try ByteVocabulary(model.tokenizer) }
        } catch {
            throw .badRequest("heal: \(error)", parameter: "heal")
        }
    }

    /// What tokens are replaced by.
    ///
    /// - Throws: `APIError` 400 for a vocabulary with fewer than two tokens of text.
    func tokenReplacer() throws(APIError) -> KindReplacer {
        let tokenizer = model.tokenizer
        do throws(LocatedError) {
            return try replacer.value { () throws(LocatedError) in
                try KindReplacer(tokenizer, isSpecial: tokenizer.isSpecial)
            }
        } catch {
            throw APIError(error)
        }
    }

    /// Answers requests for text.
    func generation(_ end: PromptEnd) -> GenerationStream {
        let (queue, bytes) = (queue, bytes)
        return GenerationStream { request throws(APIError) in
            guard end == .bytes, let bytes else { return try queue.submit(request) }
            return try bytes.submit(request)
        }
    }

    /// Refuses new requests from now on; those that are in go on.
    func close() {
        queue.close()
        bytes?.close()
        embeddings?.close()
    }

    /// Ends every request that is in.
    func stop() {
        grammars.stop()
        queue.stop()
        bytes?.stop()
        embeddings?.stop()
    }
}
