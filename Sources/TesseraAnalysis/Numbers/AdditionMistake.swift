public import TesseraTokenizers

/// In what ways a wrong sum of the right length is wrong (Singh and Strouse, 2024, section 4).
///
/// Digits are counted from the right: place 0 are the ones.
public struct AdditionMistake: Hashable, Sendable {
    /// For each place how far the digit is from the right one.
    public let digitErrors: [Int]
    /// For each group of the sum, from the left, whether it is wrong.
    public let groupErrors: [Bool]
    /// For each place in a group, from the group's left, how many groups are wrong there.
    public let errorsInGroups: [Int]
    /// The power of ten that the sum is off by; nil: it is off by something else.
    public let powerOfTen: Int?
    /// Whether it would be right if one digit of one addend were not there.
    public let isDroppedDigit: Bool
    /// Whether it would be right if the addends were aligned on the left.
    public let isLeftAligned: Bool
    /// Whether it would be right if groups from the left were added one by one, without carrying.
    public let isGroupwiseFromLeft: Bool
    /// The same for groups from the right.
    public let isGroupwiseFromRight: Bool

    /// Looks at a wrong answer.
    ///
    /// - Returns: nil when the answer is right, or has another number of digits than the sum.
    public init?(_ answer: UInt64, to addition: Addition, grouping: DigitGrouping) {
        let right = addition.answer
        let (digits, rightDigits) = (Self.digits(answer), Self.digits(right))
        guard answer != right, digits.count == rightDigits.count else { return nil }
        digitErrors = zip(digits, rightDigits).map { abs($0 - $1) }
        let fromLeft = Array(digitErrors.reversed())
        var groupErrors: [Bool] = []
        var errorsInGroups = [Int](repeating: 0, count: grouping.size)
        var start = 0
        for length in grouping.lengths(ofRun: digits.count) {
            let group = fromLeft[start..<start + length]
            groupErrors.append(group.contains { $0 != 0 })
            for (place, error) in group.enumerated() where error != 0 { errorsInGroups[place] += 1 }
            start += length
        }
        self.groupErrors = groupErrors
        self.errorsInGroups = errorsInGroups
        let difference = answer > right ? answer - right : right - answer
        powerOfTen = powersOfTen.firstIndex(of: difference)
        isDroppedDigit =
            Self.withoutADigit(addition.first).contains { $0 + addition.second == answer }
            || Self.withoutADigit(addition.second).contains { $0 + addition.first == answer }
        isLeftAligned = Self.leftAligned(addition) == answer
        isGroupwiseFromLeft = Self.groupwise(addition, grouping.size, fromLeft: true) == answer
        isGroupwiseFromRight = Self.groupwise(addition, grouping.size, fromLeft: false) == answer
    }

    /// The digits from the right.
    static func digits(_ number: UInt64) -> [Int] { String(number).utf8.reversed().map { Int($0) - 0x30 } }

    private static func withoutADigit(_ number: UInt64) -> [UInt64] {
        let digits = Array(String(number).utf8)
        guard digits.count > 1 else { return [] }
        return digits.indices.compactMap { dropped in
            var rest = digits
            rest.remove(at: dropped)
            return UInt64(String(decoding: rest, as: UTF8.self))
        }
    }

    /// The sum when zeros are put behind the shorter addend and not before it; nil where they are equally long.
    private static func leftAligned(_ addition: Addition) -> UInt64? {
        let (first, second) = (digitCount(addition.first), digitCount(addition.second))
        guard first != second else { return nil }
        let factor = powersOfTen[abs(first - second)]
        return first < second
            ? addition.first * factor + addition.second : addition.first + addition.second * factor
    }

    /// The sums of groups written one behind the other, of which all but the first keep only their last digits; nil where
    /// nothing is carried, so that this is the sum itself, or where the result is too long.
    ///
    /// From the left the first groups of both addends are added, then the second ones, and so on.
    private static func groupwise(_ addition: Addition, _ size: Int, fromLeft: Bool) -> UInt64? {
        guard let rule = try? DigitGrouping(size: size, direction: fromLeft ? .leftToRight : .rightToLeft),
            var first = try? rule.groups(of: String(addition.first)),
            var second = try? rule.groups(of: String(addition.second))
        else { return nil }
        let count = max(first.count, second.count)
        func fill(_ groups: inout [String]) {
            let missing = [String](repeating: "", count: count - groups.count)
            groups = fromLeft ? groups + missing : missing + groups
        }
        fill(&first)
        fill(&second)
        var text = ""
        for (index, pair) in zip(first, second).enumerated() {
            let length = max(pair.0.utf8.count, pair.1.utf8.count)
            let sum = (UInt64(pair.0) ?? 0) + (UInt64(pair.1) ?? 0)
            let digits = String(index == 0 ? sum : sum % powersOfTen[length])
            text += index == 0 ? digits : String(repeating: "0", count: length - digits.utf8.count) + digits
        }
        let result = UInt64(text)
        return result == addition.answer ? nil : result
    }
}

/// Where an addition carries.
public struct Carries: Hashable, Sendable {
    /// For each place, from the ones on, whether something is carried out of it.
    public let places: [Bool]

    /// The carries of an addition, as at school.
    public init(of addition: Addition) {
        let (first, second) = (
            AdditionMistake.digits(addition.first), AdditionMistake.digits(addition.second)
        )
        var places: [Bool] = []
        var carry = 0
        for place in 0..<max(first.count, second.count) {
            let sum =
                (place < first.count ? first[place] : 0) + (place < second.count ? second[place] : 0) + carry
            carry = sum / 10
            places.append(carry > 0)
        }
        self.places = places
    }

    /// How many there are.
    public var count: Int { places.count { $0 } }

    /// The most in a row.
    public var longestChain: Int {
        var (longest, chain) = (0, 0)
        for carries in places {
            chain = carries ? chain + 1 : 0
            longest = max(longest, chain)
        }
        return longest
    }
}
