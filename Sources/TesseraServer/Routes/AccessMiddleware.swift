internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import TesseraCore

/// Turns away who may not ask, and turns every error into a JSON answer.
struct AccessMiddleware: RouterMiddleware {
    let rules: AccessRules

    /// Answered without a key: whether the server is up, and the page that asks for the key.
    private static let open: Set<String> = ["/health", "/v1/health", "/", "/page.css", "/page.js"]

    func handle(
        _ request: Request, context: RouteContext,
        next: (Request, RouteContext) async throws -> Response
    ) async throws -> Response {
        var response = await answer(request, context, next)
        if let origin = request.headers[.origin], rules.allows(foreignOrigin: origin) {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.vary] = "Origin"
        }
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)", "path": .string(Self.printable(request.uri.path)),
                "status": "\(response.status.code)",
            ])
        return response
    }

    private func answer(
        _ request: Request, _ context: RouteContext,
        _ next: (Request, RouteContext) async throws -> Response
    ) async -> Response {
        do {
            let fetchSite = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
            if let refusal = rules.refusal(
                authority: request.head.authority, origin: request.headers[.origin], fetchSite: fetchSite)
            {
                throw refusal
            }
            if request.method == .options { return preflight() }
            let path = request.uri.path
            guard Self.open.contains(path) || rules.accepts(authorization: request.headers[.authorization])
            else {
                throw APIError(
                    status: 401, message: "this server asks for its key as Authorization: Bearer",
                    code: "invalid_api_key")
            }
            return try await next(request, context)
        } catch let error as APIError {
            return error.response
        } catch let error as LocatedError {
            return APIError(error).response
        } catch let error as HTTPError {
            let message =
                error.status == .notFound
                ? "there is nothing at \(Self.printable(request.uri.path)) for \(request.method.rawValue)"
                : error.body ?? error.status.reasonPhrase
            return APIError(status: error.status.code, message: message).response
        } catch {
            context.logger.debug("request failed", metadata: ["error": "\(error)"])
            return APIError(status: 500, message: "the request failed inside the server").response
        }
    }

    /// The answer to a browser that asks before it sends.
    private func preflight() -> Response {
        Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, POST",
                .accessControlAllowHeaders: "authorization, content-type",
                .accessControlMaxAge: "600",
            ])
    }

    /// A path without characters that would begin a new line of a log, cut where it gets long.
    private static func printable(_ path: String) -> String {
        LocatedError(problem: String(path.prefix(200))).description
    }
}
