package import TesseraCore

/// A JSON file of which some large members were passed over, to be read by `JSONScanner` without a value for
/// each of their elements.
///
/// ```swift
/// let json = try PartialJSON(file: file, leaving: ["model.vocab"])
/// let type = try json.root["model"]["type"].string()
/// var vocabulary = json.scanner(of: "model.vocab")
/// ```
package struct PartialJSON {
    /// The value; the members passed over are absent from it.
    package let root: JSONField

    private let file: MappedFile
    private let left: [String: Range<Int>]

    /// Parses `file`.
    ///
    /// - Parameters:
    ///   - file: the UTF-8 text.
    ///   - names: the dotted names of the members to pass over.
    /// - Throws: as `JSONValue(parsing:file:)` does; what is wrong inside the members passed over is found
    ///   when they are read, but for strings and brackets that do not end.
    package init(file: MappedFile, leaving names: [String]) throws(LocatedError) {
        self.file = file
        var parser = JSONParser(file.bytes, leaving: names)
        do {
            root = JSONField(try parser.document(), file: file.path)
        } catch {
            throw error.located(in: file.bytes, file: file.path)
        }
        left = parser.left
    }

    /// Whether the file has the member `name`, one of those passed over.
    package func has(_ name: String) -> Bool { left[name] != nil }

    /// A reader of the member `name`, one of those passed over; nil when the file does not have it.
    package func scanner(of name: String) -> JSONScanner? {
        left[name].map { JSONScanner(file, from: $0.lowerBound, field: name) }
    }
}
