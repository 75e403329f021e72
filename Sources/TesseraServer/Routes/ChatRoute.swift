internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /v1/chat/completions`.
    func addChat(_ service: Service) {
        post("/v1/chat/completions") { request, context in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let asked = try ChatRequest(fields, model: service.model, limits: service.limits)
            return try await service.generation.answer(
                asked.generation, streams: asked.sampling.streams,
                includesUsage: asked.sampling.includesUsage,
                writer: ChatWriter(asked, model: service.model), context)
        }
    }
}
