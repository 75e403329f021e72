public import TesseraCore

/// A JSON value (RFC 8259).
///
/// Whole numbers that fit 64 bits are `.integer`, all others `.number`. Strings and keys compare as UTF-8 bytes,
/// so vocabularies may hold both forms of `é`. Objects keep the order of the file.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Parses one JSON text; a byte order mark in front is passed over.
    ///
    /// - Parameters:
    ///   - bytes: the UTF-8 text.
    ///   - file: what errors call the text; nil for text that is not from a file.
    /// - Throws: `LocatedError` with line and column for anything that is not JSON, lone surrogates, a key that
    ///   occurs twice in an object, a number beyond the range of `Double`, or more than 256 levels of nesting.
    /// - Complexity: O(bytes).
    public init(parsing bytes: UnsafeRawBufferPointer, file: String? = nil) throws(LocatedError) {
        var parser = JSONParser(bytes)
        do {
            self = try parser.document()
        } catch {
            throw error.located(in: bytes, file: file)
        }
    }

    /// Parses one JSON text.
    ///
    /// - Throws: as `init(parsing:file:)` with a raw buffer does.
    public init(parsing bytes: [UInt8], file: String? = nil) throws(LocatedError) {
        let result: Result<JSONValue, LocatedError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(LocatedError) in try JSONValue(parsing: buffer, file: file) }
        }
        self = try result.get()
    }

    /// Parses one JSON text.
    ///
    /// - Throws: as `init(parsing:file:)` with a raw buffer does.
    public init(parsing text: String, file: String? = nil) throws(LocatedError) {
        try self.init(parsing: Array(text.utf8), file: file)
    }

    /// Parses the file at `path`.
    ///
    /// - Throws: `LocatedError` when the file cannot be read or is not JSON.
    public init(contentsOf path: String) throws(LocatedError) {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        try self.init(parsing: file.bytes, file: path)
    }

    /// The kind of value, for errors: "a string".
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value under `key` of an object; nil when this is no object or has no such key.
    public subscript(key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }
}

extension JSONValue: Equatable {
    /// Whether both are the same value: strings byte by byte, objects whatever their order; 1 and 1.0 differ.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}
