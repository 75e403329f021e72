internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTokenizers
internal import TesseraTraining

/// What is done to a model to adapt it.
enum AdaptationMethod: String, CaseIterable, Sendable {
    case full = "all parameters"
    case adapters = "language adapters"
    case embeddings = "embeddings"
    case newTokenizer = "new tokenizer, all parameters"

    var strategy: AdaptationStrategy {
        switch self {
        case .full, .newTokenizer: .full
        case .adapters: .adapters(reduction: 2)
        case .embeddings: .embeddings
        }
    }
}

/// The English model adapted to a text, and the bits that it then needs for held-out lines.
struct AdaptationRun: Sendable {
    /// What tells it from other runs.
    struct Arm: Hashable, Sendable {
        let locale: String
        let form: WritingForm
        let method: AdaptationMethod
        /// The bytes of the text as it is.
        let size: Int
        let seed: UInt64
    }

    static let steps = 200
    static let batchSize = 4
    static let rate = 2e-3

    let arm: Arm
    /// Bits for each character of the held-out lines as they are.
    let bitsPerCharacter: Double
    /// The numbers that are trained.
    let trainedCount: Int
    /// The processor time of the steps.
    let seconds: Double
    /// Characters of the text as it is for each token to train on.
    let charactersPerToken: Double
    /// The share of its tokens that a new tokenizer has in common with the English one.
    let overlap: Double?

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(_ arm: Arm, of model: EnglishModel, to text: AdaptationText, cancellation: Cancellation) throws {
        self.arm = arm
        let lines = text.trainingLines(arm.form, size: arm.size)
        let random = try RandomGenerator(seed: arm.seed)
        let (tokenizer, base, overlap) = try Self.start(arm.method, model, lines, random, cancellation)
        self.overlap = overlap
        let network = try arm.method.strategy.prepare(base, random: random)
        let corpus = LineCorpus(lines, tokenizer: tokenizer)
        let begun = processorSeconds()
        try corpus.train(
            network, steps: Self.steps, rate: Self.rate, batchSize: Self.batchSize, seed: arm.seed,
            cancellation: cancellation
        ) { _ in }
        seconds = processorSeconds() - begun
        trainedCount = network.trainedParameters.reduce(0) { $0 + $1.tensor.count }
        let characters = text.trainingLines(.native, size: arm.size).reduce(0) {
            $0 + $1.unicodeScalars.count
        }
        charactersPerToken = Double(characters) / Double(corpus.tokens.count)
        let bits = try LineCorpus.bits(
            of: text.heldOutLines(arm.form), tokenizer: tokenizer, network, cancellation: cancellation)
        bitsPerCharacter = bits / Double(max(text.heldOutCharacterCount, 1))
    }

    /// The tokenizer and the network before training.
    private static func start(
        _ method: AdaptationMethod, _ model: EnglishModel, _ lines: [String], _ random: RandomGenerator,
        _ cancellation: Cancellation
    ) throws -> (PipelineTokenizer, LlamaNetwork, overlap: Double?) {
        guard method == .newTokenizer else { return (model.tokenizer, try model.network.copy(), nil) }
        let tokenizer = try EnglishModel.tokenizer(lines, tokenCount: EnglishModel.tokenCount, cancellation)
        var overlap = VocabularyOverlap(of: tokenizer, with: model.tokenizer)
        let share = Double(overlap.count) / Double(max(overlap.sources.count, 1))
        overlap.sources.append(LineCorpus.end(of: model.tokenizer))
        return (tokenizer, try overlap.network(from: model.network, random: random), share)
    }
}
