internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTraining

/// Times steps of training: the trainer's own, from the batch to the changed parameters.
struct TrainingBenchmark {
    /// `[batch, time + 1]` ids for each step: all but the last are read, all but the first predicted.
    let batches: [Tensor]

    /// What products run in; nil for the type of the parameters.
    let autocast: ScalarType?

    /// The processes, each of which trains on its share of a batch.
    let replicas: any Replicas

    /// Takes a step on each batch.
    func run<Network: CausalNetwork>(
        _ network: Network, cancellation: Cancellation
    ) throws -> [StepRecord] {
        var options = TrainingOptions()
        options.steps = batches.count
        options.autocast = autocast
        options.schedule = .constant
        options.warmupSteps = 0
        // Has no part in the speed, and is the same in the peer's benchmark.
        options.rate = 3e-4
        let source = SharedBatches(batches: batches, shares: replicas.count)
        var trainer = try Trainer(
            network, NextTokenObjective(), source, options: options, replicas: replicas)
        var records: [StepRecord] = []
        for _ in batches {
            try cancellation.check()
            records.append(try trainer.advance())
        }
        return records
    }
}

/// Batches that several processes share, each taking some of the rows.
private struct SharedBatches: BatchSource {
    let batches: [Tensor]
    let shares: Int

    func batch(at index: Int) throws(LocatedError) -> Batch {
        let (step, share) = index.quotientAndRemainder(dividingBy: shares)
        let whole = batches[step % batches.count]
        let rows = whole.length(of: 0)
        guard rows.isMultiple(of: shares) else {
            throw LocatedError(
                field: "batch of \(rows) texts", problem: "cannot be shared evenly by \(shares) processes",
                remedy: "choose a number of processes that divides it")
        }
        let part = try whole[axis: 0, (share * rows / shares)..<((share + 1) * rows / shares)]
        return Batch([
            .tokens: try part[axis: 1, 0..<(part.length(of: 1) - 1)], .targets: try part[axis: 1, 1...],
        ])
    }
}
