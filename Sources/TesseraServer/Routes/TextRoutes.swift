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
            var asked = try Asked(fields, model: service.model, limits: service.limits)
            if let format = asked.format {
                let connection = try await context.connection()
                let grammar = try await service.grammars.grammar(format) { !connection.isGone }
                try asked.generation.hold(to: grammar, contextLength: service.model.contextLength)
            }
            if asked.promptEnd == .healed { asked.generation.healing = try service.tokensOfText() }
            return try await service.generation(asked.promptEnd).answer(
                asked, writer: asked.writer(model: service.model), context)
        }
    }
}
