internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTokenizers
internal import TesseraTraining
internal import TesseraVocabulary

/// A small transformer that says what a name is of.
///
/// GPT-2 with two layers, width 64 and four heads reads the tokens of the name and an end, and tells the kind as it would the
/// next token. The tokens are those of a byte-level BPE of 4,096, trained on the same names; while the network learns, one
/// merge of five is passed over (Provilkov, Emelianenko and Voita, 2020), so that it knows the parts of frequent words too.
struct NameClassifier {
    /// A name and what it is of.
    struct Example: Sendable {
        let text: String
        let kind: NameKind
    }

    private static let steps = 800
    private static let batchSize = 64
    private static let context = 64

    private let reader: NameReader
    private let network: GPT2Network

    /// Trains a tokenizer and a network.
    ///
    /// - Parameter onStep: is told each step and how many there are.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(
        _ examples: [Example], seed: UInt64, conditions: StudyConditions, onStep: (Int, Int) -> Void
    ) throws {
        let reader = try NameReader(
            examples.map(\.text), longest: Self.context - 1, cancellation: conditions.cancellation)
        self.reader = reader
        network = try GPT2Network(
            GPT2Configuration(
                vocabularySize: reader.tokenCount, hiddenSize: 64, layerCount: 2, headCount: 4,
                contextLength: Self.context),
            random: RandomGenerator(seed: seed))
        var options = TrainingOptions()
        options.steps = Self.steps
        options.rate = 2e-3
        options.warmupSteps = 50
        options.optimizer = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0.01)
        options.seed = seed
        let source = GeneratedBatches(seed: seed) { (_, random) throws(LocatedError) -> Batch in
            let drawn = (0..<Self.batchSize).map { place in
                examples[min(Int(random.uniform(at: place) * Double(examples.count)), examples.count - 1)]
            }
            return try reader.batch(
                drawn, sampling: SegmentationSampling(seed: random.bits(at: Self.batchSize)))
        }
        var trainer = try Trainer(network, NextTokenObjective<GPT2Network>(), source, options: options)
        while trainer.step < Self.steps {
            try conditions.cancellation.check()
            _ = try trainer.advance()
            onStep(trainer.step, Self.steps)
        }
    }

    /// For each name whether the network finds out what it is of.
    func isRight(_ examples: [Example]) throws(LocatedError) -> [Bool] {
        var right: [Bool] = []
        for begin in stride(from: 0, to: examples.count, by: 256) {
            let part = Array(examples[begin..<min(begin + 256, examples.count)])
            let batch = try reader.batch(part, sampling: nil)
            let targets = try batch[.targets].integers()
            let first = reader.firstKind
            let chosen = try withoutGradients { () throws(LocatedError) -> [Int] in
                try network.logits(of: batch[.tokens])[axis: 2, first..<first + NameKind.allCases.count]
                    .argmax().integers()
            }
            right += zip(targets, chosen).filter { $0.0 != ignoredTarget }.map { $0.0 == $0.1 + first }
        }
        return right
    }
}

/// Names as tokens, an end and what they are of.
private struct NameReader: Sendable {
    private let tokenizer: PipelineTokenizer
    private let longest: Int

    /// The most of what merges could be made that are passed over in training.
    private static let dropout = 0.2

    init(_ texts: [String], longest: Int, cancellation: Cancellation) throws {
        let settings = TrainingSettings(
            .bytePair(TrainingSettings.BytePair()), vocabularySize: 4096, preTokenizer: .gpt2)
        var definition = try trainTokenizer(settings, onTexts: texts, cancellation: cancellation).definition
        if case .bytePair(var model) = definition.model {
            model.dropout = Self.dropout
            definition.model = .bytePair(model)
        }
        tokenizer = try PipelineTokenizer(definition)
        self.longest = longest
    }

    /// The token behind a name.
    private var end: Int { tokenizer.vocabularySize }
    /// The token of the first kind; those of the others follow.
    var firstKind: Int { end + 1 }
    /// All tokens.
    var tokenCount: Int { firstKind + NameKind.allCases.count }

    /// Names in rows, of which only what they are of is to be predicted.
    ///
    /// - Parameter sampling: draws the merges that are passed over; nil: none are.
    func batch(
        _ examples: [NameClassifier.Example], sampling: SegmentationSampling?
    ) throws(LocatedError) -> Batch {
        var options = EncodingOptions()
        options.special = .asText
        options.addsSpecialTokens = false
        options.sampling = sampling
        let encodings = try tokenizer.encodings(
            of: examples.map { EncodingInput($0.text) }, options: options, threads: 1)
        let ends = encodings.map { min($0.ids.count, longest) }
        let length = (ends.max() ?? 0) + 2
        var (windows, counted): ([[TokenID]], [[Bool]]) = ([], [])
        for ((example, encoding), count) in zip(zip(examples, encodings), ends) {
            let kind = firstKind + (NameKind.allCases.firstIndex(of: example.kind) ?? 0)
            let window = encoding.ids.prefix(count) + [end, kind].map { TokenID(truncatingIfNeeded: $0) }
            let filling = [TokenID](repeating: TokenID(truncatingIfNeeded: end), count: length - window.count)
            windows.append(window + filling)
            counted.append((0..<length).map { $0 == count + 1 })
        }
        return try Batch(windows: windows, counted: counted)
    }
}
