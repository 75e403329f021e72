public import TesseraCore
public import TesseraFiles
public import TesseraReport
public import TesseraTokenizers

/// How a tokenizer cuts numbers (Singh and Strouse, 2024, arXiv 2402.14903).
///
/// Numbers of each length are drawn and encoded alone; what is told are the lengths of their tokens in digits. Where all
/// numbers are cut alike, that is a rule with a direction; where they are not, the vocabulary decides number by number.
public struct DigitAudit: Hashable, Sendable {
    /// Numbers of a length.
    public struct Row: Hashable, Sendable {
        /// Their digits.
        public let length: Int
        /// The lengths of the tokens of most of them.
        public let commonCut: [Int]
        /// The share of numbers that are cut so.
        public let share: Double
        /// How many different cuts there are.
        public let cutCount: Int
    }

    /// What the cuts have in common.
    public enum Verdict: Hashable, Sendable, CustomStringConvertible {
        /// All numbers are cut by this rule; single digits count from the right.
        case grouping(DigitGrouping)
        /// All numbers up to the longest are one token each.
        case wholeNumbers
        /// Numbers of a length are cut in different ways, as their digits were merged.
        case mixed
        /// Numbers of a length are cut alike, but by no rule of groups.
        case other

        public var description: String {
            switch self {
            case .grouping(let grouping) where grouping.size == 1: "single digits"
            case .grouping(let grouping) where grouping.direction == .rightToLeft:
                "groups of \(grouping.size) from the right"
            case .grouping(let grouping): "groups of \(grouping.size) from the left"
            case .wholeNumbers: "one token a number"
            case .mixed: "no direction: cut number by number, as the vocabulary has it"
            case .other: "alike for each length, but not in groups"
            }
        }
    }

    /// For each length how its numbers are cut.
    public let rows: [Row]
    /// What the cuts have in common.
    public let verdict: Verdict
    /// For one, two and three digits the strings that are no token, those that begin with 0 among them.
    public let missing: [[String]]

    /// The longest numbers that are looked at.
    public static let longest = 64

    /// Draws numbers of each of these lengths and looks at how they are cut.
    ///
    /// - Throws: `LocatedError` for lengths that no number has.
    public init(
        of tokenizer: PipelineTokenizer, lengths: ClosedRange<Int>, samples: Int = 200, seed: UInt64 = 1
    ) throws(LocatedError) {
        guard lengths.lowerBound >= 1, lengths.upperBound <= Self.longest else {
            throw LocatedError(
                field: "digits",
                problem: "\(lengths.lowerBound)..\(lengths.upperBound) are no lengths of numbers",
                remedy: "give a range within 1..\(Self.longest)")
        }
        rows = lengths.map { length in
            var cuts: [[Int]: Int] = [:]
            var draws = RandomDraws(seed: seed, stream: UInt64(truncatingIfNeeded: length))
            let count = max(samples, 1)
            for _ in 0..<count {
                let digits = (0..<length).map { place in
                    UInt8(0x30 + (place == 0 ? 1 + Int(draws.next() * 9) : Int(draws.next() * 10)))
                }
                cuts[Self.cut(of: String(decoding: digits, as: UTF8.self), tokenizer), default: 0] += 1
            }
            let common = cuts.max { left, right in
                left.value != right.value
                    ? left.value < right.value : right.key.lexicographicallyPrecedes(left.key)
            }
            return Row(
                length: length, commonCut: common?.key ?? [],
                share: Double(common?.value ?? 0) / Double(count),
                cutCount: cuts.count)
        }
        verdict = Self.verdict(rows)
        missing = (1...3).map { length in
            Self.strings(of: length).filter { Self.cut(of: $0, tokenizer) != [length] }
        }
    }

    /// The digits that each token of a number stands for; a token without digits, such as a space put before the text,
    /// is left out.
    private static func cut(of digits: String, _ tokenizer: PipelineTokenizer) -> [Int] {
        var last = 0
        var cut: [Int] = []
        for span in tokenizer.encodeWithOffsets(digits, special: .asText) {
            let end = max(span.range.upperBound, last)
            if end > last { cut.append(end - last) }
            last = end
        }
        return cut
    }

    private static func strings(of length: Int) -> [String] {
        (0..<Int(powersOfTen[length])).map { number in
            let digits = String(number)
            return String(repeating: "0", count: length - digits.utf8.count) + digits
        }
    }

    private static func verdict(_ rows: [Row]) -> Verdict {
        guard rows.allSatisfy({ $0.cutCount == 1 }) else { return .mixed }
        if let longest = rows.last, longest.length > 1, rows.allSatisfy({ $0.commonCut == [$0.length] }) {
            return .wholeNumbers
        }
        for size in 1...DigitGrouping.largestSize {
            for direction in [DigitGrouping.Direction.rightToLeft, .leftToRight] {
                guard let grouping = try? DigitGrouping(size: size, direction: direction) else { continue }
                if rows.allSatisfy({ grouping.lengths(ofRun: $0.length) == $0.commonCut }) {
                    return .grouping(grouping)
                }
            }
        }
        return .other
    }

    /// A row for each length.
    public var table: Table {
        var table = Table([
            .init("digits", .right), .init("cut"), .init("of them", .right), .init("cuts", .right),
        ])
        for row in rows {
            table.append([
                String(row.length),
                row.commonCut.map { String(repeating: "1", count: $0) }.joined(separator: "|"),
                NumberFormat.decimal(row.share * 100, places: 0) + " %", NumberFormat.count(row.cutCount),
            ])
        }
        return table
    }

    /// What the cuts have in common, and which short strings of digits are no tokens, on a line each.
    public var summary: String {
        var text = "numbers are cut as: \(verdict)\n"
        for (index, strings) in missing.enumerated() where !strings.isEmpty {
            let zeros = strings.filter { $0.hasPrefix("0") && $0.utf8.count > 1 }
            let shown = (zeros.isEmpty ? strings : zeros).prefix(8).joined(separator: " ")
            text +=
                "\(NumberFormat.count(strings.count)) of \(NumberFormat.count(Int(powersOfTen[index + 1]))) "
            text += "strings of \(index + 1) digit\(index == 0 ? "" : "s") are no token"
            if index > 0 { text += ", \(NumberFormat.count(zeros.count)) of them begin with 0" }
            text += ": \(shown)\(strings.count > 8 ? " …" : "")\n"
        }
        if missing.allSatisfy(\.isEmpty) { text += "all strings of one to three digits are tokens\n" }
        return text
    }

    /// The audit for machines.
    public var json: JSONValue {
        [
            "verdict": .string(verdict.description),
            "lengths": .array(
                rows.map { row in
                    [
                        "digits": .integer(row.length), "cut": .array(row.commonCut.map { .integer($0) }),
                        "share": .number(row.share), "cuts": .integer(row.cutCount),
                    ]
                }),
            "missing": .array(missing.map { strings in .array(strings.map { .string($0) }) }),
        ]
    }
}
