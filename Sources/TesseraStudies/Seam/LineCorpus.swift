internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTokenizers
internal import TesseraTraining

/// Lines as tokens to train on, each with an end, which is a token of its own and also stands before the first.
///
/// Predicting the end counts in training; it does not where lines are scored.
struct LineCorpus {
    /// Everything in a row.
    let tokens: [TokenID]

    /// The token of the end: the first after those of a tokenizer.
    static func end(of tokenizer: some Tokenizer) -> TokenID {
        TokenID(truncatingIfNeeded: tokenizer.vocabularySize)
    }

    /// Trains a network to predict the next token; the rate rises in the first tenth of the steps.
    ///
    /// - Parameter afterStep: is told each step.
    /// - Throws: `LocatedError` when the text is shorter than a window or a loss is no number; `CancelledError` when
    ///   stopped.
    func train<Network: CausalNetwork>(
        _ network: Network, steps: Int, rate: Double, batchSize: Int, seed: UInt64,
        cancellation: Cancellation,
        afterStep: (Int) throws -> Void
    ) throws {
        var options = TrainingOptions()
        options.steps = steps
        options.rate = rate
        options.warmupSteps = steps / 10
        options.seed = seed
        let source = try WindowSource(
            tokens, context: network.contextLength, batchSize: batchSize, seed: seed)
        var trainer = try Trainer(network, NextTokenObjective<Network>(), source, options: options)
        while trainer.step < steps {
            try cancellation.check()
            _ = try trainer.advance()
            try afterStep(trainer.step)
        }
    }

    /// The bits that a network needs for lines, each read alone.
    ///
    /// - Throws: `LocatedError` when a score is no number; `CancelledError` when stopped.
    static func bits(
        of lines: [String], tokenizer: some Tokenizer, _ network: some CausalNetwork,
        cancellation: Cancellation
    ) throws -> Double {
        let scoring = try HeldOutScoring(
            lines.map { HeldOutText($0, tokenizer: tokenizer) }, contextOfFirst: end(of: tokenizer),
            window: network.contextLength + 1)
        return try scoring.score(network, cancellation: cancellation).nats / logarithm(2)
    }
}

extension LineCorpus {
    /// Encodes lines.
    init(_ lines: [String], tokenizer: some Tokenizer) {
        let end = Self.end(of: tokenizer)
        tokens = [end] + lines.flatMap { tokenizer.encode($0, special: .asText) + [end] }
    }
}
