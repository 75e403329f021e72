internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `GET /v1/models` and `GET /v1/models/NAME`.
    func addModels(_ service: Service) {
        let models = service.models
        get("/v1/models") { _, _ in
            Response.json(["object": "list", "data": .array(models.map(\.entry))])
        }
        get("/v1/models/:name") { _, context in
            guard let model = models.first(where: { $0.name == context.parameters.get("name") }) else {
                throw APIError(
                    status: 404,
                    message: "this server has \(models.map(\.name).joined(separator: " and ")) only",
                    parameter: "model", code: "model_not_found")
            }
            return Response.json(model.entry)
        }
    }
}

extension Service {
    /// The models by name, as `GET /v1/models` tells of them.
    fileprivate var models: [(name: String, entry: JSONValue)] {
        var models: [(name: String, entry: JSONValue)] = []
        func add(_ name: String, _ members: [(String, JSONValue)]) {
            let common: [(String, JSONValue)] = [
                ("id", .string(name)), ("object", "model"), ("created", 0), ("owned_by", "tessera"),
            ]
            models.append((name, .object(JSONObject(common + members))))
        }
        if model.generates {
            add(
                model.name,
                [
                    ("max_model_len", .integer(model.contextLength)),
                    ("vocabulary_size", .integer(model.vocabularySize)),
                ])
        }
        if let encoder {
            add(
                encoder.name,
                [
                    ("max_model_len", .integer(encoder.contextLength)),
                    ("vocabulary_size", .integer(encoder.vocabularySize)),
                    ("embedding_size", .integer(encoder.vectorSize)),
                ])
        }
        return models
    }
}
