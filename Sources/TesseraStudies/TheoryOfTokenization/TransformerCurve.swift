internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTraining

/// The held-out loss of a transformer while it is trained, every ten steps.
struct TransformerCurve {
    /// A measurement.
    struct Point {
        let step: Int
        /// Nats per character.
        let loss: Double
        /// The processor time of training and measuring until then.
        let seconds: Double
    }

    let arm: TransformerLosses.Arm
    let order: Int
    let seed: UInt64
    let charactersPerToken: Double
    private(set) var points: [Point] = []

    private static let context = 256
    private static let batchSize = 8
    private static let heldOutWindows = 64

    /// Trains a network.
    ///
    /// - Parameter onStep: is told each step.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(
        _ arm: TransformerLosses.Arm, order: Int, seed: UInt64, _ text: TransformerText, steps: Int,
        conditions: StudyConditions, onStep: (Int) -> Void
    ) throws {
        (self.arm, self.order, self.seed) = (arm, order, seed)
        let characters = text.heldOut.reduce(0) { $0 + text.lengths[Int($1)] }
        charactersPerToken = Double(characters) / Double(max(text.heldOut.count, 1))
        let network = try GPT2Network(
            GPT2Configuration(
                vocabularySize: text.lengths.count, hiddenSize: 32, layerCount: 1, headCount: 1,
                feedForwardSize: 128,
                contextLength: Self.context, activation: .gelu),
            Initialization(deviation: 0.02, scalesResiduals: false), random: RandomGenerator(seed: seed))
        var options = TrainingOptions()
        options.steps = steps
        options.schedule = .constant
        options.rate = 1e-3
        options.warmupSteps = 0
        options.optimizer = AdamW.Options(beta1: 0.9, beta2: 0.95, weightDecay: 1e-3)
        options.gradientLimit = 1
        options.seed = seed
        let source = try WindowSource(
            text.training, context: Self.context, batchSize: Self.batchSize, seed: seed)
        var trainer = try Trainer(network, NextTokenObjective<GPT2Network>(), source, options: options)
        let heldOut = try HeldOutWindows(text, count: Self.heldOutWindows, context: Self.context)
        let begun = processorSeconds()
        points.append(Point(step: 0, loss: try heldOut.loss(of: network), seconds: 0))
        while trainer.step < steps {
            try conditions.cancellation.check()
            _ = try trainer.advance()
            onStep(trainer.step)
            guard trainer.step % 10 == 0 else { continue }
            points.append(
                Point(
                    step: trainer.step, loss: try heldOut.loss(of: network),
                    seconds: processorSeconds() - begun))
        }
    }

    /// The loss that was measured at a step.
    func loss(at step: Int) -> Double { points.first { $0.step == step }?.loss ?? .nan }

    /// Where the loss first falls below a level, between two measurements by a straight line; nil: it does not.
    func crossing(_ level: Double) -> (step: Double, seconds: Double)? {
        guard let index = points.firstIndex(where: { $0.loss < level }) else { return nil }
        guard index > 0 else { return (0, 0) }
        let (before, after) = (points[index - 1], points[index])
        let share = (before.loss - level) / (before.loss - after.loss)
        return (
            Double(before.step) + share * Double(after.step - before.step),
            before.seconds + share * (after.seconds - before.seconds)
        )
    }
}

/// Windows of held-out text, of which the first eighth is read and not scored.
private struct HeldOutWindows {
    private let batch: Batch
    private let characters: Double

    init(_ text: TransformerText, count: Int, context: Int) throws(LocatedError) {
        let starts = stride(from: 0, to: text.heldOut.count - context, by: context).prefix(count)
        let windows = starts.map { Array(text.heldOut[$0...$0 + context]) }
        batch = try Batch(
            windows: windows, counted: windows.map { $0.indices.map { $0 > context / 8 } })
        let scored = windows.flatMap { $0.dropFirst(context / 8 + 1) }
        characters = Double(max(scored.reduce(0) { $0 + text.lengths[Int($1)] }, 1))
    }

    /// Nats per character.
    func loss(of network: GPT2Network) throws(LocatedError) -> Double {
        try withoutGradients { () throws(LocatedError) -> Double in
            try NextTokenObjective<GPT2Network>().loss(of: network, on: batch).sum.item() / characters
        }
    }
}
