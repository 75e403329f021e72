internal import TesseraCore
internal import TesseraFiles

// What the components of a `tokenizer.json` have in common. A component says its kind in `type`; the oldest
// files leave that out, and the kind follows from the fields that are there.

extension JSONField {
    /// The kind of component; nil when the file does not say.
    func componentType() throws(LocatedError) -> String? {
        guard case .object? = value else { throw error("is \(value?.kind ?? "missing"), expected an object") }
        return try self["type"].optionalString()
    }

    /// Whether all these members are there; null counts.
    func hasMembers(_ names: String...) -> Bool {
        names.allSatisfy { self[$0].value != nil }
    }

    /// The error for a kind of component that nobody knows.
    func unknown(_ component: String, _ type: String?) -> LocatedError {
        guard let type else {
            return error("the \(component) does not say its type", remedy: "save it with a newer library")
        }
        return self["type"].error(
            "the \(component) \"\(type)\" is not known", remedy: "use a tokenizer made of known components")
    }

    /// The components in the array `name`.
    func components(_ name: String) throws(LocatedError) -> [JSONField] {
        let list = self[name]
        return try list.array().indices.map { list[$0] }
    }

    /// The string of one character.
    func character() throws(LocatedError) -> Unicode.Scalar {
        let scalars = try string().unicodeScalars
        guard let scalar = scalars.first, scalars.count == 1 else { throw error("is not one character") }
        return scalar
    }

    /// The case of `Choice` with the string as its raw value.
    func choice<Choice: RawRepresentable>(
        _ type: Choice.Type, or standard: Choice? = nil
    ) throws(LocatedError) -> Choice where Choice.RawValue == String {
        if let standard, value == nil { return standard }
        let name = try string()
        guard let choice = Choice(rawValue: name) else { throw error("\"\(name)\" is not known") }
        return choice
    }

    /// The whole number, not negative.
    func count() throws(LocatedError) -> Int {
        let value = try integer()
        guard value >= 0 else { throw error("\(value) is negative") }
        return value
    }

    /// The whole number that fits 32 bits and is not negative: a token or type id.
    func identifier() throws(LocatedError) -> UInt32 {
        let value = try integer()
        guard let id = UInt32(exactly: value) else { throw error("\(value) is not an id") }
        return id
    }

    /// The text pattern of `Split` and `Replace`: `{"String": …}` or `{"Regex": …}`.
    func pattern() throws(LocatedError) -> TextPattern {
        if self["String"].isPresent { return .string(try self["String"].string()) }
        if self["Regex"].isPresent { return .expression(try self["Regex"].string()) }
        throw error("has neither String nor Regex")
    }
}
