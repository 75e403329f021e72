package import TesseraCore

/// The replaced tokens that change a prediction (Zhao and Shan, "ReAGent: A Model-agnostic Feature Attribution Method for
/// Generative Language Models", 2024, arXiv 2402.00794).
///
/// At each step some tokens, drawn at random, are replaced; how far the target's probability falls is credited to them
/// and debited to the others. Differences: besides the published sum there is one whose means are subtracted, since on
/// real models most steps lower the probability, and a plain sum then mostly counts how often a token was drawn; scores
/// begin at 0 and not at random; changes are kept below 1; the stopping rule is looked at every ten steps and wants two
/// of three draws; when no replica stops, all count.
package struct ReAGent: Sendable {
    /// What the steps of a replica added up to, for each position.
    package struct Replica {
        var replaced: [Double]
        var kept: [Double]
        var replacedCount: [Int]
        var keptCount: [Int]
        package var hasStopped = false

        init(count: Int) {
            replaced = Array(repeating: 0, count: count)
            kept = replaced
            replacedCount = Array(repeating: 0, count: count)
            keptCount = replacedCount
        }

        /// Adds a step's fall of the target's probability.
        mutating func add(_ fall: Double, replaced mask: [Int], of positions: [Int]) {
            let change = ReAGent.logit(fall)
            let masked = Set(mask)
            for position in positions {
                if masked.contains(position) {
                    replaced[position] += change
                    replacedCount[position] += 1
                } else {
                    kept[position] += change
                    keptCount[position] += 1
                }
            }
        }

        /// The published score: changes where a token was replaced less changes where it was kept.
        package var sums: [Double] { zip(replaced, kept).map { $0 - $1 } }

        /// The mean change where a token was replaced less the mean where it was kept.
        package var centred: [Double] {
            replaced.indices.map { index in
                guard replacedCount[index] > 0, keptCount[index] > 0 else { return 0 }
                return replaced[index] / Double(replacedCount[index]) - kept[index] / Double(keptCount[index])
            }
        }
    }

    /// A step of a replica, by number.
    struct Step {
        var replica: Int
        var number: Int
    }

    let replacer: any TokenReplacer
    private let question: AttributionQuestion
    private let options: AttributionOptions
    private let positions: [Int]

    /// Steps between two looks at the stopping rule.
    private static let stepsPerCheck = 10

    package init(_ question: AttributionQuestion, options: AttributionOptions, replacer: any TokenReplacer) {
        self.question = question
        self.options = options
        self.replacer = replacer
        positions = question.positions
    }

    /// Runs all replicas.
    ///
    /// - Parameters:
    ///   - probability: that of the target after the whole context.
    ///   - scores: which of the sums the stopping rule ranks by.
    /// - Throws: what the model throws; `CancelledError` when stopped.
    package func replicas<Model: CausalModel>(
        probability: Double, scores: (Replica) -> [Double], scorer: inout TargetScorer<Model>,
        cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
    ) throws -> [Replica] {
        var replicas: [Replica] = []
        for index in 0..<options.replicas {
            replicas.append(
                try run(
                    index, probability: probability, scores: scores, scorer: &scorer,
                    cancellation: cancellation
                ) {
                    progress.report(
                        "attributing", index * options.steps + $0, of: options.replicas * options.steps,
                        unit: "steps")
                })
        }
        return replicas
    }

    /// Runs one replica.
    private func run<Model: CausalModel>(
        _ index: Int, probability: Double, scores: (Replica) -> [Double],
        scorer: inout TargetScorer<Model>, cancellation: Cancellation, report: (Int) -> Void
    ) throws -> Replica {
        var replica = Replica(count: question.context.count)
        let random = random(of: index)
        for step in 0..<options.steps {
            try cancellation.check()
            let now = Step(replica: index, number: step)
            let after = try scorer.probability(after: context(now))
            replica.add(probability - after, replaced: mask(now), of: positions)
            report(step + 1)
            if options.stopsEarly, step % Self.stepsPerCheck == Self.stepsPerCheck - 1,
                try stands(scores(replica), random, step: step, scorer: &scorer)
            {
                replica.hasStopped = true
                break
            }
        }
        return replica
    }

    /// Whether the best tokens alone make the target one of the likeliest, in two of three draws.
    private func stands<Model: CausalModel>(
        _ scores: [Double], _ random: CounterRandom, step: Int, scorer: inout TargetScorer<Model>
    ) throws(LocatedError) -> Bool {
        let kept = options.kept ?? max(1, min(8, positions.count / 3))
        let best = Set(positions.sorted { (scores[$0], $0) > (scores[$1], $1) }.prefix(kept))
        let others = positions.filter { !best.contains($0) }
        var successes = 0
        for draw in 0..<3 {
            let stream = UInt64.max - UInt64(3 * step + draw)
            let context = replaced(others, random, stream: stream)
            if try scorer.isTarget(among: options.tolerance, after: context) { successes += 1 }
            if successes == 2 || successes + 2 - draw < 2 { break }
        }
        return successes >= 2
    }

    private func random(of replica: Int) -> CounterRandom {
        CounterRandom(seed: options.seed &+ UInt64(replica))
    }

    /// The positions that a step replaces.
    func mask(_ step: Step) -> [Int] {
        let random = random(of: step.replica)
        return positions.filter {
            random.uniform(at: $0, stream: UInt64(2 * step.number)) < options.ratio
        }
    }

    /// The context that a step leaves.
    func context(_ step: Step) -> [TokenID] {
        replaced(mask(step), random(of: step.replica), stream: UInt64(2 * step.number + 1))
    }

    private func replaced(_ mask: [Int], _ random: CounterRandom, stream: UInt64) -> [TokenID] {
        var context = question.context
        for position in mask {
            context[position] = replacer.replacement(
                at: position, of: question.context, draw: random.bits(at: position, stream: stream))
        }
        return context
    }

    /// `ln((1 + d) / (1 - d))` of a change of probability, kept finite.
    static func logit(_ change: Double) -> Double {
        let change = min(max(change, -1 + 1e-6), 1 - 1e-6)
        return logarithm((1 + change) / (1 - change))
    }
}
