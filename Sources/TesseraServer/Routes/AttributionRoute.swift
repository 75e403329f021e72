internal import Hummingbird
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /attribute`: which tokens of a text a prediction rests on.
    func addAttribution(_ service: Service) {
        post("/attribute") { request, context in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            let asked = try AttributionRequest(fields, model: service.model, limits: service.limits)
            let reader = ProbabilityReader(
                queue: service.queue, connection: try await context.connection(), client: asked.client)
            let replacer = try service.tokenReplacer()
            // What cannot be answered is told before the model is asked.
            var plan = try asked.plan(target: asked.target ?? 0, model: service.model, replacer: replacer)
            var target = asked.target ?? 0
            if asked.target == nil {
                target = try await reader.likeliest(after: asked.context)
                plan = try asked.plan(target: target, model: service.model, replacer: replacer)
            }
            let probabilities = try await reader.probabilities(
                of: target, count: plan.count, after: plan.context)
            return Response.json(
                asked.answer(plan.attribution(probabilities), target: target, model: service.model))
        }
    }
}
