extension RomanEngine {
    private static let digits: [UInt32: Int] = [
        0x3007: 0, 0x96F6: 0, 0x4E00: 1, 0x4E8C: 2, 0x4E09: 3, 0x56DB: 4, 0x4E94: 5, 0x516D: 6, 0x4E03: 7,
        0x516B: 8,
        0x4E5D: 9,
    ]
    private static let units: [UInt32: Int] = [0x5341: 10, 0x767E: 100, 0x5343: 1_000]
    private static let myriads: [UInt32: Int] = [
        0x4E07: 10_000, 0x842C: 10_000, 0x4EBF: 100_000_000, 0x5104: 100_000_000,
    ]

    /// Writes the value of the Han numerals that begin at `place`; nil: none begin there.
    ///
    /// A number begins with a digit or with ten; 百, 千 and 万 alone are words.
    mutating func hanNumber(at place: Int) -> Int? {
        guard Self.digits[scalars[place]] != nil || scalars[place] == 0x5341 else { return nil }
        var next = place
        // More numerals than any number has are digits; bounded, because the value must fit.
        while next < scalars.count, next - place < 24, isNumeral(scalars[next]) { next += 1 }
        if let value = Self.value(of: scalars[place..<next]) {
            write(String(value))
        } else {
            for scalar in scalars[place..<next] { write(String(Self.digits[scalar] ?? 0)) }
        }
        return end(place, next, .number)
    }

    private func isNumeral(_ scalar: UInt32) -> Bool {
        Self.digits[scalar] != nil || Self.units[scalar] != nil || Self.myriads[scalar] != nil
    }

    /// The value of numerals; nil where they are digits only, such as a year's.
    private static func value(of numerals: ArraySlice<UInt32>) -> Int? {
        if numerals.count > 1, numerals.allSatisfy({ digits[$0] != nil }) { return nil }
        var total = 0
        var section = 0
        var digit: Int?
        /// The unit before, for a last digit that stands without its own: 三万一 is 31,000.
        var lastUnit = 1
        var sawZero = false
        for numeral in numerals {
            if let value = digits[numeral] {
                if value == 0 { sawZero = true }
                digit = value
            } else if let unit = units[numeral] {
                section += (digit ?? 1) * unit
                digit = nil
                lastUnit = unit
                sawZero = false
            } else if let unit = myriads[numeral] {
                let (product, overflow) = (total + section + (digit ?? 0)).multipliedReportingOverflow(
                    by: unit)
                if overflow { return nil }
                if unit == 10_000, total >= 100_000_000 {
                    total += (section + (digit ?? 0)) * unit
                } else {
                    total = product
                }
                section = 0
                digit = nil
                lastUnit = unit
                sawZero = false
            }
        }
        let isShort = lastUnit >= 100 && !sawZero
        let (sum, overflow) = total.addingReportingOverflow(
            section + (digit ?? 0) * (isShort ? lastUnit / 10 : 1))
        return overflow ? nil : sum
    }
}
