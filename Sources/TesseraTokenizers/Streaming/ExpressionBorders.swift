/// What an expression certainly does between two neighbouring characters, whatever stands around them.
///
/// Worked out from the states that its automaton can be in behind a character of each class.
struct ExpressionBorders: Sendable {
    /// The classes of characters.
    private let classes: CodePointClasses
    private let width: Int
    /// For each class on the left and on the right, what is certain.
    private var borders: [SplitBorder]

    /// The most states and pairs of classes that are looked at.
    private static let mostWork = 4_000_000

    /// Looks at every pair of classes; nil for expressions that look further than one character or are too large.
    init?(_ engine: ExpressionEngine) {
        guard let table = engine.table else { return nil }
        classes = table.classes
        width = table.end
        let starts = (0..<engine.alphabet.kindCount).map { table.start(afterKind: $0) }
        guard let behind = Self.states(behindEachClassOf: table, from: starts) else { return nil }
        borders = [SplitBorder](repeating: .open, count: width * width)
        for left in 0..<width {
            // Where every attempt that reads the left character ends in a match, it is never left in a gap.
            let begins = starts.allSatisfy { table.step($0, left).state != nil }
            for right in 0..<width {
                let steps = behind[left].map { table.step($0, right) }
                guard steps.allSatisfy({ $0.state == nil }) else { continue }
                let matches = begins && steps.allSatisfy(\.matches)
                borders[left * width + right] = matches ? .cut : .fresh
            }
        }
    }

    /// For each class the states that a character of it leads to; nil when that takes too long.
    private static func states(behindEachClassOf table: CuttingTable, from starts: [Int]) -> [[Int]]? {
        var known = Set(starts)
        var pending = starts
        var behind = [Set<Int>](repeating: [], count: table.end)
        var work = 0
        while let state = pending.popLast() {
            work += table.end * table.end
            guard work <= mostWork else { return nil }
            for column in 0..<table.end {
                guard let next = table.step(state, column).state else { continue }
                behind[column].insert(next)
                if known.insert(next).inserted { pending.append(next) }
            }
        }
        return behind.map(Array.init)
    }

    /// What is certain between `left` and `right`.
    func border(_ left: UInt32, _ right: UInt32) -> SplitBorder {
        borders[classes.kind(of: left) * width + classes.kind(of: right)]
    }
}

/// What a step of splitting certainly does between two neighbouring characters.
enum SplitBorder: Sendable {
    /// Nothing is certain.
    case open
    /// What stands before them has no influence on how the text is cut behind them, nor the other way round.
    case fresh
    /// And a piece ends between them.
    case cut
}
