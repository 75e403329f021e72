internal import TesseraCore
internal import TesseraTokenizers

/// How often each pair occurs in each category before each merge, found by pair.
package struct PairHistories: Sendable {
    /// How many merges there are.
    package let mergeCount: Int
    /// For each category how many pairs it has before any merge.
    package let pairTotals: [Int]
    private let numbers: PairNumbers
    private let entries: PairEntries
    private let rises: PairRises

    /// For each merge and each category how often its pair occurs when it is made.
    private let mergeCounts: [Int]

    /// The pairs by number.
    package var pairs: [SymbolPair] { numbers.pairs }

    /// How many categories there are.
    package var categoryCount: Int { pairTotals.count }

    /// Puts the histories of all categories together.
    package init(_ histories: [CategoryHistory], plan: MergeReplay.Plan) {
        let (mergeCount, totals) = (plan.merges.count, histories.map(\.pairCount))
        var numbers = PairNumbers()
        let numbersOf = histories.map { $0.pairs.map { numbers.number(of: $0) } }
        let entries = PairEntries(histories, numbers: numbersOf, pairCount: numbers.pairs.count)
        var merged = [Int](repeating: 0, count: mergeCount * histories.count)
        for (step, merge) in plan.merges.enumerated() {
            guard let pair = numbers.known(SymbolPair(merge.left, merge.right)) else { continue }
            entries.forEachCategory(of: pair, in: step) { merged[step * histories.count + $0] = $1 }
        }
        self.mergeCount = mergeCount
        pairTotals = totals
        self.numbers = numbers
        self.entries = entries
        rises = PairRises(entries, totals: totals, stateCount: mergeCount)
        mergeCounts = merged
    }

    /// The number of `pair`; nil when it never occurs.
    func number(of pair: SymbolPair) -> Int? { numbers.known(pair) }

    /// How often the pair of merge `step` occurs in `category` when it is made.
    @inline(__always)
    package func countOfMerge(_ step: Int, in category: Int) -> Int {
        mergeCounts[step * categoryCount + category]
    }

    /// The pairs that occur more often before merge `step` than before the one before it, in some category.
    @inline(__always)
    func rises(before step: Int) -> ArraySlice<PairRises.Rise> { rises.inState(step) }

    /// Calls `body` with each category in which a pair ever occurs and how often it does before merge `step`.
    @inline(__always)
    package func forEachCategory(
        of pair: Int, before step: Int, _ body: (_ category: Int, _ count: Int) -> Void
    ) {
        entries.forEachCategory(of: pair, in: step, body)
    }
}
