import TesseraArchitectures
import TesseraCore
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import TesseraTokenizers
import TesseraTraining
import TesseraVocabulary

/// Small things to train and to train on.
enum Tiny {
    /// A byte-level tokenizer with an end of text and few merges.
    static let tokenizer: Result<PipelineTokenizer, any Error> = Result {
        let folder = try TemporaryFolder()
        let file = try folder.write(text(seed: 1, lines: 50), to: "text.txt")
        var settings = TrainingSettings(
            .bytePair(.init()), vocabularySize: 280, normalizer: nil, preTokenizer: .gpt2)
        settings.specialTokens = ["<|endoftext|>"]
        let trained = try trainTokenizer(settings, on: Corpus(files: [file]))
        return try PipelineTokenizer(trained.definition)
    }

    /// Lines of words that follow each other in a few ways.
    static func text(seed: UInt64, lines: Int) -> String {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "the", "wind", "in", "winter", "sings", "of", "the", "sea", "and", "sand", "under", "it",
        ]
        return (0..<lines).map { _ in
            let begin = Int.random(in: words.indices, using: &generator)
            return (0..<6).map { words[(begin + $0) % words.count] }.joined(separator: " ") + ".\n"
        }.joined()
    }

    static func network(vocabularySize: Int = 32, context: Int = 16, seed: UInt64 = 3) throws -> LlamaNetwork
    {
        try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: vocabularySize, hiddenSize: 32, layerCount: 1, headCount: 2,
                contextLength: context),
            random: RandomGenerator(seed: seed))
    }

    /// Tokens in which each follows from the two before it.
    static let tokens: [TokenID] = {
        var tokens: [TokenID] = [1, 2]
        for _ in 0..<1_200 { tokens.append((tokens[tokens.count - 1] * 3 + tokens[tokens.count - 2]) % 32) }
        return tokens
    }()

    static func options(steps: Int = 20) -> TrainingOptions {
        var options = TrainingOptions()
        options.steps = steps
        options.warmupSteps = 4
        options.rate = 1e-2
        options.evaluateEvery = 5
        options.checkpointEvery = 5
        options.seed = 7
        return options
    }

    static func trainer(
        _ options: TrainingOptions = options(), network: LlamaNetwork? = nil, batchSize: Int = 4
    ) throws -> Trainer<NextTokenObjective<LlamaNetwork>> {
        try Trainer(
            network ?? self.network(), NextTokenObjective(),
            WindowSource(tokens, context: 16, batchSize: batchSize, seed: options.seed), options: options)
    }
}

/// The numbers of all parameters.
func numbers(_ network: some Module) throws -> [[Float]] {
    try network.parameters.map { try $0.tensor.floats() }
}
