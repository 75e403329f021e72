/// What a pass of a model over a few rows costs beside one over a single row: t(m).
///
/// Up to some number of rows a pass mostly waits for the weights, and more rows cost little; how many that are
/// depends on the machine, the format of the weights and the text's length. Only ratios matter.
public struct PassCost: Hashable, Sendable {
    /// The cost of a pass over 1, 2, 3, … rows.
    public private(set) var costs: [Double]

    /// The seconds of a cost of 1, as of late; nil until a pass was timed.
    private var unitSeconds: Double?

    /// How far the unit goes towards each new time, and the cost towards what the unit makes of it.
    ///
    /// Larger steps find costs that are far from what is expected sooner, and lose more to chance from then on.
    private static let (unitStep, costStep) = (0.3, 0.05)

    /// How many times slower or faster than thought a pass is taken to be at the most: one that was held up says nothing.
    private static let mostOff = 1.5

    /// What is expected of a model that was not timed yet: four rows for the price of one and a third.
    public static let expected = PassCost([(1, 1), (2, 1.1), (4, 1.33), (8, 1.8), (16, 3.2), (32, 6.4)])

    /// Interpolates between known numbers of rows, the smallest of which is taken for fewer.
    ///
    /// - Parameter points: rows of at least 1 with the cost of a pass.
    public init(_ points: [(rows: Int, cost: Double)]) {
        let points = points.filter { $0.rows >= 1 && $0.cost.isFinite }.sorted { $0.rows < $1.rows }
        var costs: [Double] = []
        for point in points {
            let before = (rows: costs.count, cost: costs.last ?? point.cost)
            let steps = point.rows - before.rows
            guard steps > 0, point.rows <= 4096 else { continue }
            for step in 1...steps {
                costs.append(before.cost + (point.cost - before.cost) * Double(step) / Double(steps))
            }
        }
        self.costs = costs
    }

    /// The cost of a pass over `rows` rows; beyond those known, each costs what the last half did on average.
    public func callAsFunction(rows: Int) -> Double {
        guard let last = costs.last, rows > 0 else { return Double(max(rows, 1)) }
        if rows <= costs.count { return costs[rows - 1] }
        let half = costs.count / 2
        let slope = max(0, last - costs[half]) / Double(max(1, costs.count - 1 - half))
        return last + slope * Double(rows - costs.count)
    }

    /// How many drafts a pass reads that is to give the most tokens a second.
    ///
    /// - Parameters:
    ///   - chances: how likely each draft comes true, the likeliest first.
    ///   - rows: what the pass reads anyway.
    ///   - tokens: how many tokens it gives anyway.
    func payingCount(_ chances: [Float], beside rows: Int, giving tokens: Int) -> Int {
        var count = 0
        var expected = Double(tokens)
        var best = expected / self(rows: rows)
        for (index, chance) in chances.enumerated() {
            expected += Double(chance)
            let rate = expected / self(rows: rows + index + 1)
            if rate > best { (best, count) = (rate, index + 1) }
        }
        return count
    }

    /// Learns from the time that a pass took, for numbers of rows near `rows` the more the nearer they are.
    ///
    /// What else the machine does changes the seconds of all passes alike: those go into the unit, which follows
    /// quickly, and what is left into the costs, which follow slowly. A single pass that was disturbed says little.
    public mutating func learn(rows: Int, seconds: Double) {
        guard costs.indices.contains(rows - 1), costs[rows - 1] > 0, seconds > 0, seconds.isFinite else {
            return
        }
        let sample = seconds / costs[rows - 1]
        let unit = unitSeconds ?? sample
        let ratio = min(max(sample / unit, 1 / Self.mostOff), Self.mostOff)
        unitSeconds = unit * power(ratio, Self.unitStep)
        for index in costs.indices {
            let distance = Double(abs(index + 1 - rows))
            costs[index] *= power(ratio, Self.costStep * power(0.6, distance))
        }
    }
}
