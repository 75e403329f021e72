package import TesseraCore

/// The counts of one category's pairs before each merge, as lists of changes.
package struct CategoryHistory: Sendable {
    /// The pairs that ever occur, by number.
    let pairs: [SymbolPair]
    /// How often each of the first pairs occurs before any merge; the others do not.
    let firstCounts: [Int]
    /// Where the changes of each step start in `changedPairs`, with the end of the last.
    let starts: [Int]
    /// The pairs that each step changes.
    let changedPairs: [UInt32]
    /// How often they occur then.
    let changedCounts: [Int]
    /// How many pairs of neighbours the category has before any merge.
    package let pairCount: Int

    /// Makes all merges of `plan` but the last, after which nothing is asked, in the words of a category.
    ///
    /// - Throws: `CancelledError` when stopped.
    package init(
        _ words: CategoryWords, plan: MergeReplay.Plan, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws(CancelledError) {
        var replay = MergeReplay(words, plan: plan)
        var (starts, pairs, counts) = ([0], [UInt32](), [Int]())
        firstCounts = replay.pairCounts
        for step in 0..<max(plan.merges.count - 1, 0) {
            if step & 63 == 0 {
                try cancellation.check()
                progress.report("replaying merges", step, of: plan.merges.count, unit: "merges")
            }
            for change in replay.makeNext() {
                pairs.append(change.pair)
                counts.append(change.count)
            }
            starts.append(pairs.count)
        }
        self.starts = starts
        changedPairs = pairs
        changedCounts = counts
        self.pairs = replay.pairs
        pairCount = words.pairCount
    }
}
