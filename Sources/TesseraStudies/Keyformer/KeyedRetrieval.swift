internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport

/// Values found by their keys with half of the cache, by a small transformer that `RecallTraining` made for it.
///
/// SmolLM2-135M is no measure here: with all of its cache it gives few such answers. A prompt is a list and a question; the
/// budget takes effect at its end, when the question has said where it looks, and then the question is asked once more.
/// Half of the list is within the plain window.
struct KeyedRetrieval {
    private static let full = "values found with the full cache, %"
    private static let share = "values found over those with the full cache, Keyformer with 50%"
    private static let window = "values found over those with the full cache, plain window with 50%"
    private static let difference =
        "difference of the losses of the network in the engine and in training, nats"

    /// The second and the third are the specification's; the others say that the network can be asked at all.
    static let thresholds: [Threshold] = [
        .atLeast(90, full), .atLeast(0.9, share), .atMost(0.6, window), .atMost(1e-3, difference),
    ]

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
    private let training: RecallTraining
    private let difference: Double

    /// - Throws: `LocatedError` when a loss is no number or a file cannot be written; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        let folder = try FileSystem.createTemporaryFolder(prefix: "tessera-study-")
        defer { FileSystem.remove(folder) }
        training = try RecallTraining(seed: seed, conditions: conditions)
        try writeModelFolder(training.network, to: folder)
        let model = try DecoderModel.load(.folder(path: folder))
        // No list of the training is drawn from these.
        let lists = (0..<Self.listCount).map { list in
            KeyedList(
                pairCount: RecallTraining.pairCount,
                random: CounterRandom(seed: CounterRandom(seed: ~seed).bits(at: list)))
        }
        difference = try Self.difference(of: model, from: training, on: lists[0].tokens)
        for list in lists {
            for index in scores.indices { try scores[index].ask(list, model, Self.questionsPerList) }
            try conditions.cancellation.check()
        }
    }

    /// What the folder and the arithmetic between the two change, over the list itself, which is hard to predict.
    private static func difference(
        of model: DecoderModel, from training: RecallTraining, on tokens: [TokenID]
    ) throws -> Double {
        let losses = try continuationLosses(
            of: tokens, after: 1, model: model, cache: model.makeCache(capacity: tokens.count))
        return try abs(mean(losses) - training.loss(of: tokens))
    }

    func report(to result: inout StudyResult) {
        func right(_ method: EvictionOptions.Method) -> Double {
            Double(scores.first { $0.arm.method == method }?.right ?? 0)
        }
        let asked = Self.listCount * Self.questionsPerList
        result.measure(Self.full, right(.full) / Double(asked) * 100)
        result.measure(Self.share, right(.keyformer) / right(.full))
        result.measure(Self.window, right(.window) / right(.full))
        result.measure(Self.difference, difference)
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
                """
                Values of \(RecallTraining.pairCount) keys among filling, 256 tokens, asked for twice, the second time with \
                50% of the cache: a transformer of two layers of width 128, trained for \(RecallTraining.stepCount) steps \
                to a loss of \(NumberFormat.decimal(training.lastLoss, places: 3)) nats.
                """
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
