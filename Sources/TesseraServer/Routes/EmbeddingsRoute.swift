internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `POST /v1/embeddings`.
    func addEmbeddings(_ service: Service) {
        post("/v1/embeddings") { request, _ -> Response in
            _ = try await request.fields(limit: service.limits.bodyBytes)
            throw APIError(
                status: 501,
                message: "\(service.model.name) generates text and has no embeddings; "
                    + "serve an encoder such as all-MiniLM-L6-v2 for them",
                code: "no_embeddings")
        }
    }
}
