internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `GET /v1/models` and `GET /v1/models/NAME`.
    func addModels(_ service: Service) {
        let model = service.model
        let entry: JSONValue = [
            "id": .string(model.name), "object": "model", "created": 0, "owned_by": "tessera",
            "max_model_len": .integer(model.contextLength),
            "vocabulary_size": .integer(model.vocabularySize),
        ]
        get("/v1/models") { _, _ in
            Response.json(["object": "list", "data": [entry]])
        }
        get("/v1/models/:name") { _, context in
            guard context.parameters.get("name") == model.name else {
                throw APIError(
                    status: 404, message: "this server has \(model.name) only", parameter: "model",
                    code: "model_not_found")
            }
            return Response.json(entry)
        }
    }
}
