internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /v1/completions`.
    func addCompletions(_ service: Service) {
        post("/v1/completions") { request, context in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let asked = try CompletionRequest(fields, model: service.model, limits: service.limits)
            return try await service.generation.answer(
                asked.generation, streams: asked.sampling.streams,
                includesUsage: asked.sampling.includesUsage,
                writer: CompletionWriter(asked, model: service.model), context)
        }
    }
}
