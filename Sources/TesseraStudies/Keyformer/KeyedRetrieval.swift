internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTensor
internal import TesseraTraining

/// Values found by their keys with half of the cache, by a small transformer that learned to find them.
///
/// SmolLM2-135M is no measure here: with all of its cache it gives few such answers. A prompt is a list and a question; the
/// budget takes effect at its end, when the question has said where it looks, and then the question is asked once more.
/// Half of the list is within the plain window.
struct KeyedRetrieval {
    private static let full = "values found with the full cache, %"
    private static let share = "values found over those with the full cache, Keyformer with 50%"
    private static let window = "values found over those with the full cache, plain window with 50%"

    /// The last two are the specification's; the first says that the network can be asked at all.
    static let thresholds: [Threshold] = [.atLeast(90, full), .atLeast(0.9, share), .atMost(0.6, window)]

    private static let pairCount = 96
    private static let listCount = 8
    private static let questionsPerList = 24

    fileprivate struct Score {
        let arm: EvictionArm
        var right = 0
        var rightInOlderHalf = 0
    }

    private var scores = [
        EvictionArm.full, .window, .sinks, .h2o, .h2oHalf, .keyformer(0),
    ].map { Score(arm: $0) }
    private let lastLoss: Double

    /// - Throws: `LocatedError` when a loss is no number or a file cannot be written; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        let folder = try FileSystem.createTemporaryFolder(prefix: "tessera-study-")
        defer { FileSystem.remove(folder) }
        let trained = try Self.train(seed: seed, conditions: conditions)
        lastLoss = trained.loss
        try writeModelFolder(trained.network, to: folder)
        let model = try DecoderModel.load(.folder(path: folder))
        for list in 0..<Self.listCount {
            // No list of the training is drawn from these.
            let random = CounterRandom(seed: CounterRandom(seed: ~seed).bits(at: list))
            let list = KeyedList(pairCount: Self.pairCount, random: random)
            for index in scores.indices { try scores[index].ask(list, model, Self.questionsPerList) }
            try conditions.cancellation.check()
        }
    }

    private static let questionsInTraining = 32

    private static func train(
        seed: UInt64, conditions: StudyConditions
    ) throws -> (network: LlamaNetwork, loss: Double) {
        let network = try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: KeyedList.vocabularySize, hiddenSize: 128, layerCount: 2, headCount: 4,
                contextLength: 384),
            random: RandomGenerator(seed: seed))
        var options = TrainingOptions()
        options.steps = 2_000
        options.rate = 2e-3
        options.warmupSteps = 100
        options.optimizer = AdamW.Options(beta1: 0.9, beta2: 0.98, weightDecay: 0.01)
        options.seed = seed
        let source = GeneratedBatches(seed: seed) { (_, random) throws(LocatedError) -> Batch in
            try batch(random)
        }
        var trainer = try Trainer(network, NextTokenObjective<LlamaNetwork>(), source, options: options)
        var losses: [Double] = []
        while trainer.step < options.steps {
            try conditions.cancellation.check()
            losses.append(try trainer.advance().loss)
            conditions.progress.report("retrieval", trainer.step, of: options.steps, unit: "steps")
        }
        return (network, mean(losses.suffix(50)))
    }

    /// Lists of one length, short ones as often as long ones, with questions of which only the answers count.
    private static func batch(_ random: CounterRandom) throws(LocatedError) -> Batch {
        let pairCount = 8 + Int(random.bits(at: 0) % UInt64(Self.pairCount - 7))
        var (tokens, targets): ([TokenID], [Int]) = ([], [])
        let rows = 16
        for row in 0..<rows {
            let draws = CounterRandom(seed: random.bits(at: row, stream: 1))
            let list = KeyedList(pairCount: pairCount, random: draws)
            tokens += list.tokens
            targets += [Int](repeating: ignoredTarget, count: list.tokens.count)
            for question in 0..<questionsInTraining {
                let place = Int(draws.bits(at: question, stream: 4) % UInt64(list.keys.count))
                tokens += [KeyedList.question, list.keys[place]]
                targets += [ignoredTarget, Int(list.values[place])]
            }
        }
        let shape = [rows, tokens.count / rows]
        return Batch([
            .tokens: try Tensor(tokens, shape: shape), .targets: try Tensor(targets, shape: shape),
        ])
    }

    func report(to result: inout StudyResult) {
        func right(_ method: EvictionOptions.Method) -> Double {
            Double(scores.first { $0.arm.method == method }?.right ?? 0)
        }
        let asked = Self.listCount * Self.questionsPerList
        result.measure(Self.full, right(.full) / Double(asked) * 100)
        result.measure(Self.share, right(.keyformer) / right(.full))
        result.measure(Self.window, right(.window) / right(.full))
        var table = Table([
            .init("policy"), .init("right", .right), .init("of", .right), .init("in the older half", .right),
            .init("of", .right),
        ])
        for score in scores {
            table.append([
                score.arm.name, "\(score.right)", "\(asked)", "\(score.rightInOlderHalf)", "\(asked / 2)",
            ])
        }
        result.add(
            table,
            caption:
                "Values of \(Self.pairCount) keys among filling, 256 tokens, asked for twice, the second time with 50% of the cache: a transformer of two layers of width 128, trained for 2,000 steps to a loss of \(NumberFormat.decimal(lastLoss, places: 3)) nats."
        )
    }
}

extension KeyedRetrieval.Score {
    /// Asks for keys of the whole list, evenly.
    fileprivate mutating func ask(
        _ list: KeyedList, _ model: DecoderModel, _ questionCount: Int
    ) throws(LocatedError) {
        let evicting = try arm.evicting(model, percent: 50, stepCount: 2)
        let prompt = try evicting.makeCache(capacity: model.contextLength)
        var logits: [Float] = []
        try evicting.read(list.tokens, cache: prompt, rows: .none, logits: &logits)
        for question in 0..<questionCount {
            let place = question * list.keys.count / questionCount
            let cache = try evicting.makeCache(copying: prompt, capacity: model.contextLength)
            for _ in 0..<2 {
                try evicting.read(
                    [KeyedList.question, list.keys[place]], cache: cache, rows: .last, logits: &logits)
            }
            let best = logits.withUnsafeBufferPointer { LogitRow($0).indexOfMaximum() }
            guard best == Int(list.values[place]) else { continue }
            right += 1
            if place < list.keys.count / 2 { rightInOlderHalf += 1 }
        }
    }
}
