internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTensor
internal import TesseraTokenizers

/// Two transformers that learn additions from scratch, alike but for the end from which digits are grouped.
///
/// The recipe of the specification: groups of two digits, addends of three and four; width 128, two layers, four heads,
/// feed-forward block of 512 with ReLU, learned positions, output of its own; AdamW (0.9, 0.98), decay 0.01, rate 0.003,
/// 100 steps of warm-up, cosine to 2 %, clip 1, batches of 64, loss on the sum and its end alone.
struct LearnedAddition {
    private static let steps = 1600
    private static let size = 2

    private static let right = "sums right, groups from the right, %"
    private static let left = "sums right, groups from the left, %"
    private static let gap = "points between the directions"
    private static let losses = "loss of the last 200 steps, groups from the right over those from the left"
    private static let replay = "counts of the trained models' mistakes that a recount does not give"

    /// Thresholds for every seed and for both kinds of sums.
    static let thresholds: [Threshold] = [
        .atLeast(70, right), .atMost(10, left), .atLeast(50, gap), .atMost(0.3, losses), .none(replay),
    ]

    /// A direction and a seed.
    private struct Arm {
        let direction: DigitGrouping.Direction
        let seed: UInt64
        let learner: AdditionLearner
        let seconds: Double
    }

    private var arms: [Arm] = []
    private let seeds: [UInt64]

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(seeds: [UInt64], conditions: StudyConditions) throws {
        self.seeds = seeds
        // Such small matrices gain nothing from a second thread.
        let threads = Torch.threadCount
        try Torch.setThreadCount(1)
        defer { try? Torch.setThreadCount(threads) }
        for seed in seeds {
            for direction in [DigitGrouping.Direction.rightToLeft, .leftToRight] {
                let begun = processorSeconds()
                let task = try AdditionTask(
                    grouping: try DigitGrouping(size: Self.size, direction: direction), addendLengths: 3...4,
                    seed: seed)
                let learner = try AdditionLearner(task, seed: seed, steps: Self.steps, conditions: conditions)
                {
                    conditions.progress.report(
                        "learning \(arms.count + 1) of \(2 * seeds.count)", $0, of: Self.steps, unit: "steps")
                }
                arms.append(
                    Arm(
                        direction: direction, seed: seed, learner: learner,
                        seconds: processorSeconds() - begun))
            }
        }
    }

    private func arms(_ direction: DigitGrouping.Direction) -> [Arm] {
        arms.filter { $0.direction == direction }
    }

    func report(to result: inout StudyResult) throws {
        func shares(_ direction: DigitGrouping.Direction) -> [Double] {
            arms(direction).flatMap { arm in
                arm.learner.points.last.map { [$0.matched * 100, $0.mismatched * 100] } ?? [.nan]
            }
        }
        let (right, left) = (shares(.rightToLeft), shares(.leftToRight))
        result.measure(Self.right, right)
        result.measure(Self.left, left)
        result.measure(Self.gap, zip(right, left).map { $0 - $1 })
        result.measure(
            Self.losses,
            zip(arms(.rightToLeft), arms(.leftToRight)).map { $0.learner.lastLoss / $1.learner.lastLoss })
        var differences = 0
        for arm in arms {
            let report = ArithmeticErrorReport(arm.learner.rows, grouping: arm.learner.task.grouping)
            differences += ReplayProof.differenceCount(of: report, from: arm.learner.rows)
            if arm.seed == seeds.first, arm.direction == .leftToRight {
                result.add(
                    report.digits,
                    caption:
                        "Where wrong sums of the right length are wrong: groups from the left, seed \(arm.seed)."
                )
            }
        }
        result.measure(Self.replay, count: differences)
        result.add(
            table, caption: "Additions of 3 and 4 digits, groups of two: sums right of 1,000 of either kind.")
        result.add(lossChart)
        result.add(accuracyChart, suffix: "accuracy")
        result.note(
            """
            Two transformers a seed, equal but for the end from which digits are grouped, learn 102,400 additions of 3 \
            and 4 digits; tests are never trained on. Rows of the vocabulary begin as sums of a vector for each digit \
            in its place and one for the length, with a tenth of noise, the same in both. This is a result about how \
            soon addition is learned, not about what large models do when they are asked. Report only: whether sums \
            that are a digit longer are harder.
            """)
    }

    private var table: Table {
        let steps = arms.first?.learner.points.map(\.step) ?? []
        var table = Table(
            [.init("groups"), .init("seed", .right), .init("sums")]
                + steps.map { .init("step \(NumberFormat.count($0))", .right) }
                + [.init("loss, last 200", .right), .init("processor s", .right)])
        for arm in arms {
            for (name, share) in [
                ("as long", \AdditionLearner.Point.matched), ("longer", \AdditionLearner.Point.mismatched),
            ] {
                table.append(
                    [
                        arm.direction == .rightToLeft ? "from the right" : "from the left", String(arm.seed),
                        name,
                    ]
                        + arm.learner.points.map {
                            NumberFormat.decimal($0[keyPath: share] * 100, places: 1) + " %"
                        }
                        + [
                            NumberFormat.decimal(arm.learner.lastLoss, places: 3),
                            NumberFormat.decimal(arm.seconds, places: 0),
                        ])
            }
        }
        return table
    }

    private func name(_ arm: Arm) -> String {
        "from the \(arm.direction == .rightToLeft ? "right" : "left"), seed \(arm.seed)"
    }

    private var lossChart: LineChart {
        LineChart(
            title: "Loss of sums while learning", xName: "step", yName: "nats per token of the sum",
            series: arms.map { arm in
                LineChart.Series(
                    name(arm),
                    arm.learner.losses.enumerated().map { LineChart.Point(Double($0 * 20 + 20), $1) })
            })
    }

    private var accuracyChart: LineChart {
        LineChart(
            title: "Sums right, in percent", xName: "step", yName: "percent of 2,000 sums",
            series: arms.map { arm in
                LineChart.Series(
                    name(arm),
                    arm.learner.points.map {
                        LineChart.Point(Double($0.step), ($0.matched + $0.mismatched) * 50)
                    })
            })
    }
}
