internal import TesseraCore
package import TesseraFiles

/// The fields of a request's body, each checked when it is read.
package struct RequestFields: Sendable {
    private let top: JSONField

    /// Parses a body.
    ///
    /// - Throws: `APIError` 400 for anything but a JSON object.
    package init(body: [UInt8]) throws(APIError) {
        do {
            let value = try JSONValue(parsing: body)
            guard case .object = value else {
                throw APIError.badRequest("the body is \(value.kind); send a JSON object")
            }
            top = JSONField(value)
        } catch let error as APIError {
            throw error
        } catch let error as LocatedError {
            throw APIError.badRequest("the body is not JSON: \(error)")
        } catch {
            throw APIError.badRequest("the body is not JSON")
        }
    }

    /// The field `name`.
    package subscript(name: String) -> JSONField { top[name] }

    /// Whether the field is there and not null.
    package func has(_ name: String) -> Bool { top[name].isPresent }

    /// Refuses a request that has any of `names`: what they ask for would otherwise be dropped in silence.
    package func refuse(_ names: [String], because reason: String) throws(APIError) {
        for name in names where has(name) {
            throw .badRequest("\(name): \(reason)", parameter: name, code: "unsupported_parameter")
        }
    }
}

extension JSONField {
    /// The whole number, which must be in `range`; nil when absent or null.
    package func integer(in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let value = try located({ () throws(LocatedError) in try optionalInteger() }) else {
            return nil
        }
        guard range.contains(value) else {
            throw outside("\(value)", "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The number, which must be in `range`; nil when absent or null.
    package func number(in range: ClosedRange<Double>) throws(APIError) -> Double? {
        guard let value = try located({ () throws(LocatedError) in try optionalDouble() }) else { return nil }
        guard range.contains(value) else {
            throw outside("\(value)", "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The truth value; `absent` when there is none.
    package func flag(_ absent: Bool) throws(APIError) -> Bool {
        try located { () throws(LocatedError) in try optionalBool() } ?? absent
    }

    /// The string; nil when absent or null.
    package func text() throws(APIError) -> String? {
        try located { () throws(LocatedError) in try optionalString() }
    }

    /// The elements as fields; nil when absent or null.
    package func elements() throws(APIError) -> [JSONField]? {
        try located { () throws(LocatedError) in try optionalArray() }.map { list in
            list.indices.map { self[$0] }
        }
    }

    /// The members; nil when absent or null.
    package func members() throws(APIError) -> JSONObject? {
        try located { () throws(LocatedError) in try optionalObject() }
    }

    /// A refusal of this field.
    package func refusal(_ problem: String) -> APIError {
        .badRequest("\(name): \(problem)", parameter: name)
    }

    private func outside(_ value: String, _ range: String) -> APIError {
        refusal("\(value) is outside \(range)")
    }

    private func located<Value>(_ read: () throws(LocatedError) -> Value) throws(APIError) -> Value {
        do throws(LocatedError) {
            return try read()
        } catch {
            throw APIError(
                LocatedError(field: error.field, problem: error.problem, remedy: "correct the request"))
        }
    }
}
