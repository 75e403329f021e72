/// A JSON parser over bytes: recursive with a depth limit, one pass, no copies but the strings of the result.
///
/// Members named in `leaving` are passed over, their places kept in `left`, and are absent from the result.
struct JSONParser {
    /// Levels of arrays and objects; real files use fewer than 20.
    static let depthLimit = 256

    let bytes: UnsafeRawBufferPointer
    var position = 0
    var depth = 0

    /// The plain bytes of the string being read, or-ed together: its top bits say whether all are ASCII.
    var seen: UInt64 = 0

    /// The dotted names of members to pass over, such as `model.vocab`.
    private let leaving: [String]

    /// Where the values of members that were passed over lie.
    private(set) var left: [String: Range<Int>] = [:]

    /// The dotted name of the object being read; nil where no member can be one of `leaving`.
    private var path: String?

    init(_ bytes: UnsafeRawBufferPointer, leaving: [String] = []) {
        self.bytes = bytes
        self.leaving = leaving
        path = leaving.isEmpty ? nil : ""
    }

    /// The one value of the text.
    mutating func document() throws(JSONFailure) -> JSONValue {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        skipSpace()
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure(.afterTheEnd) }
        return value
    }

    mutating func value() throws(JSONFailure) -> JSONValue {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte: throw failure(.unexpected(byte))
        }
    }

    private mutating func array() throws(JSONFailure) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if closes(with: UInt8(ascii: "]")) { return .array(elements) }
        let outer = path
        path = nil
        defer { path = outer }
        while true {
            elements.append(try value())
            if try !continues(before: UInt8(ascii: "]"), "',' or ']'") { break }
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func object() throws(JSONFailure) -> JSONValue {
        let start = position
        try enter()
        var members: [JSONObject.Element] = []
        if closes(with: UInt8(ascii: "}")) { return .object(JSONObject()) }
        while true {
            guard position < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw failure(.expected("a key in quotes")) }
            let key = try string()
            skipSpace()
            guard position < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[position] == UInt8(ascii: ":") else { throw failure(.expected("':'")) }
            position += 1
            skipSpace()
            if let path {
                try member(key, of: path, at: start, into: &members)
            } else {
                members.append((key, try value()))
            }
            if try !continues(before: UInt8(ascii: "}"), "',' or '}'") { break }
        }
        depth -= 1
        let (object, duplicate) = JSONObject.fromParsed(members)
        if let duplicate { throw JSONFailure(offset: start, problem: .duplicateKey(duplicate)) }
        return .object(object)
    }

    /// Reads or passes over the value of `key` in the object `path`, which begins at `start`.
    private mutating func member(
        _ key: String, of path: String, at start: Int, into members: inout [JSONObject.Element]
    ) throws(JSONFailure) {
        let name = path.isEmpty ? key : "\(path).\(key)"
        if leaving.contains(where: { $0.hasSameBytes(as: name) }) {
            guard left[name] == nil else { throw JSONFailure(offset: start, problem: .duplicateKey(key)) }
            let from = position
            try passValue()
            left[name] = from..<position
        } else {
            self.path = leaving.contains { $0.utf8.starts(with: name.utf8) } ? name : nil
            defer { self.path = path }
            members.append((key, try value()))
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[position] == word.utf8Start[index] else {
                throw failure(.unexpected(bytes[position]))
            }
            position += 1
        }
        return value
    }
}

// MARK: Punctuation

extension JSONParser {
    /// Passes over the bracket that opens an array or object and the space after it.
    mutating func enter() throws(JSONFailure) {
        guard depth < Self.depthLimit else { throw failure(.tooDeep) }
        depth += 1
        position += 1
        skipSpace()
    }

    /// Passes over `bracket` when it comes next: the array or object is empty.
    mutating func closes(with bracket: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == bracket else { return false }
        position += 1
        depth -= 1
        return true
    }

    /// Passes over what follows an element: true for a comma, false for the closing bracket.
    mutating func continues(before bracket: UInt8, _ expected: StaticString) throws(JSONFailure)
        -> Bool
    {
        skipSpace()
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: ","):
            position += 1
            skipSpace()
            return true
        case bracket:
            position += 1
            return false
        default:
            throw failure(.expected(expected))
        }
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    func failure(_ problem: JSONFailure.Problem) -> JSONFailure {
        JSONFailure(offset: position, problem: problem)
    }
}
