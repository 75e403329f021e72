public import TesseraCore

/// A rule that cuts runs of ASCII digits into groups (Singh and Strouse, 2024, arXiv 2402.14903).
///
/// From the right, as thousands are written, groups of two numbers stand for the same powers of ten whatever their
/// lengths; from the left, as `\d{1,3}` cuts them, they do only where the numbers are equally long, and models then
/// learn arithmetic worse.
///
/// ```swift
/// let grouping = try DigitGrouping(size: 3, direction: .rightToLeft)
/// grouping.groups(of: "1234567")  // ["1", "234", "567"]
/// ```
public struct DigitGrouping: Hashable, Sendable, CustomStringConvertible {
    /// The end of a run from which groups are counted.
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        /// The last group may be short.
        case leftToRight = "l2r"
        /// The first group may be short.
        case rightToLeft = "r2l"
    }

    /// The most digits of a group.
    public static let largestSize = 18

    /// The digits of a group.
    public let size: Int
    /// Where groups are counted from.
    public let direction: Direction

    /// A rule for groups of `size` digits.
    ///
    /// - Throws: `LocatedError` for a size that no group can have.
    public init(size: Int = 3, direction: Direction) throws(LocatedError) {
        guard (1...Self.largestSize).contains(size) else {
            throw LocatedError(
                field: "digits", problem: "\(size) is no number of digits of a group",
                remedy: "give 1 to \(Self.largestSize)")
        }
        self.size = size
        self.direction = direction
    }

    /// Reads `r2l:3`, `l2r:3` or, for single digits, `1`.
    ///
    /// - Throws: `LocatedError` quoting what is none of them.
    public init(parsing text: String) throws(LocatedError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let size = Int(parts.last ?? ""), parts.count <= 2,
            let direction = parts.count == 2
                ? Direction(rawValue: parts[0]) : size == 1 ? .rightToLeft : nil
        else {
            throw LocatedError(
                field: "digits", problem: "\"\(text)\" is no rule that cuts numbers",
                remedy: "write r2l:3, l2r:3 with any number of digits, or 1 for single digits")
        }
        try self.init(size: size, direction: direction)
    }

    /// The rule as `init(parsing:)` reads it.
    public var description: String { "\(direction.rawValue):\(size)" }

    /// The lengths of the groups of a run of `length` digits, in order.
    public func lengths(ofRun length: Int) -> [Int] {
        guard length > 0 else { return [] }
        let rest = length % size
        let whole = [Int](repeating: size, count: length / size)
        guard rest > 0 else { return whole }
        return direction == .rightToLeft ? [rest] + whole : whole + [rest]
    }

    /// The groups of a run of digits.
    ///
    /// - Throws: `LocatedError` quoting a text that is empty or not of ASCII digits only.
    public func groups(of digits: String) throws(LocatedError) -> [String] {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw LocatedError(
                field: "digits", problem: "\"\(digits)\" is not a run of the digits 0 to 9",
                remedy: "give digits only, without sign, point or separators")
        }
        let bytes = Array(digits.utf8)
        var start = 0
        return lengths(ofRun: bytes.count).map { length in
            defer { start += length }
            return String(decoding: bytes[start..<start + length], as: UTF8.self)
        }
    }

    /// An expression whose matches are the groups: from the right, the digits behind a group are a multiple of its
    /// size.
    ///
    /// In the notation of `tokenizer.json`; Hugging Face tokenizers finds the same groups.
    public var expression: String {
        if size == 1 { return "[0-9]" }
        let group = "[0-9]{1,\(size)}"
        return direction == .leftToRight ? group : group + "(?=(?:[0-9]{\(size)})*(?![0-9]))"
    }

    /// Whether `source` is the expression of a grouping.
    static func isExpression(_ source: String) -> Bool {
        expressions.contains { $0.utf8.elementsEqual(source.utf8) }
    }

    private static let expressions = (1...largestSize).flatMap { size in
        Direction.allCases.compactMap { try? DigitGrouping(size: size, direction: $0).expression }
    }

    /// The step that cuts numbers so, and leaves other text to further steps.
    public var preTokenizer: PreTokenizer { .split(.expression(expression), .isolated, inverted: false) }
}

extension PreTokenizer {
    /// This with a step that cuts numbers, in place of the steps that cut them now.
    ///
    /// Taken out are steps that only cut digits: `Digits` with single digits, and splits by the expression of a
    /// `DigitGrouping` or by one like `\p{N}{1,3}`. A larger expression that has a rule for digits among others stays:
    /// behind the new step it sees one group at a time. The step comes first, but after `Metaspace`, which would begin
    /// each group with a space.
    ///
    /// - Throws: `LocatedError` when a later step puts a space before each group.
    public static func grouping(
        digits grouping: DigitGrouping, before rest: PreTokenizer?
    ) throws(LocatedError) -> PreTokenizer {
        var steps: [PreTokenizer] = []
        func collect(_ step: PreTokenizer) {
            switch step {
            case .sequence(let parts): parts.forEach(collect)
            case .digits(individually: true): break
            case .split(.expression(let source), .isolated, inverted: false) where isDigitRule(source): break
            default: steps.append(step)
            }
        }
        if let rest { collect(rest) }
        var place = 0
        for (index, step) in steps.enumerated() {
            switch step {
            case .metaspace: place = index + 1
            case .byteLevel(addsPrefixSpace: true, _, _):
                throw LocatedError(
                    field: "pre_tokenizer.add_prefix_space",
                    problem:
                        "ByteLevel puts a space before every piece, and each group of digits would be one",
                    remedy: "use a tokenizer that does not add a space, or turn this off in its file")
            default: break
            }
        }
        steps.insert(grouping.preTokenizer, at: place)
        return steps.count == 1 ? steps[0] : .sequence(steps)
    }

    /// Whether an expression finds groups of digits and nothing else.
    private static func isDigitRule(_ source: String) -> Bool {
        let others = [#"\d"#, #"\p{N}"#, #"\d{1,3}"#, #"\p{N}{1,3}"#, #"\d{1,3}(?=(?:\d{3})*\b)"#]
        return DigitGrouping.isExpression(source) || others.contains { $0.utf8.elementsEqual(source.utf8) }
    }
}
