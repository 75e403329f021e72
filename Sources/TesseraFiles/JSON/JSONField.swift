public import TesseraCore

/// A value inside a JSON file together with the way to it, so that errors can name the field.
///
/// ```swift
/// let configuration = try JSONField(contentsOf: "model/config.json")
/// let layers = try configuration["num_hidden_layers"].integer()
/// let theta = try configuration["rope_theta"].optionalDouble() ?? 10_000
/// ```
public struct JSONField: Sendable {
    /// The value; nil when the file does not have it.
    public let value: JSONValue?

    /// The way from the top, such as `model.merges[3]`; empty at the top.
    public let name: String

    /// The file; nil for text that is not from a file.
    public let file: String?

    /// Names `value`, found in `file` under `name`.
    public init(_ value: JSONValue?, name: String = "", file: String? = nil) {
        self.value = value
        self.name = name
        self.file = file
    }

    /// Parses the file at `path`.
    ///
    /// - Throws: `LocatedError` when it cannot be read or is not JSON.
    public init(contentsOf path: String) throws(LocatedError) {
        try self.init(JSONValue(contentsOf: path), file: path)
    }

    /// The member `key`; absent when this is absent, no object or has no such member.
    public subscript(key: String) -> JSONField {
        JSONField(value?[key], name: name.isEmpty ? key : "\(name).\(key)", file: file)
    }

    /// Element `index`; absent when this is absent, no array or shorter.
    public subscript(index: Int) -> JSONField {
        var element: JSONValue?
        if case .array(let elements)? = value, elements.indices.contains(index) { element = elements[index] }
        return JSONField(element, name: "\(name)[\(index)]", file: file)
    }

    /// Whether the value is there and not null.
    public var isPresent: Bool {
        switch value {
        case nil, .null?: false
        default: true
        }
    }

    /// An error about this field.
    public func error(_ problem: String, remedy: String? = nil) -> LocatedError {
        LocatedError(
            file: file, field: name.isEmpty ? nil : name, problem: problem,
            remedy: remedy ?? (file == nil ? "correct the JSON text" : "correct the file or fetch it again"))
    }
}

// MARK: Values; each throws `LocatedError` when absent, null or of another type

extension JSONField {
    /// The string.
    public func string() throws(LocatedError) -> String { try required(optionalString()) }

    /// The whole number; 3.0 counts as 3.
    public func integer() throws(LocatedError) -> Int { try required(optionalInteger()) }

    /// The number, whole or not.
    public func double() throws(LocatedError) -> Double { try required(optionalDouble()) }

    /// The truth value.
    public func bool() throws(LocatedError) -> Bool { try required(optionalBool()) }

    /// The elements.
    public func array() throws(LocatedError) -> [JSONValue] { try required(optionalArray()) }

    /// The members.
    public func object() throws(LocatedError) -> JSONObject { try required(optionalObject()) }

    private func required<Value>(_ value: Value?) throws(LocatedError) -> Value {
        guard let value else { throw error(self.value == nil ? "missing" : "is null") }
        return value
    }
}

// MARK: Values that are nil when absent or null, and throw `LocatedError` when of another type

extension JSONField {
    /// The string; nil when absent or null.
    public func optionalString() throws(LocatedError) -> String? {
        switch value {
        case nil, .null?: nil
        case .string(let value)?: value
        default: throw wrongType("a string")
        }
    }

    /// The whole number, nil when absent or null; 3.0 counts as 3.
    public func optionalInteger() throws(LocatedError) -> Int? {
        switch value {
        case nil, .null?: return nil
        case .integer(let value)?: return value
        case .number(let value)?:
            guard let value = Int(exactly: value) else { throw wrongType("an integer") }
            return value
        default: throw wrongType("an integer")
        }
    }

    /// The number, whole or not; nil when absent or null.
    public func optionalDouble() throws(LocatedError) -> Double? {
        switch value {
        case nil, .null?: nil
        case .integer(let value)?: Double(value)
        case .number(let value)?: value
        default: throw wrongType("a number")
        }
    }

    /// The truth value; nil when absent or null.
    public func optionalBool() throws(LocatedError) -> Bool? {
        switch value {
        case nil, .null?: nil
        case .bool(let value)?: value
        default: throw wrongType("true or false")
        }
    }

    /// The elements; nil when absent or null.
    public func optionalArray() throws(LocatedError) -> [JSONValue]? {
        switch value {
        case nil, .null?: nil
        case .array(let value)?: value
        default: throw wrongType("an array")
        }
    }

    /// The members; nil when absent or null.
    public func optionalObject() throws(LocatedError) -> JSONObject? {
        switch value {
        case nil, .null?: nil
        case .object(let value)?: value
        default: throw wrongType("an object")
        }
    }

    private func wrongType(_ expected: String) -> LocatedError {
        error("is \(value?.kind ?? "absent"), expected \(expected)")
    }
}
