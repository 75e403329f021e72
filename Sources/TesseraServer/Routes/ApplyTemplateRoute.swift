internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /apply-template`: the prompt that a conversation becomes.
    func addApplyTemplate(_ service: Service) {
        post("/apply-template") { request, _ in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let prompt = try service.model.prompt(fields, tools: try ToolFields(fields))
            return Response.json(["prompt": .string(prompt)])
        }
    }
}
