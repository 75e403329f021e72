internal import TesseraAnalysis
internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTokenizers
internal import TesseraTraining

/// A transformer that learns additions, how its loss went down, and what it answers at the end.
struct AdditionLearner {
    /// Sums that are right at a step, as shares of the test.
    struct Point {
        let step: Int
        let matched: Double
        let mismatched: Double
    }

    /// What is trained and for how long; the rest is that of `LearnedAddition`.
    struct Recipe {
        /// The width of the network.
        var width = 128
        /// The steps.
        var steps = 1600
        /// The steps after which the rate would be at its end; nil: all that are taken.
        var scheduledSteps: Int?
    }

    let task: AdditionTask
    /// The loss in training, each a mean over 20 steps.
    private(set) var losses: [Double] = []
    /// What was right at the steps of the calibration.
    private(set) var points: [Point] = []
    /// The mean loss of the last 200 steps.
    private(set) var lastLoss = 0.0
    private let network: GPT2Network

    private static let batchSize = 64
    private static let measuredSteps: Set<Int> = [400, 600, 800, 1200, 1600]

    /// Trains a network.
    ///
    /// - Parameter onStep: is told each step.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(
        _ task: AdditionTask, seed: UInt64, recipe: Recipe, conditions: StudyConditions,
        onStep: (Int) -> Void
    ) throws {
        self.task = task
        let (width, steps) = (recipe.width, recipe.steps)
        network = try GPT2Network(
            GPT2Configuration(
                vocabularySize: task.vocabularySize, hiddenSize: width, layerCount: 2, headCount: 4,
                feedForwardSize: 4 * width,
                contextLength: task.longestSequence, activation: .relu, tiedEmbeddings: false),
            random: RandomGenerator(seed: seed))
        for (stream, name) in ["transformer.wte.weight", "lm_head.weight"].enumerated() {
            guard let rows = network.parameters.first(where: { $0.name == name })?.tensor else { continue }
            try rows.assign(Self.firstRows(of: task, width: width, seed: seed, stream: UInt64(stream)))
        }
        var options = TrainingOptions()
        options.steps = recipe.scheduledSteps ?? steps
        options.rate = 3e-3
        options.warmupSteps = 100
        options.finalShare = 0.02
        options.optimizer = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0.01)
        options.gradientLimit = 1
        options.seed = seed
        let source = GeneratedBatches(seed: seed) { (index, _) throws(LocatedError) -> Batch in
            try Self.batch(
                (0..<Self.batchSize).map { task.addition(at: index * Self.batchSize + $0) }, task,
                as: task.forms[index % task.forms.count])
        }
        var trainer = try Trainer(network, NextTokenObjective<GPT2Network>(), source, options: options)
        var recent: [Double] = []
        while trainer.step < steps {
            try conditions.cancellation.check()
            recent.append(try trainer.advance().loss)
            onStep(trainer.step)
            if trainer.step % 20 == 0 { losses.append(mean(recent.suffix(20))) }
            if Self.measuredSteps.contains(trainer.step) || trainer.step == steps {
                points.append(
                    Point(
                        step: trainer.step, matched: try Self.rightShare(task.matchedTest, task, network),
                        mismatched: try Self.rightShare(task.mismatchedTest, task, network)))
            }
        }
        lastLoss = mean(recent.suffix(200))
    }

    /// The share of all test sums that were right at the end.
    var rightShare: Double { points.last.map { ($0.matched + $0.mismatched) / 2 } ?? .nan }

    /// What the network answers to the test at the end.
    func rows(as form: AdditionTask.Form = .plain) throws(LocatedError) -> [ArithmeticRow] {
        try AdditionAnswers(network, task).rows(task.matchedTest + task.mismatchedTest, as: form)
    }

    /// The additions as one batch, filled up with the end token; answers and their ends count.
    private static func batch(
        _ additions: [Addition], _ task: AdditionTask, as form: AdditionTask.Form = .plain
    ) throws(LocatedError) -> Batch {
        var (windows, counted): ([[TokenID]], [[Bool]]) = ([], [])
        let sequences = additions.map { task.sequence($0, as: form) }
        let longest = sequences.map(\.tokens.count).max() ?? 0
        for sequence in sequences {
            let padding = longest - sequence.tokens.count
            windows.append(sequence.tokens + [TokenID](repeating: task.end, count: padding))
            counted.append((0..<longest).map { sequence.answerStart <= $0 && $0 < sequence.tokens.count })
        }
        return try Batch(windows: windows, counted: counted)
    }

    /// The share of additions whose sums the network would write without a mistake: it would exactly when, given the
    /// right tokens so far, each next one is its first choice.
    private static func rightShare(
        _ additions: [Addition], _ task: AdditionTask, _ network: GPT2Network
    ) throws(LocatedError) -> Double {
        let batch = try batch(additions, task)
        let time = try batch[.tokens].length(of: 1)
        let targets = try batch[.targets].integers()
        let chosen = try withoutGradients { () throws(LocatedError) -> [Int] in
            try network.logits(of: batch[.tokens]).argmax().integers()
        }
        let right = additions.indices.count { row in
            (row * time..<(row + 1) * time).allSatisfy {
                targets[$0] == ignoredTarget || targets[$0] == chosen[$0]
            }
        }
        return Double(right) / Double(max(additions.count, 1))
    }

    /// Rows of the vocabulary: for a group of digits one random vector for each digit in its place from the right and one
    /// for its length, and a tenth of noise.
    private static func firstRows(
        of task: AdditionTask, width: Int, seed: UInt64, stream: UInt64
    ) throws(LocatedError) -> Tensor {
        let size = task.grouping.size
        let random = try RandomGenerator(seed: CounterRandom(seed: seed).bits(at: 0, stream: 0xADD + stream))
        let deviation = 0.02
        let digits = try random.normal([size * 10, width], deviation: deviation).floats()
        let lengths = try random.normal([size + 1, width], deviation: deviation).floats()
        var rows = try random.normal([task.vocabularySize, width], deviation: deviation).floats()
        for token in 0..<task.vocabularySize {
            guard let text = task.digits(of: TokenID(truncatingIfNeeded: token)) else { continue }
            for column in 0..<width {
                var sum = lengths[text.utf8.count * width + column] + 0.1 * rows[token * width + column]
                for (place, digit) in text.utf8.reversed().enumerated() {
                    sum += digits[(place * 10 + Int(digit - UInt8(ascii: "0"))) * width + column]
                }
                rows[token * width + column] = sum
            }
        }
        return try Tensor(rows, shape: [task.vocabularySize, width])
    }
}
