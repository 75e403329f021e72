internal import TesseraTokenizers

/// A number that is not negative, by its digits.
struct DecimalDigits: Hashable {
    /// Without leading zeros, but at least one digit.
    var whole: [UInt8]
    /// Without trailing zeros.
    var fraction: [UInt8]

    static let zero = DecimalDigits(whole: [0], fraction: [])

    /// The magnitude of `value`; nil when it has more than 40 digits.
    init?(magnitudeOf value: Double) {
        guard value.isFinite else { return nil }
        // "12.5", "1e-07" or "1.25e+20".
        let parts = value.magnitude.description.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        guard exponent.magnitude <= 40 else { return nil }
        var whole = mantissa[0].utf8.map { $0 &- 0x30 }
        var fraction = mantissa.count > 1 ? mantissa[1].utf8.map { $0 &- 0x30 } : []
        for _ in 0..<max(0, exponent) { whole.append(fraction.isEmpty ? 0 : fraction.removeFirst()) }
        for _ in 0..<max(0, -exponent) { fraction.insert(whole.popLast() ?? 0, at: 0) }
        self.init(whole: whole, fraction: fraction)
        guard self.whole.count + self.fraction.count <= 40 else { return nil }
    }

    init(whole: [UInt8], fraction: [UInt8]) {
        self.whole = Array(whole.drop { $0 == 0 })
        if self.whole.isEmpty { self.whole = [0] }
        self.fraction = fraction
        while self.fraction.last == 0 { self.fraction.removeLast() }
    }

    /// The whole part and one.
    var nextWhole: [UInt8] {
        var digits = whole
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return digits
            }
            digits[index] = 0
        }
        return [1] + digits
    }

    /// The whole part less one; nil for zero.
    var previousWhole: [UInt8]? {
        guard whole != [0] else { return nil }
        var digits = whole
        for index in digits.indices.reversed() {
            if digits[index] > 0 {
                digits[index] -= 1
                break
            }
            digits[index] = 9
        }
        return DecimalDigits(whole: digits, fraction: []).whole
    }

    static func isLess(_ left: DecimalDigits, _ right: DecimalDigits) -> Bool {
        if left.whole != right.whole { return isLess(left.whole, right.whole) }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }

    static func isLess(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
    }
}

/// Numbers between bounds, digit by digit, without exponents.
enum NumberRange {
    /// A bound; nil for none.
    struct Bound {
        var digits: DecimalDigits
        var isExclusive: Bool
    }

    // MARK: Whole numbers

    /// The whole numbers from `low` to `high`, which may be nil for no end; none when they are swapped.
    static func whole(_ low: [UInt8], _ high: [UInt8]?) -> GrammarExpression {
        guard let high else {
            return .choice([
                sameLength(low, [UInt8](repeating: 9, count: low.count)),
                .sequence([
                    JSONTexts.nonZeroDigit, .repetition(JSONTexts.digit, least: low.count, most: nil),
                ]),
            ])
        }
        guard !DecimalDigits.isLess(high, low) else { return .choice([]) }
        if low.count == high.count { return sameLength(low, high) }
        var parts = [sameLength(low, [UInt8](repeating: 9, count: low.count))]
        if high.count - low.count > 1 {
            parts.append(
                .sequence([
                    JSONTexts.nonZeroDigit,
                    .repetition(JSONTexts.digit, least: low.count, most: high.count - 2),
                ]))
        }
        parts.append(sameLength([1] + [UInt8](repeating: 0, count: high.count - 1), high))
        return .choice(parts)
    }

    /// The numbers of equally many digits from `low` to `high`.
    private static func sameLength(_ low: [UInt8], _ high: [UInt8]) -> GrammarExpression {
        guard let first = low.indices.first(where: { low[$0] != high[$0] }) else { return text(low) }
        var parts: [GrammarExpression] = []
        let rest = low.count - first - 1
        func any(_ count: Int) -> GrammarExpression {
            .repetition(JSONTexts.digit, least: count, most: count)
        }
        // Those that keep to `low` up to a place and are larger there, those in between, those that keep to `high`.
        for place in (first + 1)..<low.count where low[place] < 9 {
            parts.append(
                .sequence([text(low[..<place]), digit(low[place] + 1, 9), any(low.count - place - 1)]))
        }
        parts.append(text(low))
        if low[first] + 1 < high[first] {
            parts.append(
                .sequence([text(low[..<first]), digit(low[first] + 1, high[first] - 1), any(rest)]))
        }
        for place in (first + 1)..<high.count where high[place] > 0 {
            parts.append(
                .sequence([text(high[..<place]), digit(0, high[place] - 1), any(high.count - place - 1)]))
        }
        parts.append(text(high))
        return .choice(parts)
    }

    // MARK: Decimals

    /// The numbers that are not negative between two bounds; `low` is at least zero.
    static func decimals(_ low: Bound, _ high: Bound?) -> GrammarExpression {
        let more = GrammarExpression.optional(JSONTexts.fraction)
        let atLow = text(low.digits.whole)
        guard let high else {
            return .choice([
                .sequence([atLow, fractionFrom(low)]), .sequence([whole(low.digits.nextWhole, nil), more]),
            ])
        }
        guard !DecimalDigits.isLess(high.digits, low.digits) else { return .choice([]) }
        if low.digits.whole == high.digits.whole { return .sequence([atLow, fractionBetween(low, high)]) }
        var parts: [GrammarExpression] = [
            .sequence([atLow, fractionFrom(low)]),
            .sequence([text(high.digits.whole), fractionTo(high)]),
        ]
        if let last = high.digits.previousWhole {
            parts.append(.sequence([whole(low.digits.nextWhole, last), more]))
        }
        return .choice(parts)
    }

    /// A point and digits, or nothing: at least the fraction of `low`.
    private static func fractionFrom(_ low: Bound) -> GrammarExpression {
        if low.digits.fraction.isEmpty, !low.isExclusive { return .optional(JSONTexts.fraction) }
        return .sequence([.text("."), digitsFrom(low.digits.fraction[...], low.isExclusive)])
    }

    /// A point and digits, or nothing: at most the fraction of `high`.
    private static func fractionTo(_ high: Bound) -> GrammarExpression {
        let fraction = high.digits.fraction
        let zeros = GrammarExpression.sequence([.text(".0"), .repetition(.text("0"), least: 0, most: nil)])
        if fraction.isEmpty { return high.isExclusive ? .choice([]) : .optional(zeros) }
        return .optional(.sequence([.text("."), digitsTo(fraction[...], high.isExclusive)]))
    }

    private static func fractionBetween(_ low: Bound, _ high: Bound) -> GrammarExpression {
        let count = max(low.digits.fraction.count, high.digits.fraction.count)
        let from = low.digits.fraction + [UInt8](repeating: 0, count: count - low.digits.fraction.count)
        let to = high.digits.fraction + [UInt8](repeating: 0, count: count - high.digits.fraction.count)
        guard let first = from.indices.first(where: { from[$0] != to[$0] }) else {
            // Both are the same number.
            guard !low.isExclusive, !high.isExclusive else { return .choice([]) }
            let zeros = GrammarExpression.repetition(.text("0"), least: 0, most: nil)
            if from.isEmpty { return .optional(.sequence([.text(".0"), zeros])) }
            return .sequence([.text("."), text(from), zeros])
        }
        var parts: [GrammarExpression] = []
        // Shorter spellings of the lower bound.
        if !low.isExclusive {
            if from.allSatisfy({ $0 == 0 }) { parts.append(.empty) }
            for end in 1..<count where end <= first && from[end...].allSatisfy({ $0 == 0 }) {
                parts.append(.sequence([.text("."), text(from[..<end])]))
            }
        }
        let common: [GrammarExpression] = [.text("."), text(from[..<first])]
        parts.append(
            .sequence(
                common + [digit(from[first], from[first]), tailFrom(from[(first + 1)...], low.isExclusive)]))
        if from[first] + 1 < to[first] {
            parts.append(.sequence(common + [digit(from[first] + 1, to[first] - 1), JSONTexts.digits]))
        }
        parts.append(
            .sequence(common + [digit(to[first], to[first]), tailTo(to[(first + 1)...], high.isExclusive)]))
        return .choice(parts)
    }

    /// Digits after others, perhaps none, that are at least `digits`.
    private static func tailFrom(_ digits: ArraySlice<UInt8>, _ isExclusive: Bool) -> GrammarExpression {
        if !isExclusive, digits.allSatisfy({ $0 == 0 }) { return JSONTexts.digits }
        return digitsFrom(digits, isExclusive)
    }

    /// Digits after others, perhaps none, that are at most `digits`.
    private static func tailTo(_ digits: ArraySlice<UInt8>, _ isExclusive: Bool) -> GrammarExpression {
        if digits.allSatisfy({ $0 == 0 }) {
            return isExclusive ? .choice([]) : .repetition(.text("0"), least: 0, most: nil)
        }
        return .optional(digitsTo(digits, isExclusive))
    }

    /// One digit or more that are at least `digits`, which are not all zero unless the bound is exclusive.
    private static func digitsFrom(_ digits: ArraySlice<UInt8>, _ isExclusive: Bool) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        for place in digits.indices where digits[place] < 9 {
            parts.append(
                .sequence([text(digits[..<place]), digit(digits[place] + 1, 9), JSONTexts.digits]))
        }
        let more = GrammarExpression.sequence([JSONTexts.digits, JSONTexts.nonZeroDigit, JSONTexts.digits])
        parts.append(.sequence([text(digits), isExclusive ? more : JSONTexts.digits]))
        return .choice(parts)
    }

    /// One digit or more that are at most `digits`, which are not all zero.
    private static func digitsTo(_ digits: ArraySlice<UInt8>, _ isExclusive: Bool) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        for place in digits.indices {
            if digits[place] > 0 {
                parts.append(
                    .sequence([text(digits[..<place]), digit(0, digits[place] - 1), JSONTexts.digits]))
            }
            let isShorter = digits[place...].contains { $0 != 0 }
            if place > digits.startIndex, isShorter { parts.append(text(digits[..<place])) }
        }
        if !isExclusive {
            parts.append(.sequence([text(digits), .repetition(.text("0"), least: 0, most: nil)]))
        }
        return .choice(parts)
    }

    private static func digit(_ low: UInt8, _ high: UInt8) -> GrammarExpression {
        .characters(CodePointSet([0x30 + UInt32(low)...0x30 + UInt32(high)]))
    }

    private static func text(_ digits: some Sequence<UInt8>) -> GrammarExpression {
        .bytes(digits.map { 0x30 + $0 })
    }
}
