public import TesseraCore
internal import TesseraTensor

/// Takes steps: batches to gradients to changes of the parameters.
///
/// It writes nothing and can be used alone.
///
/// ```swift
/// var trainer = try Trainer(network, NextTokenObjective(), source, options: options)
/// while trainer.step < options.steps { print(try trainer.advance().loss) }
/// ```
public struct Trainer<Goal: Objective> {
    /// What is trained.
    public let network: Goal.Network
    /// What for.
    public let objective: Goal
    /// What on.
    public let source: any BatchSource
    /// How.
    public let options: TrainingOptions
    /// Together with whom.
    public let replicas: any Replicas

    private let rates: Schedule
    private var optimizer: AdamW
    private let clock = ContinuousClock()

    /// The steps taken.
    public private(set) var step = 0

    /// Makes ready for the first step; parameters that are frozen then stay as they are.
    ///
    /// - Throws: `LocatedError` for options that make no sense, and when every parameter is frozen.
    public init(
        _ network: Goal.Network, _ objective: Goal, _ source: any BatchSource, options: TrainingOptions,
        replicas: any Replicas = SingleReplica()
    ) throws(LocatedError) {
        try options.check()
        self.network = network
        self.objective = objective
        self.source = source
        self.options = options
        self.replicas = replicas
        rates = options.rates
        let trained = network.trainedParameters
        guard !trained.isEmpty else {
            throw LocatedError(
                field: "parameters", problem: "are all frozen", remedy: "let gradients flow to some of them")
        }
        optimizer = try AdamW(trained, options: options.optimizer)
    }

    /// Takes a step.
    ///
    /// - Throws: `LocatedError` when a batch cannot be made, and when the loss or a gradient is no finite number: the
    ///   parameters are then as they were before.
    public mutating func advance() throws(LocatedError) -> StepRecord {
        let begun = clock.now
        let parameters = optimizer.parameters
        try optimizer.clearGradients()
        let sums = try addGradients()
        guard sums.loss.isFinite else { throw notFinite("the loss is \(sums.loss)") }
        guard sums.count > 0 else {
            throw LocatedError(
                field: "step \(step + 1)", problem: "no token of its batches counts",
                remedy: "give batches with targets")
        }
        try replicas.sumGradients(of: parameters)
        let norm = try clipGradients(
            of: parameters, scaledBy: 1 / sums.count, to: options.gradientLimit ?? .infinity)
        guard norm.isFinite else { throw notFinite("the norm of the gradients is \(norm)") }
        let rate = rates.rate(at: step)
        try optimizer.step(rate: rate)
        step += 1
        return StepRecord(
            step: step, loss: sums.loss / sums.count, metrics: sums.metrics.mapValues { $0 / sums.count },
            rate: rate, gradientNorm: norm, count: sums.count, seconds: (clock.now - begun).inSeconds)
    }

    /// Adds up the gradients of this process's batches, and the losses of all processes'.
    private func addGradients() throws(LocatedError) -> (
        loss: Double, count: Double, metrics: [String: Double]
    ) {
        var (sum, count) = (0.0, 0.0)
        var metrics: [String: Double] = [:]
        for part in 0..<options.accumulation {
            let index = (step * options.accumulation + part) * replicas.count + replicas.rank
            try seedDropout(CounterRandom(seed: options.seed).bits(at: index, stream: Self.dropoutStream))
            let batch = try source.batch(at: index)
            let loss = try withAutocast(options.autocast, on: options.device) { () throws(LocatedError) in
                try objective.loss(of: network, on: batch)
            }
            sum += try loss.sum.item()
            count += loss.count
            metrics.merge(loss.metrics) { $0 + $1 }
            try loss.sum.backward()
        }
        let names = metrics.keys.sorted()
        let totals = try replicas.sum([sum, count] + names.map { metrics[$0] ?? 0 })
        return (
            totals[0], totals[1],
            Dictionary(zip(names, totals.dropFirst(2)), uniquingKeysWith: { first, _ in first })
        )
    }

    private static var dropoutStream: UInt64 { 0xD0 }

    private func notFinite(_ problem: String) -> LocatedError {
        LocatedError(
            field: "step \(step + 1)", problem: problem,
            remedy: "lower --rate, lengthen --warmup or lower --clip, and start again or resume")
    }
}

extension Trainer {
    /// What a step has changed so far beside the parameters, for a checkpoint; references.
    var optimizerState: [Parameter] { optimizer.state }

    /// Goes on after `step` steps, once the parameters and `optimizerState` have been read back.
    mutating func resume(after step: Int) {
        self.step = step
        optimizer.resume(after: step)
    }
}
