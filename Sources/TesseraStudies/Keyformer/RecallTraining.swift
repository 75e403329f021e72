internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTraining

/// Teaches a `RecallCircuit` where to look, until it finds the values of a `KeyedList`.
///
/// Lists of two to four pairs come first, in which chance finds the right one often enough to learn from; then they grow.
struct RecallTraining {
    /// The most pairs of a list.
    static let pairCount = 96
    static let stepCount = 500
    /// The steps between which lists grow from the fewest pairs to the most.
    private static let growth = 150..<300
    private static let fewestPairs = 4
    /// The tokens of a step, about.
    private static let tokenCount = 2_048

    let network: LlamaNetwork
    /// The mean loss of an answer over the last 50 steps, in nats.
    let lastLoss: Double

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        network = try RecallCircuit.network(
            vocabularySize: KeyedList.vocabularySize, contextLength: 384,
            random: RandomGenerator(seed: seed))
        var options = TrainingOptions()
        options.steps = Self.stepCount
        options.rate = 2e-3
        options.warmupSteps = 30
        options.optimizer = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0.01)
        options.seed = seed
        let source = GeneratedBatches(seed: seed) { (step, random) throws(LocatedError) -> Batch in
            try Self.batch(step, random)
        }
        var trainer = try Trainer(network, NextTokenObjective<LlamaNetwork>(), source, options: options)
        var losses: [Double] = []
        while trainer.step < options.steps {
            try conditions.cancellation.check()
            losses.append(try trainer.advance().loss)
            conditions.progress.report("retrieval", trainer.step, of: options.steps, unit: "steps")
        }
        lastLoss = mean(losses.suffix(50))
    }

    /// Lists of one length, with questions of which only the answers count.
    private static func batch(_ step: Int, _ random: CounterRandom) throws(LocatedError) -> Batch {
        let grown = min(max(step - growth.lowerBound, 0), growth.count)
        let most = fewestPairs + (pairCount - fewestPairs) * grown / growth.count
        let pairCount = most / 2 + Int(random.bits(at: 0) % UInt64(most - most / 2 + 1))
        let questionCount = min(2 * pairCount, 64)
        let rows = tokenCount / (3 * pairCount + 2 * questionCount)
        var (tokens, targets): ([TokenID], [Int]) = ([], [])
        for row in 0..<rows {
            let draws = CounterRandom(seed: random.bits(at: row, stream: 1))
            let list = KeyedList(pairCount: pairCount, random: draws)
            tokens += list.tokens
            targets += [Int](repeating: ignoredTarget, count: list.tokens.count)
            for question in 0..<questionCount {
                let place = Int(draws.bits(at: question, stream: 4) % UInt64(list.keys.count))
                tokens += [KeyedList.question, list.keys[place]]
                targets += [ignoredTarget, Int(list.values[place])]
            }
        }
        let shape = [rows, tokens.count / rows]
        return Batch([
            .tokens: try Tensor(tokens, shape: shape), .targets: try Tensor(targets, shape: shape),
        ])
    }

    /// The mean loss of every token of a text but the first, in nats.
    func loss(of tokens: [TokenID]) throws(LocatedError) -> Double {
        let count = tokens.count - 1
        let batch = Batch([
            .tokens: try Tensor(Array(tokens.dropLast()), shape: [1, count]),
            .targets: try Tensor(tokens.dropFirst().map { Int($0) }, shape: [1, count]),
        ])
        let loss = try withoutGradients { () throws(LocatedError) in
            try NextTokenObjective<LlamaNetwork>().loss(of: network, on: batch)
        }
        return try loss.sum.item() / loss.count
    }
}
