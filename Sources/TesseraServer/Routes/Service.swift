/// What the routes share: the model, its queue and what is counted.
struct Service: Sendable {
    let model: ServedModel
    let limits: ServerLimits
    let rules: AccessRules
    let metrics: ServerMetrics
    let queue: JobQueue

    /// Answers requests for text.
    var generation: GenerationStream { GenerationStream(queue: queue) }
}
