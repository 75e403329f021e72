internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /v1/embeddings`.
    func addEmbeddings(_ service: Service) {
        post("/v1/embeddings") { request, context in
            let fields = try await request.fields(limit: service.limits.bodyBytes)
            guard let encoder = service.encoder, let queue = service.embeddings else {
                throw APIError(
                    status: 404,
                    message: "\(service.model.name) generates text and gives no vectors; start the server "
                        + "with --embedding-model and an encoder such as all-MiniLM-L6-v2",
                    code: "no_embeddings")
            }
            let asked = try EmbeddingRequest(fields, encoder: encoder, limits: service.limits)
            let connection = try await context.connection()
            var watch: Int?
            defer { if let watch { connection.forget(watch) } }
            let vectors = try await queue.vectors(of: asked) { watch = connection.whenGone($0) }
            return Response.json(asked.answer(vectors, encoder: encoder))
        }
    }
}
