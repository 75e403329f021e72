internal import TesseraCore

/// The linear programme of a mixture (Hayase et al., 2024, section 3), of the constraints known so far.
///
/// Shares `a`, a slack `v_t` for each merge and `v_p` for each pair: the least sum of slacks under
/// `sum_i a_i (c_i(t, m_t) - c_i(t, p)) + v_t + v_p >= 0` and `sum_i a_i = 1`. Counts reach from a hundredth of all pairs
/// down to a hundred-millionth, so every row is divided by its largest difference, every slack is counted in units of
/// the first row that has it, and costs in units of the rarest merge: nothing vanishes under the solver's tolerance.
///
/// Most constraints hold the optimum only for a while. One that did not in the last solutions is taken out whenever the sum
/// of slacks has risen, and comes back when it is broken again. As that sum never falls and what is known only grows while
/// it stands still, this ends.
struct MixtureProgramme: ~Copyable {
    private let histories: PairHistories
    private var programme: LinearProgram
    /// The constraints in the order of the rows, which begin with that of the sum.
    private var constraints: [MixtureConstraint] = []
    /// For each of them in how many solutions in a row it had no price.
    private var ages: [Int] = []
    /// The constraints in the programme.
    private(set) var known: Set<MixtureConstraint> = []
    /// The largest sum of costs so far.
    private var objective = 0.0

    /// How many constraints were added, those that were taken out and came back each time.
    private(set) var constraintCount = 0

    /// In how many solutions in a row a constraint that is taken out had no price.
    private static let oldAge = 2
    /// By which part of itself the sum of costs rises at least when it is said to.
    private static let leastRise = 1e-9

    private var mergeColumns: [Int: Slack] = [:]
    private var pairColumns: [Int: Slack] = [:]
    /// What costs are counted in.
    private let costUnit: Double

    /// A column of slack, and what one unit of it is.
    private struct Slack {
        var column: Int
        var unit: Double
    }

    /// A programme without constraints but that shares add up to one or more.
    init(_ histories: PairHistories) throws(LocatedError) {
        programme = try Self.programme(ofShares: histories.categoryCount)
        self.histories = histories
        costUnit = (0..<histories.mergeCount).compactMap { Self.largestShare($0, histories) }.min() ?? 1
    }

    /// Shares that add up to one or more, and no more when anything costs: all constraints hold for any multiple of what
    /// fulfils them, and the least multiple costs least.
    private static func programme(ofShares count: Int) throws(LocatedError) -> LinearProgram {
        var programme = try LinearProgram()
        try programme.addColumns(costs: [Double](repeating: 0, count: count))
        try programme.addRows([LinearProgram.Row((0..<count).map { ($0, 1) }, lower: 1)])
        return programme
    }

    /// The largest share of a merge's pair over all categories; nil when it occurs in none.
    private static func largestShare(_ step: Int, _ histories: PairHistories) -> Double? {
        let shares = histories.pairTotals.enumerated().map { category, total in
            total > 0 ? Double(histories.countOfMerge(step, in: category)) / Double(total) : 0
        }
        return shares.max().flatMap { $0 > 0 ? $0 : nil }
    }

    /// Adds constraints, those that are known left out.
    ///
    /// - Returns: whether there was one that is not.
    @discardableResult
    mutating func add(_ more: [MixtureConstraint]) throws(LocatedError) -> Bool {
        var rows: [LinearProgram.Row] = []
        var costs: [Double] = []
        let (firstColumn, costUnit) = (programme.columnCount, self.costUnit)
        func column(_ slack: inout Slack?, unit: Double, _ scale: Double) -> (
            column: Int, coefficient: Double
        ) {
            let known = slack ?? Slack(column: firstColumn + costs.count, unit: unit)
            if slack == nil { costs.append(unit / costUnit) }
            slack = known
            return (known.column, known.unit / scale)
        }
        for constraint in more {
            let differences = histories.differences(constraint)
            let scale = differences.reduce(0) { max($0, $1.magnitude) }
            // Of two pairs that occur equally often everywhere neither says anything.
            guard scale > 0, known.insert(constraint).inserted else { continue }
            constraints.append(constraint)
            ages.append(0)
            let unit = Self.largestShare(constraint.step, histories) ?? scale
            let slacks = [
                column(&mergeColumns[constraint.step], unit: unit, scale),
                column(&pairColumns[constraint.pair], unit: scale, scale),
            ]
            rows.append(
                LinearProgram.Row(differences.enumerated().map { ($0, $1 / scale) } + slacks, lower: 0))
        }
        constraintCount += rows.count
        try programme.addColumns(costs: costs)
        try programme.addRows(rows)
        return !rows.isEmpty
    }

    /// Takes out the constraints that had no price of late, if the sum of costs has risen.
    mutating func retire() {
        for index in constraints.indices { ages[index] = isBinding(index) ? 0 : ages[index] + 1 }
        guard programme.objective > objective * (1 + Self.leastRise) else { return }
        objective = programme.objective
        // The solver goes on from its basis, of which a row without a price may be a part all the same.
        let stays = constraints.indices.map { ages[$0] < Self.oldAge || !programme.isSlack(row: $0 + 1) }
        let gone = constraints.indices.filter { !stays[$0] }
        guard !gone.isEmpty else { return }
        programme.removeRows(gone.map { $0 + 1 })
        for index in gone { known.remove(constraints[index]) }
        constraints = zip(constraints, stays).filter(\.1).map(\.0)
        ages = zip(ages, stays).filter(\.1).map(\.0)
    }

    /// Whether a constraint holds the optimum: whether the costs change with its bound.
    private func isBinding(_ index: Int) -> Bool {
        programme.price(ofRow: index + 1).magnitude > Self.negligible
    }

    /// Solves what there is.
    ///
    /// - Throws: `LocatedError` when the solver gives up.
    mutating func solve() throws(LocatedError) -> MixtureSolution {
        try programme.solve()
        var solution = MixtureSolution(histories)
        let shares = solution.shares.indices.map { max(programme.value(ofColumn: $0), 0) }
        let sum = shares.reduce(0, +)
        // Without a cost the sum may be more than one.
        if sum > 0 { solution.shares = shares.map { $0 / sum } }
        for (step, slack) in mergeColumns {
            solution.mergeSlacks[step] = max(programme.value(ofColumn: slack.column), 0) * slack.unit
        }
        for (pair, slack) in pairColumns {
            solution.pairSlacks[pair] = max(programme.value(ofColumn: slack.column), 0) * slack.unit
        }
        return solution
    }

    /// Which categories the constraints that hold the optimum tell apart.
    func identifiability() -> MixtureIdentifiability {
        let count = histories.categoryCount
        var equations = FaceEquations(categoryCount: count)
        for category in 0..<count where programme.reducedCost(ofColumn: category) > Self.negligible {
            equations.addZero(of: category)
        }
        for (index, constraint) in constraints.enumerated() where isBinding(index) {
            let differences = histories.differences(constraint)
            equations.add(
                differences,
                merge: mergeColumns[constraint.step].flatMap { isFree($0) ? constraint.step : nil },
                pair: pairColumns[constraint.pair].flatMap { isFree($0) ? constraint.pair : nil })
        }
        return equations.identifiability()
    }

    /// The constraints that hold the optimum.
    func bindingConstraints() -> [MixtureConstraint] {
        constraints.indices.filter { isBinding($0) }.map { constraints[$0] }
    }

    private static let negligible = 1e-7

    /// Whether a slack may change without cost on the set of optima.
    private func isFree(_ slack: Slack) -> Bool {
        programme.reducedCost(ofColumn: slack.column) <= Self.negligible
    }
}
