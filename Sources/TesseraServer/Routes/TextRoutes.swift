internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /v1/completions` and `POST /v1/chat/completions`: they differ in what they read and write alone.
    func addTexts(_ service: Service) {
        addText("/v1/completions", CompletionRequest.self, service)
        addText("/v1/chat/completions", ChatRequest.self, service)
    }

    private func addText<Asked: TextRequest>(_ path: RouterPath, _: Asked.Type, _ service: Service) {
        post(path) { request, context in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let asked = try Asked(fields, model: service.model, limits: service.limits)
            return try await service.generation.answer(
                asked, writer: asked.writer(model: service.model), context)
        }
    }
}
