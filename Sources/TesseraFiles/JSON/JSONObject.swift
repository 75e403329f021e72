/// The members of a JSON object, in order, with keys compared as UTF-8 bytes.
///
/// Looking a key up takes constant time; objects of a few members are searched from front to back.
public struct JSONObject: Sendable {
    /// One member.
    public typealias Element = (key: String, value: JSONValue)

    private var members: [Element] = []

    /// An open-addressing table of positions in `members`, `empty` where free; no table while members are few.
    private var table: [UInt32] = []

    private static let empty = UInt32.max
    private static let fewMembers = 8

    /// Creates an object without members.
    public init() {}

    /// Creates an object from members in order; of those with the same key the last wins.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    /// The keys, in order.
    public var keys: [String] { members.map(\.key) }

    /// The value under `key`; setting nil removes the member, setting a new key appends it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                members[position].value = value
            case (let position?, nil):
                members.remove(at: position)
                rebuildTable()
            case (nil, let value?):
                members.append((key, value))
                if members.count > Self.fewMembers {
                    if members.count * 2 > table.count {
                        rebuildTable()
                    } else {
                        _ = enter(members.count - 1)
                    }
                }
            case (nil, nil): break
            }
        }
    }

    private func position(of key: String) -> Int? {
        guard !table.isEmpty else { return members.firstIndex { $0.key.hasSameBytes(as: key) } }
        var slot = Self.hash(key) & (table.count - 1)
        while table[slot] != Self.empty {
            let position = Int(table[slot])
            if members[position].key.hasSameBytes(as: key) { return position }
            slot = (slot + 1) & (table.count - 1)
        }
        return nil
    }

    /// Puts member `position` into the table; false when another member has its key.
    private mutating func enter(_ position: Int) -> Bool {
        let key = members[position].key
        var slot = Self.hash(key) & (table.count - 1)
        while table[slot] != Self.empty {
            if members[Int(table[slot])].key.hasSameBytes(as: key) { return false }
            slot = (slot + 1) & (table.count - 1)
        }
        table[slot] = UInt32(truncatingIfNeeded: position)
        return true
    }

    private mutating func rebuildTable() {
        table = []
        guard members.count > Self.fewMembers else { return }
        table = [UInt32](repeating: Self.empty, count: Self.tableSize(members.count))
        for position in members.indices { _ = enter(position) }
    }

    /// At least twice the members, so that searches stay short, and a power of two.
    private static func tableSize(_ count: Int) -> Int {
        1 << (Int.bitWidth - (count * 2).leadingZeroBitCount)
    }

    /// The standard library's hash, seeded per process: chosen keys cannot make it collide.
    private static func hash(_ key: String) -> Int {
        var hasher = Hasher()
        ByteKey(key).hash(into: &hasher)
        return hasher.finalize()
    }
}

extension JSONObject {
    /// Takes over members that a parser has read; gives the key that occurs twice instead when there is one.
    static func fromParsed(_ members: [Element]) -> (object: JSONObject, duplicate: String?) {
        var object = JSONObject()
        object.members = members
        guard members.count > fewMembers else {
            for (position, member) in members.enumerated()
            where members[..<position].contains(where: { $0.key.hasSameBytes(as: member.key) }) {
                return (object, member.key)
            }
            return (object, nil)
        }
        object.table = [UInt32](repeating: empty, count: tableSize(members.count))
        for position in members.indices where !object.enter(position) {
            return (object, members[position].key)
        }
        return (object, nil)
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { members.count }

    /// Member `position`.
    public subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: Equatable {
    /// Whether both have the same members, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Creates an object from members in order; of those with the same key the last wins.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
