extension MixtureEstimate {
    /// The share of several categories together, and where the middle nine tenths of the draws lie; nil without draws.
    public func share(
        ofCategories names: Set<String>, of denominator: MixtureDenominator = .pairs
    ) -> (share: Double, interval: ClosedRange<Double>?) {
        let members = categories.indices.filter { names.contains(categories[$0].name) }
        let share = members.reduce(0) { $0 + categories[$1].share(of: denominator) }
        guard !draws.isEmpty else { return (share, nil) }
        let sums = draws.map { draw in
            let shares = converted(draw, to: denominator)
            return members.reduce(0) { $0 + shares[$1] }
        }.sorted()
        let (low, high) = (quantile(0.05, of: sums), quantile(0.95, of: sums))
        return (share, min(low, high)...max(low, high))
    }
}
