/// What queues answer instead of taking a request.
extension APIError {
    /// A request that comes when the server is about to end.
    static var closed: APIError {
        var error = dropped
        error.retryAfterSeconds = 10
        return error
    }

    /// A request that was in when the server ended.
    static let dropped = APIError(
        status: 503, message: "the server is shutting down", code: "shutting_down")

    /// A request that nobody wants any more.
    static let cancelled = APIError(status: 499, message: "the request was cancelled", code: "cancelled")

    /// A request beyond what may wait.
    ///
    /// - Parameter waiting: how many texts wait, and for what.
    static func full(_ waiting: String, most: Int, retryAfterSeconds: Int) -> APIError {
        APIError(
            status: 429, message: "\(waiting), and no more than \(most) may; try again later",
            code: "queue_full", retryAfterSeconds: retryAfterSeconds)
    }
}
