/// A value in a template: those of Python that templates use.
public enum TemplateValue: Sendable {
    /// A variable or member that is not there, with its name.
    case undefined(String)
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([TemplateValue])
    case dictionary(TemplateDictionary)
    /// Something of the running template: a macro, a namespace, a loop or a built-in function.
    case object(TemplateObject)
}

/// The members of a dictionary, in order; keys compare as UTF-8 bytes.
public struct TemplateDictionary: Sendable {
    /// The keys and values.
    public private(set) var members: [(key: String, value: TemplateValue)]

    /// Creates a dictionary; of members with the same key the last counts.
    public init(_ members: [(String, TemplateValue)] = []) {
        self.members = []
        for (key, value) in members { self[key] = value }
    }

    /// The value under `key`.
    public subscript(key: String) -> TemplateValue? {
        get { members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value }
        set {
            let place = members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (nil, let value?): members.append((key, value))
            case (let place?, nil): members.remove(at: place)
            case (nil, nil): break
            }
        }
    }
}

/// A value that only a running template can make.
public struct TemplateObject: Sendable {
    enum Kind: Sendable {
        /// A macro, by its place among the macros that were run into.
        case macro(Int)
        /// A namespace, by its place among those made.
        case namespace(Int)
        /// The variable `loop`, by its place among the loops that run.
        case loop(Int)
        /// A global function.
        case function(String)
        /// A method of a value, not yet called.
        case method(String, of: [TemplateValue])
    }

    let kind: Kind
}

/// The state of a `for` loop.
struct TemplateLoop: Sendable {
    var index: Int
    var count: Int
    /// Counted from 1 for the outermost.
    var depth: Int
    var previous: TemplateValue
    var next: TemplateValue

    func member(_ name: String) -> TemplateValue? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(count - index)
        case "revindex0": .integer(count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == count - 1)
        case "length": .integer(count)
        case "depth": .integer(depth)
        case "depth0": .integer(depth - 1)
        case "previtem": previous
        case "nextitem": next
        default: nil
        }
    }
}

extension TemplateValue {
    /// What Python holds for true.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let elements): !elements.isEmpty
        case .dictionary(let dictionary): !dictionary.members.isEmpty
        case .object: true
        }
    }

    /// The kind, for errors.
    var kind: String {
        switch self {
        case .undefined(let name): "\(name), which is undefined"
        case .none: "none"
        case .bool: "a truth value"
        case .integer, .number: "a number"
        case .string: "a string"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .object(let object):
            switch object.kind {
            case .macro: "a macro"
            case .namespace: "a namespace"
            case .loop: "a loop"
            case .function, .method: "a function"
            }
        }
    }

    /// The value as a number, truth values included as in Python.
    var asNumber: Double? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The value as a whole number, truth values included.
    var asInteger: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .integer(let value): value
        default: nil
        }
    }

    /// The value of a name that is not there.
    static func missing(_ name: String) -> TemplateValue { .undefined("\"" + shortened(name) + "\"") }

    /// The value in a few characters, for errors.
    var label: String {
        switch self {
        case .integer(let value): String(value)
        case .string(let text): "'" + Self.shortened(text) + "'"
        case .undefined: "of an undefined index"
        default: kind
        }
    }

    /// The start of `text`: names of what is missing are kept, so they must not grow.
    private static func shortened(_ text: String) -> String {
        text.utf8.count <= 100 ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(50))) + "…"
    }
}
