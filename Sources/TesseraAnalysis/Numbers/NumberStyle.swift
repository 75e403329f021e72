public import TesseraCore
public import TesseraTokenizers

/// How whole numbers are written: as digits, or in groups with a separator between them.
public struct NumberStyle: Hashable, Sendable, CustomStringConvertible {
    /// The separators of the paper by name (Singh and Strouse, 2024, section 3).
    public static let separators: [(name: String, text: String)] = [
        ("comma", ","), ("space", " "), ("dec", "."), ("hashtag", "#"), ("dollar", "$"), ("foo", "foo"),
    ]

    /// How digits are grouped; nil: they are not.
    public let grouping: DigitGrouping?
    /// What stands between groups.
    public let separator: String

    /// Digits without separators.
    public static let plain = NumberStyle()

    private init() {
        grouping = nil
        separator = ""
    }

    /// Groups of digits with `separator` between them.
    ///
    /// - Throws: `LocatedError` for a separator that is empty or holds a digit: numbers could not be read back.
    public init(_ grouping: DigitGrouping, separator: String) throws(LocatedError) {
        guard !separator.isEmpty, !separator.utf8.contains(where: { $0 >= 0x30 && $0 <= 0x39 }) else {
            throw LocatedError(
                field: "separator", problem: "\"\(separator)\" cannot stand between digits",
                remedy: "give a text without digits, such as a comma")
        }
        self.grouping = grouping
        self.separator = separator
    }

    /// Reads the paper's names: `nosep`, or a separator's with a direction, such as `comma_r2l`; groups have three
    /// digits.
    ///
    /// - Throws: `LocatedError` quoting a name that is none of them.
    public init(named name: String) throws(LocatedError) {
        if name == "nosep" {
            self.init()
            return
        }
        let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let direction = DigitGrouping.Direction(rawValue: parts[1]),
            let separator = Self.separators.first(where: { $0.name == parts[0] })
        else {
            let known = Self.separators.map(\.name).joined(separator: ", ")
            throw LocatedError(
                field: "formats", problem: "\"\(name)\" is no way to write numbers",
                remedy: "name nosep, or one of \(known) with _l2r or _r2l, such as comma_r2l")
        }
        try self.init(try DigitGrouping(size: 3, direction: direction), separator: separator.text)
    }

    /// Reads what `--regroup-digits` takes: a grouping, a colon and the separator, such as `r2l:3:,`.
    ///
    /// - Throws: `LocatedError` quoting what is not of the form.
    public init(parsing text: String) throws(LocatedError) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 3 else {
            throw LocatedError(
                field: "regroup-digits", problem: "\"\(text)\" does not say direction, size and separator",
                remedy: "write them with colons between, such as r2l:3:,")
        }
        try self.init(try DigitGrouping(parsing: "\(parts[0]):\(parts[1])"), separator: parts[2])
    }

    /// The paper's name, or what `init(parsing:)` reads.
    public var description: String {
        guard let grouping else { return "nosep" }
        if grouping.size == 3,
            let known = Self.separators.first(where: { $0.text.utf8.elementsEqual(separator.utf8) })
        {
            return "\(known.name)_\(grouping.direction.rawValue)"
        }
        return "\(grouping):\(separator)"
    }

    /// A run of digits in this style.
    ///
    /// - Throws: `LocatedError` quoting a text that is not a run of ASCII digits.
    public func write(_ digits: String) throws(LocatedError) -> String {
        if let grouping { return try grouping.groups(of: digits).joined(separator: separator) }
        // Whole, but what is no run of digits is refused in the same way.
        return try DigitGrouping(size: 1, direction: .rightToLeft).groups(of: digits).joined()
    }

    /// A number in this style.
    public func write(_ number: UInt64) -> String {
        (try? write(String(number))) ?? String(number)
    }

    /// The digits of a text in this style or without separators, wherever the separators stand.
    ///
    /// - Throws: `LocatedError` quoting a text that is no number with these separators.
    public func digits(of text: String) throws(LocatedError) -> String {
        let parts = separator.isEmpty ? [text] : text.parts(between: separator)
        let isNumber = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        }
        guard isNumber else {
            throw LocatedError(
                field: "number", problem: "\"\(text)\" is no number with \"\(separator)\" between its digits",
                remedy: "give digits and separators only")
        }
        return parts.joined()
    }
}

extension String {
    /// The parts between occurrences of `separator`, compared as bytes.
    func parts(between separator: String) -> [String] {
        let bytes = Array(utf8)
        let mark = Array(separator.utf8)
        var parts: [String] = []
        var start = 0
        var place = 0
        while place + mark.count <= bytes.count {
            if !mark.isEmpty, bytes[place..<place + mark.count].elementsEqual(mark) {
                parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
                place += mark.count
                start = place
            } else {
                place += 1
            }
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }
}
