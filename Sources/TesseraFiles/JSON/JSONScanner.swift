package import TesseraCore

/// Reads JSON piece by piece from a mapped file: what a large file holds goes where it is wanted without a
/// value in between.
///
/// ```swift
/// var more = try scanner.beginObject()
/// while more {
///     let key = try scanner.key(into: &bytes)
///     let id = try scanner.wholeNumber()
///     more = try scanner.continuesObject()
/// }
/// ```
package struct JSONScanner {
    /// The kind of the value that comes next, by its first character.
    package enum Kind: Sendable {
        case object, array, string, number, other
    }

    /// The dotted name of the value that the scanner began at; errors name it.
    package let field: String

    private let file: MappedFile
    private var parser: JSONParser

    /// Starts at the value at `position` of `file`.
    package init(_ file: MappedFile, from position: Int = 0, field: String) {
        self.file = file
        self.field = field
        parser = JSONParser(file.bytes)
        parser.position = position
        parser.skipSpace()
    }

    /// The bytes of the file behind the place.
    package var remaining: Int { parser.bytes.count - parser.position }

    /// The kind of the value that comes next.
    package var next: Kind {
        guard remaining > 0 else { return .other }
        return switch parser.bytes[parser.position] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        default: .other
        }
    }

    /// An error about the place.
    package func error(_ problem: String, remedy: String? = nil) -> LocatedError {
        LocatedError(
            file: file.path, field: field, problem: problem,
            remedy: remedy ?? "correct the file or fetch it again")
    }

    /// Runs `body` on the parser and says where it failed.
    @inline(__always)
    private mutating func located<Value>(
        _ body: (inout JSONParser) throws(JSONFailure) -> Value
    ) throws(LocatedError) -> Value {
        do {
            return try body(&parser)
        } catch {
            throw error.located(in: parser.bytes, file: file.path)
        }
    }
}

// MARK: Objects and arrays

extension JSONScanner {
    /// Enters the object that comes next; false when it is empty, and then it has been left.
    package mutating func beginObject() throws(LocatedError) -> Bool {
        guard next == .object else { throw error("expected an object") }
        return try located { parser throws(JSONFailure) in
            try parser.enter()
            return !parser.closes(with: UInt8(ascii: "}"))
        }
    }

    /// Passes over the comma before another member, true, or leaves the object, false.
    package mutating func continuesObject() throws(LocatedError) -> Bool {
        try located { parser throws(JSONFailure) in
            try parser.continues(before: UInt8(ascii: "}"), "',' or '}'") || parser.leaves()
        }
    }

    /// Appends the UTF-8 bytes of the key that comes next to `bytes` and moves to its value.
    ///
    /// - Returns: how many bytes were appended.
    package mutating func key(into bytes: inout [UInt8]) throws(LocatedError) -> Int {
        guard next == .string else { throw error("expected a key in quotes") }
        return try located { parser throws(JSONFailure) in
            let count = try parser.appendString(to: &bytes)
            parser.skipSpace()
            guard parser.position < parser.bytes.count, parser.bytes[parser.position] == UInt8(ascii: ":")
            else { throw parser.failure(.expected("':'")) }
            parser.position += 1
            parser.skipSpace()
            return count
        }
    }

    /// Enters the array that comes next; false when it is empty, and then it has been left.
    package mutating func beginArray() throws(LocatedError) -> Bool {
        guard next == .array else { throw error("expected an array") }
        return try located { parser throws(JSONFailure) in
            try parser.enter()
            return !parser.closes(with: UInt8(ascii: "]"))
        }
    }

    /// Passes over the comma before another element, true, or leaves the array, false.
    package mutating func continuesArray() throws(LocatedError) -> Bool {
        try located { parser throws(JSONFailure) in
            try parser.continues(before: UInt8(ascii: "]"), "',' or ']'") || parser.leaves()
        }
    }
}

extension JSONParser {
    /// Leaves an array or object whose closing bracket was passed; false.
    fileprivate mutating func leaves() -> Bool {
        depth -= 1
        return false
    }
}

// MARK: Values

extension JSONScanner {
    /// Appends the UTF-8 bytes of the string that comes next to `bytes`.
    ///
    /// - Returns: how many bytes were appended.
    package mutating func string(into bytes: inout [UInt8]) throws(LocatedError) -> Int {
        guard next == .string else { throw error("expected a string") }
        return try located { parser throws(JSONFailure) in try parser.appendString(to: &bytes) }
    }

    /// The whole number that comes next.
    package mutating func wholeNumber() throws(LocatedError) -> Int {
        guard next == .number else { throw error("expected a whole number") }
        let value = try located { parser throws(JSONFailure) in try parser.number() }
        guard case .integer(let number) = value else { throw error("expected a whole number") }
        return number
    }

    /// The number that comes next, whole or not.
    package mutating func number() throws(LocatedError) -> Double {
        guard next == .number else { throw error("expected a number") }
        switch try located({ parser throws(JSONFailure) in try parser.number() }) {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw error("expected a number")
        }
    }

    /// The value that comes next, whatever it is.
    package mutating func value() throws(LocatedError) -> JSONValue {
        try located { parser throws(JSONFailure) in try parser.value() }
    }

    /// Moves behind the value that comes next without reading it.
    package mutating func pass() throws(LocatedError) {
        try located { parser throws(JSONFailure) in try parser.passValue() }
    }
}
