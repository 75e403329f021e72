internal import Hummingbird
internal import TesseraFiles

extension Router<RouteContext> {
    /// `GET /health` and `GET /v1/health`: the server listens only once its model is loaded.
    func addHealth() {
        for path in ["/health", "/v1/health"] {
            get(RouterPath(path)) { _, _ in Response.json(["status": "ok"]) }
        }
    }
}
