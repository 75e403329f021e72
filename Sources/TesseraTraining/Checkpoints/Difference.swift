public import TesseraFiles

/// Where two configurations differ.
public struct Difference: Hashable, Sendable {
    /// The name of the first member that differs, such as `network.hidden_size`.
    public var field: String
    /// What it is in one, as JSON; nil when it is not there.
    public var left: String?
    /// What it is in the other.
    public var right: String?

    /// The first difference between two values, members in the order of `left`; nil when they are equal.
    public init?(between left: JSONValue, and right: JSONValue) {
        guard let found = Self.first(left, right, "") else { return nil }
        self = found
    }

    private init(field: String, left: JSONValue?, right: JSONValue?) {
        self.field = field
        self.left = left?.serialized()
        self.right = right?.serialized()
    }

    private static func first(_ left: JSONValue, _ right: JSONValue, _ name: String) -> Difference? {
        guard case .object(let before) = left, case .object(let after) = right else {
            return left == right ? nil : Difference(field: name, left: left, right: right)
        }
        for key in before.keys + after.keys.filter({ before[$0] == nil }) {
            let inner = name.isEmpty ? key : "\(name).\(key)"
            guard let one = before[key], let other = after[key] else {
                return Difference(field: inner, left: before[key], right: after[key])
            }
            if let found = first(one, other, inner) { return found }
        }
        return nil
    }
}
