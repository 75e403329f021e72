internal import Hummingbird

extension Router<RouteContext> {
    /// `GET /metrics`, for Prometheus.
    func addMetrics(_ service: Service) {
        get("/metrics") { _, _ in
            Response.bytes(
                Array(service.metrics.prometheusText.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
