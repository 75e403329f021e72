internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraTokenizers

/// What the next 300 tokens of a text cost after a prompt of 1,024, when a part of the cache is kept.
struct EvictionLosses {
    static let promptCount = 1_024
    static let scoredCount = 300

    /// The shares of the prompt that are kept, in percent, with what is allowed there: nats above full attention, of the
    /// plain window's loss, and nats above H2O.
    static let budgets: [(percent: Double, extra: Double, ofWindow: Double, overH2O: Double)] = [
        (50, 0.15, 0.2, 0.05), (25, 0.30, 0.4, 0.10),
    ]

    static func extra(_ percent: Double) -> String {
        "extra nats per token with \(Int(percent))% of the cache, each text"
    }
    static func ofWindow(_ percent: Double) -> String {
        "extra loss over that of the plain window with \(Int(percent))%, each text"
    }
    static func overH2O(_ percent: Double) -> String {
        "nats per token above H2O with \(Int(percent))%, each text"
    }
    static let spread = "standard deviation of the extra loss over seeds"
    static let bytes = "bytes of a cache beyond its share of the prompt's"

    static let thresholds: [Threshold] =
        budgets.flatMap { budget -> [Threshold] in
            [
                .atMost(budget.extra, extra(budget.percent)),
                .atMost(budget.ofWindow, ofWindow(budget.percent)),
                .atMost(budget.overH2O, overH2O(budget.percent)),
            ]
        } + [.atMost(0.02, spread), .none(bytes)]

    static let texts = [
        (name: "handbook", file: "debian-reference/en.txt"),
        (name: "manual pages", file: "manual-pages/en.txt"),
        (name: "Python", file: "mixture/domains/python.txt"),
        (name: "prose", file: "mixture/domains/prose.txt"),
    ]

    /// The losses of one arm, budget and text.
    struct Run {
        let arm: EvictionArm
        let percent: Double
        let text: String
        let losses: [Double]
        let use: EvictionUse
    }

    let runs: [Run]
    let seed: UInt64

    init(_ model: DefaultModel, seed: UInt64, conditions: StudyConditions) throws {
        self.seed = seed
        let arms: [EvictionArm] =
            [.window, .sinks, .h2o, .h2oHalf] + (0..<3).map { .keyformer(seed &+ $0) }
        let all: [(arm: EvictionArm, percent: Double)] =
            [(.full, 100)] + Self.budgets.flatMap { budget in arms.map { ($0, budget.percent) } }
        var runs: [Run] = []
        for text in Self.texts {
            let tokens = try Self.tokens(
                of: text.file, count: Self.promptCount + Self.scoredCount, model, conditions)
            let results = try continuationLosses(
                of: tokens, after: Self.promptCount, model: model.model,
                under: all.map { $0.arm.options(percent: $0.percent, stepCount: Self.scoredCount) },
                cancellation: conditions.cancellation, progress: conditions.progress)
            runs += zip(all, results).map { run, result in
                Run(
                    arm: run.arm, percent: run.percent, text: text.name, losses: result.losses,
                    use: result.use)
            }
        }
        self.runs = runs
    }

    /// The first tokens of the middle of a text.
    static func tokens(
        of file: String, count: Int, _ model: DefaultModel, _ conditions: StudyConditions
    ) throws(LocatedError) -> [TokenID] {
        let lines = try conditions.lines(of: file)
        var text = ""
        for line in lines[(lines.count / 2)...] where text.utf8.count < 40_000 { text += line + "\n" }
        let tokens = model.tokenizer.promptTokens(of: text).prefix(count)
        guard tokens.count == count else {
            throw LocatedError(
                file: file, problem: "its second half has \(tokens.count) tokens",
                remedy: "run: Scripts/setup.sh studies")
        }
        return Array(tokens)
    }
}
