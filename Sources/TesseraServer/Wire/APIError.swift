package import TesseraCore
package import TesseraFiles

/// What a client gets instead of an answer, in OpenAI's shape.
package struct APIError: Error, Hashable, Sendable {
    /// The HTTP status.
    package var status: Int

    /// What is wrong and what to do about it, on one line.
    package var message: String

    /// The field of the request that is wrong, such as `logit_bias.7`; nil when it is not one field.
    package var parameter: String?

    /// A word that programs can look for; nil for a plain bad request.
    package var code: String?

    /// After how many seconds trying again makes sense.
    package var retryAfterSeconds: Int?

    /// Whether the rest of the request cannot or shall not be read, so that the connection must end.
    package var endsConnection = false

    /// Creates an error.
    package init(
        status: Int, message: String, parameter: String? = nil, code: String? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.message = message
        self.parameter = parameter
        self.code = code
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// A request that makes no sense as it is.
    package static func badRequest(
        _ message: String, parameter: String? = nil, code: String? = nil
    ) -> APIError {
        APIError(status: 400, message: message, parameter: parameter, code: code)
    }

    /// A request whose field cannot be what it is.
    package init(_ error: LocatedError) {
        self.init(status: 400, message: error.description, parameter: error.field)
    }

    /// The body of the response.
    package var json: JSONValue {
        [
            "error": [
                "message": .string(message),
                "type": .string(type),
                "param": parameter.map(JSONValue.string) ?? .null,
                "code": code.map(JSONValue.string) ?? .null,
            ]
        ]
    }

    private var type: String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}
