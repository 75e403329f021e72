/// The general categories of Unicode, by their two-letter names (Unicode Standard Annex 44, table 12).
package enum GeneralCategory: UInt8, CaseIterable, Sendable {
    case uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
    case nonspacingMark, spacingMark, enclosingMark
    case decimalNumber, letterNumber, otherNumber
    case connectorPunctuation, dashPunctuation, openPunctuation, closePunctuation
    case initialPunctuation, finalPunctuation, otherPunctuation
    case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
    case spaceSeparator, lineSeparator, paragraphSeparator
    case control, format, surrogate, privateUse, unassigned

    /// The names, in the order of the cases.
    static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf",
        "Po",
        "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    /// The two-letter name, such as "Lu".
    package var name: String { Self.names[Int(rawValue)] }

    /// The category of `scalar` in Unicode 16.0; takes time logarithmic in the number of runs.
    package init(of scalar: UInt32) {
        self = CategoryRuns.shared.category(of: scalar)
    }
}

/// The runs of code points of one category, read from the packed table once.
struct CategoryRuns: Sendable {
    /// Where each run starts.
    private let starts: [UInt32]
    /// The category of each run.
    private let categories: [UInt8]

    static let shared = CategoryRuns()

    private init() {
        var starts: [UInt32] = []
        var categories: [UInt8] = []
        starts.reserveCapacity(4096)
        categories.reserveCapacity(4096)
        var numbers = PackedNumbers(UnicodeData.categories)
        var start: UInt32 = 0
        while let length = numbers.next(), let category = numbers.next() {
            starts.append(start)
            categories.append(UInt8(truncatingIfNeeded: category))
            start += length
        }
        self.starts = starts
        self.categories = categories
    }

    func category(of scalar: UInt32) -> GeneralCategory {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= scalar { low = middle + 1 } else { high = middle }
        }
        guard low > 0, scalar <= CodePointSet.last else { return .unassigned }
        return GeneralCategory(rawValue: categories[low - 1]) ?? .unassigned
    }

    /// The code points whose category is in `mask`, which has a bit for each case of `GeneralCategory`.
    func set(_ mask: UInt32) -> CodePointSet {
        var ranges: [ClosedRange<UInt32>] = []
        ranges.reserveCapacity(1024)
        var open: UInt32?
        for (index, category) in categories.enumerated() {
            let isIn = mask >> UInt32(category) & 1 == 1
            if isIn, open == nil { open = starts[index] }
            if !isIn, let start = open {
                ranges.append(start...(starts[index] - 1))
                open = nil
            }
        }
        if let start = open { ranges.append(start...CodePointSet.last) }
        return CodePointSet(ordered: ranges)
    }
}
