/// An error that names where it came from, what is wrong and what to do about it.
///
/// Everything reachable from a file, a prompt or a request throws this instead of trapping. The description
/// is one line: `file: field: problem; remedy`.
public struct LocatedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file the problem was found in, as the user named it; nil when no file is involved.
    public var file: String?

    /// The field, option or tensor inside the file or command; nil when the whole file is meant.
    public var field: String?

    /// What is wrong, with the offending value where it helps.
    public var problem: String

    /// What the user can do about it.
    public var remedy: String?

    /// Creates an error at a place.
    public init(file: String? = nil, field: String? = nil, problem: String, remedy: String? = nil) {
        self.file = file
        self.field = field
        self.problem = problem
        self.remedy = remedy
    }

    /// The error on one line; control characters from hostile files are escaped, and what they made long is cut.
    public var description: String {
        let place = [file, field.map(Self.shortened)].compactMap { $0 }.joined(separator: ": ")
        let problem = Self.shortened(problem)
        let head = place.isEmpty ? problem : "\(place): \(problem)"
        return Self.onOneLine(remedy.map { "\(head); \(Self.shortened($0))" } ?? head)
    }

    /// The start of a text that quotes too much of a file.
    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > 1000 else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(300))) + "…"
    }

    private static func onOneLine(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
