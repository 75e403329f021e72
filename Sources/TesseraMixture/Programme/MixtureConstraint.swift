/// That a merge was made means that its pair was, in the mixture, no rarer than another at that step.
package struct MixtureConstraint: Hashable, Sendable {
    /// The merge.
    package var step: Int
    /// The number of the other pair.
    package var pair: Int

    package init(step: Int, pair: Int) {
        self.step = step
        self.pair = pair
    }
}

/// What the constraints are of: shares of the mixture, and by how much merges and pairs miss what they should be.
package struct MixtureSolution: Sendable {
    /// For each category its share of the mixture's pairs; the sum is one.
    package var shares: [Double]
    /// For each merge how much more its pair must count: `v_t`.
    package var mergeSlacks: [Double]
    /// For each pair how much less it must count: `v_p`.
    package var pairSlacks: [Double]

    /// Equal shares and no slack.
    package init(_ histories: PairHistories) {
        let count = histories.categoryCount
        shares = [Double](repeating: 1 / Double(max(count, 1)), count: count)
        mergeSlacks = [Double](repeating: 0, count: histories.mergeCount)
        pairSlacks = [Double](repeating: 0, count: histories.pairs.count)
    }
}
