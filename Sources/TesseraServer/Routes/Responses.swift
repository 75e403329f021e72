internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import TesseraFiles

extension Response {
    /// A JSON value.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        bytes(value.serializedBytes(), type: "application/json", status: status)
    }

    /// Bytes of some type.
    static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: type, .contentLength: String(bytes.count), .xContentTypeOptions: "nosniff",
                .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension APIError {
    /// The error as a response.
    var response: Response {
        var response = Response.json(json, status: HTTPResponse.Status(code: status))
        if let retryAfterSeconds { response.headers[.retryAfter] = String(retryAfterSeconds) }
        if status == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
        if endsConnection { response.headers[.connection] = "close" }
        return response
    }
}

extension Request {
    /// The fields of a JSON body of at most `limit` bytes.
    func fields(limit: Int) async throws -> RequestFields {
        var tooLarge = APIError(
            status: 413, message: "the body is larger than \(limit) bytes", code: "body_too_large")
        tooLarge.endsConnection = true
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge }
        var bytes: [UInt8] = []
        do {
            for try await buffer in body {
                guard bytes.count + buffer.readableBytes <= limit else { throw tooLarge }
                bytes += buffer.readableBytesView
            }
        } catch let error as APIError {
            throw error
        } catch {
            // Not HTTP any more, or the client has gone.
            var unreadable = APIError.badRequest("the body cannot be read: it is cut short or damaged")
            unreadable.endsConnection = true
            throw unreadable
        }
        return try RequestFields(body: bytes)
    }
}
