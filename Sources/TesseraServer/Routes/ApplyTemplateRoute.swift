internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /apply-template`: the prompt that a conversation becomes.
    func addApplyTemplate(_ service: Service) {
        post("/apply-template") { request, _ in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let prompt = try service.model.render(
                try chatMessages(fields["messages"], tools: try ToolFields(fields).description),
                addGenerationPrompt: try fields["add_generation_prompt"].flag(true))
            return Response.json(["prompt": .string(prompt)])
        }
    }
}
