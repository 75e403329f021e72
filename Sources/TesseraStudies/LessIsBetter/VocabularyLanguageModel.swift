internal import TesseraArchitectures
public import TesseraCore
internal import TesseraTensor
public import TesseraTokenizers

/// A small transformer over the tokens of a vocabulary, and the bits that it needs for each character of held-out text.
///
/// GPT-2 with learned positions and tied embeddings. Each text ends with a token of its own, which also stands before the
/// first; predicting it does not count. Vocabularies are compared after as many steps of as many tokens: one with longer
/// tokens reads more text in them, as it would for the same price, which `charactersRead` tells.
public struct VocabularyLanguageModel: Sendable {
    /// What is trained and for how long.
    public struct Recipe: Sendable {
        /// The width of the network.
        public var width = 128
        /// The tokens that it looks back on.
        public var context = 128
        /// The windows of a step.
        public var batchSize = 8
        /// The steps.
        public var steps = 300
        /// The steps from one measurement to the next.
        public var measureEvery = 50

        /// That of the study.
        public init() {}
    }

    /// A measurement.
    public struct Point: Hashable, Sendable {
        /// The steps until then.
        public let step: Int
        /// Bits for each held-out character (code point).
        public let bitsPerCharacter: Double
    }

    /// What was measured, the last after all steps.
    public let points: [Point]
    /// The characters that all steps together read, some of them several times.
    public let charactersRead: Int
    /// The processor time of training and measuring.
    public let seconds: Double

    /// Trains a network.
    ///
    /// - Parameter onStep: is told each step.
    /// - Throws: `LocatedError` when the texts are shorter than a window or a loss is no number; `CancelledError` when
    ///   stopped.
    public init(
        _ tokenizer: PipelineTokenizer, training: [String], heldOut: [String], recipe: Recipe = Recipe(),
        seed: UInt64, cancellation: Cancellation = Cancellation(), onStep: (Int) -> Void = { _ in }
    ) throws {
        let begun = processorSeconds()
        let corpus = LineCorpus(training, tokenizer: tokenizer)
        let network = try GPT2Network(
            GPT2Configuration(
                vocabularySize: tokenizer.vocabularySize + 1, hiddenSize: recipe.width, layerCount: 2,
                headCount: 4, contextLength: recipe.context),
            random: RandomGenerator(seed: seed))
        let characters = heldOut.reduce(0) { $0 + $1.unicodeScalars.count }
        var points: [Point] = []
        try corpus.train(
            network, steps: recipe.steps, rate: 3e-3, batchSize: recipe.batchSize, seed: seed,
            cancellation: cancellation
        ) { step in
            onStep(step)
            guard step % recipe.measureEvery == 0 || step == recipe.steps else { return }
            let bits = try LineCorpus.bits(
                of: heldOut, tokenizer: tokenizer, network, cancellation: cancellation)
            points.append(Point(step: step, bitsPerCharacter: bits / Double(max(characters, 1))))
        }
        self.points = points
        let read =
            Double(recipe.steps) * Double(recipe.batchSize * recipe.context) / Double(corpus.tokens.count)
        charactersRead = Int(read * Double(training.reduce(0) { $0 + $1.unicodeScalars.count }))
        seconds = processorSeconds() - begun
    }

    /// The bits for each held-out character after all steps.
    public var bitsPerCharacter: Double { points.last?.bitsPerCharacter ?? .nan }
}
