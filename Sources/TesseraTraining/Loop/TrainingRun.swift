public import TesseraCore
public import TesseraFiles
internal import TesseraTensor

/// A training from its first step, or its last checkpoint, to its end: with metrics, measurements and checkpoints in a
/// folder.
public struct TrainingRun<Goal: Objective> {
    /// Measures the network between steps.
    ///
    /// A number called `loss` is drawn beside that of training.
    public typealias Measure = (Cancellation, Progress) throws -> [Measurement.Value]

    private var trainer: Trainer<Goal>
    private let folder: RunFolder
    private let configuration: JSONValue
    /// Measures the network every `evaluateEvery` steps and after the last.
    public var measure: Measure?
    private let checkpoints: CheckpointFolder
    private var metrics: MetricsFile?
    private var measuredStep = 0
    private var lastMeasurement: Measurement?
    private var lossesSinceMeasurement: [Double] = []

    /// Prepares a run in `folder`, which was begun.
    ///
    /// - Parameters:
    ///   - configuration: what the run follows from, all of it; kept with every checkpoint.
    ///   - measure: measures the network every `evaluateEvery` steps and after the last.
    public init(
        _ trainer: Trainer<Goal>, in folder: RunFolder, configuration: JSONValue, measure: Measure? = nil
    ) {
        self.trainer = trainer
        self.folder = folder
        self.configuration = configuration
        self.measure = measure
        checkpoints = CheckpointFolder(path: folder.checkpoints)
    }

    /// Goes back to the last checkpoint.
    ///
    /// - Returns: its step.
    /// - Throws: `LocatedError` when there is none, when it is damaged, and when it is of another configuration: then the
    ///   first field that differs is named.
    @discardableResult
    public mutating func resume() throws(LocatedError) -> Int {
        guard let checkpoint = try checkpoints.last() else {
            throw LocatedError(
                file: folder.checkpoints, problem: "holds no checkpoint", remedy: "start without --resume")
        }
        if let difference = Difference(between: checkpoint.configuration, and: configuration) {
            throw difference.error(in: folder)
        }
        try checkpoints.read(
            step: checkpoint.step, parameters: trainer.network.parameters, optimizer: trainer.optimizerState)
        trainer.resume(after: checkpoint.step)
        measuredStep = checkpoint.measuredStep
        return checkpoint.step
    }

    /// Trains to the end.
    ///
    /// - Parameters:
    ///   - cancellation: ends the run after the current step, with a checkpoint.
    ///   - onMeasurement: is told every measurement, and the mean loss of the steps since the one before.
    /// - Throws: `CancelledError` when stopped; `LocatedError` when a loss is no finite number, the disk is full or a batch
    ///   cannot be made. The last good checkpoint stays.
    @discardableResult
    public mutating func run(
        progress: Progress = .ignored, cancellation: Cancellation = Cancellation(),
        onMeasurement: (Measurement, Double?) throws -> Void = { _, _ in }
    ) throws -> TrainingOutcome {
        let begun = ContinuousClock.now
        let steps = trainer.options.steps
        if writes {
            metrics = try MetricsFile(path: folder.metrics, after: trainer.step, measuredStep: measuredStep)
        }
        var losses: [Double] = []
        var count = 0.0
        // A run that was stopped while it measured measures first.
        try measureIfDue(progress, cancellation, onMeasurement)
        while trainer.step < steps {
            if try isStopped(cancellation) {
                try checkpoint()
                throw CancelledError()
            }
            let taken = try advance()
            count += taken.count
            losses = losses.suffix(19) + [taken.loss]
            if measure != nil { lossesSinceMeasurement.append(taken.loss) }
            try metrics?.append(taken)
            progress.report("training", trainer.step, of: steps, unit: "steps")
            try measureIfDue(progress, cancellation, onMeasurement)
            if trainer.step % trainer.options.checkpointEvery == 0 || trainer.step == steps {
                try checkpoint()
            }
        }
        return TrainingOutcome(
            steps: trainer.step, loss: mean(losses), measurement: lastMeasurement, count: count,
            seconds: (ContinuousClock.now - begun).inSeconds)
    }

    /// Whether this process is the one that writes.
    private var writes: Bool { trainer.replicas.rank == 0 }

    /// Whether any of the processes is asked to stop: they must agree, or the others would wait for it.
    private func isStopped(_ cancellation: Cancellation) throws(LocatedError) -> Bool {
        do throws(LocatedError) {
            return try trainer.replicas.sum([cancellation.isCancelled ? 1 : 0]) != [0]
        } catch {
            throw tellingWhatIsLeft(error)
        }
    }

    /// Takes a step.
    private mutating func advance() throws(LocatedError) -> StepRecord {
        do throws(LocatedError) {
            return try trainer.advance()
        } catch {
            throw tellingWhatIsLeft(error)
        }
    }

    /// An error with the run's folder and last checkpoint, if it is about no other file.
    private func tellingWhatIsLeft(_ error: LocatedError) -> LocatedError {
        guard error.file == nil else { return error }
        var error = error
        error.file = folder.path
        if let last = checkpoints.steps.last {
            error.problem += " (the checkpoint of step \(last) is kept)"
        }
        return error
    }

    private mutating func measureIfDue(
        _ progress: Progress, _ cancellation: Cancellation,
        _ onMeasurement: (Measurement, Double?) throws -> Void
    ) throws {
        let step = trainer.step
        guard let measure, step > measuredStep,
            step % trainer.options.evaluateEvery == 0 || step == trainer.options.steps
        else { return }
        do {
            let measurement = Measurement(step: step, values: try measure(cancellation, progress))
            try metrics?.append(measurement)
            lastMeasurement = measurement
            measuredStep = step
            let loss = mean(lossesSinceMeasurement)
            lossesSinceMeasurement = []
            try onMeasurement(measurement, loss)
        } catch let error as CancelledError {
            // What was not measured is when the run goes on.
            try checkpoint()
            throw error
        }
    }

    /// Writes a checkpoint, and the picture of the losses so far.
    private func checkpoint() throws(LocatedError) {
        guard writes else { return }
        let checkpoint = Checkpoint(
            step: trainer.step, measuredStep: measuredStep, configuration: configuration)
        _ = try checkpoints.write(
            checkpoint, parameters: trainer.network.parameters, optimizer: trainer.optimizerState,
            keeping: trainer.options.keptCheckpoints)
        guard let curves = metrics?.curves else { return }
        try writeAtomically(
            curves.svg(title: "Loss of \(FileSystem.name(of: folder.path))"), to: folder.chart)
    }
}

/// The mean; nil of nothing.
private func mean(_ numbers: [Double]) -> Double? {
    numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
}

/// What came of a run.
public struct TrainingOutcome: Hashable, Sendable {
    /// The steps taken, those before it was taken up among them.
    public var steps: Int
    /// The mean loss of the last steps, at most 20; nil when none was taken now.
    public var loss: Double?
    /// The last measurement of now.
    public var measurement: Measurement?
    /// What the losses of now were means of: the tokens that counted.
    public var count: Double
    /// The time that it took now.
    public var seconds: Double
}

extension Difference {
    /// The error of a run that is taken up with another configuration.
    func error(in folder: RunFolder) -> LocatedError {
        LocatedError(
            file: folder.path, field: field,
            problem: "is \(right ?? "not given") now and was \(left ?? "not given") when the run began",
            remedy: "resume with what it began with, or begin another run in another folder")
    }
}
