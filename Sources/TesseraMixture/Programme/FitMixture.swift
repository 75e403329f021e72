package import TesseraCore

/// How a mixture is fitted.
package struct MixtureFit: Sendable {
    /// The shares and slacks.
    package let solution: MixtureSolution
    /// How many constraints were made, those that were left out and came back each time.
    package let constraintCount: Int
    /// How often constraints were searched for and the programme solved.
    package let roundCount: Int
    /// The constraints that hold the optimum, with which a fit to like counts may begin.
    package let binding: [MixtureConstraint]
    /// Whether there is one optimum.
    package let identifiability: MixtureIdentifiability

    /// The sum of all slacks: by how much the merges contradict the samples, as a share of pairs.
    package var objective: Double {
        solution.mergeSlacks.reduce(0, +) + solution.pairSlacks.reduce(0, +)
    }
}

/// Finds the shares of a mixture for which the merges are the least surprise.
///
/// Constraints are as many as merges times pairs, so they are made when a solution breaks them, until a search of all
/// merges finds none (Hayase et al., 2024, section 3.3). Otherwise than in the paper, which solves again after the first
/// hundred, every search goes through all merges and takes the worst five of each.
///
/// - Parameters:
///   - search: says which merges count, and how constraints are searched for.
///   - start: constraints to begin with.
/// - Throws: `LocatedError` when the solver gives up; `CancelledError` when stopped.
package func fitMixture(
    _ histories: PairHistories, _ search: ConstraintSearch, startingWith start: [MixtureConstraint] = [],
    progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> MixtureFit {
    var programme = try MixtureProgramme(histories)
    var solution = MixtureSolution(histories)
    var rounds = 0
    try programme.add(start)
    if !start.isEmpty { solution = try programme.solve() }
    while true {
        try cancellation.check()
        let constraints = search.broken(by: solution, known: programme.known)
        let brokenCount = Set(constraints.map(\.step)).count
        progress.report(
            "solving", search.mergeCount - brokenCount, of: search.mergeCount,
            unit: "merges that are fulfilled")
        rounds += 1
        guard try programme.add(constraints) else { break }
        solution = try programme.solve()
        programme.retire()
    }
    return MixtureFit(
        solution: solution, constraintCount: programme.constraintCount, roundCount: rounds,
        binding: programme.bindingConstraints(), identifiability: programme.identifiability())
}
