internal import TesseraAnalysis
internal import TesseraTokenizers

/// What holds of groups of digits and of drawn additions, without exception.
enum GroupingExactness {
    private static let lost = "numbers that grouping and ungrouping change"
    private static let moved = "cuts from the right that digits in front move"
    private static let unequal = "runs of whole groups that the directions cut differently"
    private static let lengths = "of 100,000 additions those with other lengths than asked for"

    static let thresholds: [Threshold] = [.none(lost), .none(moved), .none(unequal), .none(lengths)]

    static func report(to result: inout StudyResult, seed: UInt64) throws {
        var counts = (lost: 0, moved: 0, unequal: 0)
        var draws = RandomDraws(seed: seed)
        for size in 1...6 {
            let fromLeft = try DigitGrouping(size: size, direction: .leftToRight)
            let fromRight = try DigitGrouping(size: size, direction: .rightToLeft)
            let styles = try [fromLeft, fromRight].flatMap { grouping in
                try NumberStyle.separators.map { try NumberStyle(grouping, separator: $0.text) }
            }
            for length in 1...20 {
                for _ in 0..<5 {
                    let digits = Self.digits(length, &draws)
                    for style in styles where try style.digits(of: style.write(digits)) != digits {
                        counts.lost += 1
                    }
                    let longer = Self.digits(1 + Int(draws.next() * 6), &draws) + digits
                    if cuts(try fromRight.groups(of: longer)).intersection(1..<length)
                        != cuts(try fromRight.groups(of: digits)).intersection(1..<length)
                    {
                        counts.moved += 1
                    }
                    if length % size == 0, try fromLeft.groups(of: digits) != fromRight.groups(of: digits) {
                        counts.unequal += 1
                    }
                }
            }
        }
        result.measure(lost, count: counts.lost)
        result.measure(moved, count: counts.moved)
        result.measure(unequal, count: counts.unequal)
        result.measure(lengths, count: try wrongLengths(seed: seed))
    }

    /// How many digits stand behind each cut.
    private static func cuts(_ groups: [String]) -> Set<Int> {
        var behind = 0
        var found: Set<Int> = []
        for group in groups.reversed() {
            behind += group.utf8.count
            found.insert(behind)
        }
        return found
    }

    private static func digits(_ length: Int, _ draws: inout RandomDraws) -> String {
        (0..<length).map { _ in String(min(Int(draws.next() * 10), 9)) }.joined()
    }

    private static func wrongLengths(seed: UInt64) throws -> Int {
        let sampler = AdditionSampler(seed: seed)
        var triples: [AdditionLengths] = []
        for first in 1...9 {
            for second in 1...9 {
                for answer in [max(first, second), max(first, second) + 1] {
                    triples.append(try AdditionLengths(first, second, answer))
                }
            }
        }
        func digits(_ number: UInt64) -> Int { String(number).utf8.count }
        return (0..<100_000).count { index in
            let asked = triples[index % triples.count]
            let addition = sampler.addition(asked, at: index)
            return digits(addition.first) != asked.first || digits(addition.second) != asked.second
                || digits(addition.answer) != asked.answer
        }
    }
}
