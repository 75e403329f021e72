internal import TesseraTokenizers

/// How many wrong sums are wrong beside the first cut of groups from the left.
///
/// Where a sum is a digit longer than its addends, that cut stands between other powers of ten in the sum than in them.
/// There the paper finds the mistakes of large models: of 365 wrong sums of 7-digit numbers all are wrong in digit 4, the
/// first behind the cut (Singh and Strouse, 2024, section 4).
public struct FirstCutMistakes: Hashable, Sendable {
    /// Wrong sums of the right length.
    public private(set) var wrong = 0
    /// Those wrong in the digit before the cut or in the one behind it.
    public private(set) var besideCut = 0
    /// As many as there would be if the wrong digits of each of them stood anywhere.
    public private(set) var besideCutByChance = 0.0

    /// Counts the rows whose sum is longer than both addends.
    ///
    /// - Parameter size: the digits of a group.
    public init(_ rows: some Sequence<ArithmeticRow>, size: Int) {
        guard let grouping = try? DigitGrouping(size: size, direction: .leftToRight) else { return }
        for row in rows where !row.isMatched {
            guard let mistake = row.mistake(in: grouping) else { continue }
            let isWrong = mistake.digitErrors.reversed().map { $0 != 0 }
            guard isWrong.count > size else { continue }
            wrong += 1
            if isWrong[size - 1] || isWrong[size] { besideCut += 1 }
            let (digits, errors) = (Double(isWrong.count), Double(isWrong.count { $0 }))
            // Neither of two places is among those that are wrong.
            besideCutByChance += 1 - (digits - errors) / digits * (digits - errors - 1) / (digits - 1)
        }
    }

    /// The share of wrong sums that are wrong beside the cut; not a number without any.
    public var share: Double { Double(besideCut) / Double(wrong) }

    /// The share that there would be if wrong digits stood anywhere; not a number without wrong sums.
    public var shareByChance: Double { besideCutByChance / Double(wrong) }
}
