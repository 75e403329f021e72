internal import TesseraCore
internal import TesseraDecoding
internal import TesseraReport

/// The big-little decoder (Kim and others, NeurIPS 2023, arXiv 2302.07863) with SmolLM2-135M-Instruct for the large model
/// and a store of trigrams, which costs nothing, for the small one: passes, and what its rollback does to answers.
///
/// Pairs of trained models, their alignment, and the tasks of the paper are not part of it.
public struct BigLittleDecoderStudy: Study {
    public let name = "big-little-decoder"
    public let claim =
        "A small model that writes and a large one that corrects need few passes of the large one."
    public let expectedSeconds = 400
    public let trainsNetworks = false

    private static let answers = "answers of SmolLM2 that differ with a rollback of 0"
    private static let longer = "drafts that a higher fallback makes longer"
    private static let bounds = [("code", 0.45), ("summary", 0.6), ("chat", 0.82)]
    private static func passes(_ set: String) -> String { "passes by token with a rollback of 0, \(set)" }

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = DraftExactness.thresholds + [.none(Self.longer)]
        guard scale == .full else { return exact }
        return exact + [.none(Self.answers)] + Self.bounds.map { .atMost($1, Self.passes($0)) }
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        var exactness = DraftExactness()
        for fallback in [0, 0.3, 0.6, 0.9, 1] {
            try exactness.add(seed: seed) { try Self.small($0, $1, fallback) }
        }
        exactness.report(to: &result)
        result.measure(Self.longer, count: try Self.longerDrafts(seed: seed))
        if scale == .small { return result }
        try conditions.cancellation.check()

        let model = try DefaultModel()
        let rollbacks = [0, 0.5, 2, 5]
        func name(_ rollback: Double) -> String { "rollback \(NumberFormat.significant(rollback))" }
        var arms = try rollbacks.map { rollback in
            DraftRuns.Benchmark.Arm(
                name(rollback),
                try Drafting(
                    AdaptiveDrafts(depth: 10, branches: 1), size: .nodes(10), rollback: rollback))
        }
        let runs = try DraftRuns(model, &arms, temperature: 0, seed: seed, conditions: conditions)
        result.measure(Self.answers, count: runs.differing(of: [name(0)]))
        for (bound, rate) in zip(Self.bounds, runs.tokensPerPass(name(0))) {
            result.measure(Self.passes(bound.0), 1 / rate)
        }
        for rollback in rollbacks.dropFirst() {
            result.measure(
                "passes by token with a \(name(rollback)), each set",
                runs.tokensPerPass(name(rollback)).map { 1 / $0 })
            result.measure(
                "share of the answer that differs with a \(name(rollback)), each set",
                runs.values(name(rollback)) { $0.difference })
        }
        let (table, caption) = runs.table()
        result.add(table, caption: caption)
        result.note(
            """
            SmolLM2-135M-Instruct with 4-bit weights, thirty prompts, at most 128 tokens each. The small model is a \
            store of trigrams that takes in the prompt and the text so far and writes ten tokens at most. With a \
            rollback above 0 the answers are not those of the large model: how much of them differs is what the speed \
            costs; that they stay likely under it says little, since the store pulls it into copying the prompt.
            """)
        return result
    }

    /// A small babbling model for the large one of the same seed.
    private static func small(
        _ seed: UInt64, _ sampling: SamplingOptions, _ fallback: Double
    ) throws -> ModelDrafts<BabblingModel> {
        try ModelDrafts(
            BabblingModel(seed: seed &+ 1_000), vocabularySize: BabblingModel.vocabularySize,
            sampling: sampling, fallback: fallback)
    }

    /// How often the small model goes further where it must be surer.
    private static func longerDrafts(seed: UInt64) throws -> Int {
        var count = 0
        for index in UInt64(0)..<64 {
            let random = CounterRandom(seed: seed &+ index)
            let text = (0..<8).map { TokenID(random.bits(at: $0) % UInt64(BabblingModel.letterCount)) }
            let lengths = try [0, 0.2, 0.4, 0.6, 0.8, 1].map { fallback in
                var source = try small(seed &+ index, .greedy, fallback)
                return try source.propose(after: text, limit: 10).count
            }
            count += zip(lengths, lengths.dropFirst()).count { $0 < $1 }
        }
        return count
    }
}
