internal import TesseraFiles

/// A JSON text as a tree whose leaves are written as they are: numbers out of range, keys that occur twice and what is
/// no JSON at all can be put anywhere.
indirect enum JSONNode {
    case leaf([UInt8])
    case array([JSONNode])
    case object([(key: [UInt8], value: JSONNode)])

    /// The tree of a text; nil when it is not JSON.
    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        self.init(value)
    }

    init(_ value: JSONValue) {
        switch value {
        case .array(let elements): self = .array(elements.map(JSONNode.init))
        case .object(let object):
            self = .object(
                object.map { (Array(JSONValue.string($0.key).serialized().utf8), JSONNode($0.value)) })
        default: self = .leaf(Array(value.serialized().utf8))
        }
    }

    static func text(_ text: String) -> JSONNode { .leaf(Array(text.utf8)) }

    static func string(_ bytes: [UInt8]) -> JSONNode {
        .leaf(Array(JSONValue.string(String(decoding: bytes, as: UTF8.self)).serialized().utf8))
    }

    /// Appends the text; a loop over the tree's depth would be safer, but only mutations make trees, and none of
    /// them goes deeper than a stack allows.
    func write(to bytes: inout [UInt8]) {
        switch self {
        case .leaf(let text): bytes += text
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += member.key
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    var count: Int {
        switch self {
        case .leaf: 0
        case .array(let elements): elements.count
        case .object(let members): members.count
        }
    }

    /// The element or the member's value at a place.
    subscript(index: Int) -> JSONNode {
        get {
            switch self {
            case .leaf: self
            case .array(let elements): elements[index]
            case .object(let members): members[index].value
            }
        }
        set {
            switch self {
            case .leaf: self = newValue
            case .array(var elements):
                elements[index] = newValue
                self = .array(elements)
            case .object(var members):
                members[index].value = newValue
                self = .object(members)
            }
        }
    }
}
