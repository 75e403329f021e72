public import TesseraTokenizers

/// Whether wrong groups of digits are those that the tokenizer learned earliest (Singh and Strouse, 2024, section 4.4).
///
/// A group that a model wrote in place of another of its length is compared with its neighbours in two ways: among the
/// right group, the one below and the one above, and among the ten groups that differ in the first digit. By chance it
/// would have the best rank of these in 1/3 and in 1/10 of the cases.
public struct FrequencyBias: Hashable, Sendable {
    /// How many groups could be compared, and how many had the best rank.
    public struct Count: Hashable, Sendable {
        /// Compared.
        public var compared = 0
        /// With the best rank.
        public var best = 0
    }

    /// Among the right group and its neighbours by one.
    public private(set) var byOne = Count()
    /// Among the groups with other first digits.
    public private(set) var byFirstDigit = Count()

    /// What chance gives for `byOne`.
    public static let chanceByOne = 1.0 / 3
    /// What chance gives for `byFirstDigit`.
    public static let chanceByFirstDigit = 1.0 / 10

    /// Compares the wrong groups of wrong sums of the right length.
    ///
    /// - Parameter rank: how early a group was learned, such as its id in a BPE vocabulary, lower being earlier; nil: it
    ///   is no token.
    public init(
        _ rows: some Sequence<ArithmeticRow>, grouping: DigitGrouping, rank: (String) -> Int?
    ) {
        for row in rows {
            guard let written = row.score.digits, !row.score.isRightNumber,
                written.utf8.count == digitCount(row.addition.answer),
                let groups = try? grouping.groups(of: written),
                let right = try? grouping.groups(of: String(row.addition.answer))
            else { continue }
            for (group, right) in zip(groups, right) where group != right {
                add(group, right, rank)
            }
        }
    }

    private mutating func add(_ group: String, _ right: String, _ rank: (String) -> Int?) {
        guard let value = Int(right), let own = rank(group) else { return }
        func padded(_ number: Int) -> String? {
            let digits = String(number)
            guard number >= 0, digits.utf8.count <= right.utf8.count else { return nil }
            return String(repeating: "0", count: right.utf8.count - digits.utf8.count) + digits
        }
        let near = [value - 1, value, value + 1].compactMap(padded)
        if near.count == 3, near.contains(group) {
            Self.count(own, among: near.compactMap(rank), of: 3, &byOne)
        }
        guard group.dropFirst() == right.dropFirst() else { return }
        let others = (0...9).map { String($0) + right.dropFirst() }
        Self.count(own, among: others.compactMap(rank), of: 10, &byFirstDigit)
    }

    private static func count(_ own: Int, among ranks: [Int], of needed: Int, _ count: inout Count) {
        guard ranks.count == needed else { return }
        count.compared += 1
        if ranks.min() == own { count.best += 1 }
    }
}
