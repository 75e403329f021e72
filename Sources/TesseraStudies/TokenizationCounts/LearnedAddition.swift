internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

/// Two transformers that learn additions from scratch, alike but for the end from which digits are grouped.
///
/// The recipe of the specification: groups of two digits, addends of three and four; width 128, two layers, four heads,
/// feed-forward block of 512 with ReLU, learned positions, output of its own; AdamW (0.9, 0.98), decay 0.01, rate 0.003,
/// 100 steps of warm-up, cosine to 2 %, clip 1, batches of 64, loss on the sum and its end alone.
struct LearnedAddition {
    private static let right = "sums right, groups from the right, %"
    private static let left = "sums right, groups from the left, %"
    private static let gap = "points between the directions"
    private static let losses = "loss of the last 200 steps, groups from the right over those from the left"
    private static let replay = "counts of the trained models' mistakes that a recount does not give"

    /// Thresholds for every seed and for both kinds of sums.
    static let thresholds: [Threshold] = [
        .atLeast(70, right), .atMost(10, left), .atLeast(50, gap), .atMost(0.3, losses), .none(replay),
    ]

    /// One for each seed.
    let pairs: [AdditionArm.Pair]

    private var arms: [AdditionArm] { pairs.flatMap(\.both) }

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(seeds: [UInt64], conditions: StudyConditions) throws {
        pairs = try seeds.map { seed in
            try AdditionArm.pair(
                size: 2, addendLengths: 3...4, seed: seed, name: "seed \(seed)", conditions: conditions)
        }
    }

    func report(to result: inout StudyResult) throws {
        func shares(_ arms: [AdditionArm]) -> [Double] {
            arms.flatMap { arm in
                arm.learner.points.last.map { [$0.matched * 100, $0.mismatched * 100] } ?? [.nan]
            }
        }
        let (right, left) = (shares(pairs.map(\.right)), shares(pairs.map(\.left)))
        result.measure(Self.right, right)
        result.measure(Self.left, left)
        result.measure(Self.gap, zip(right, left).map { $0 - $1 })
        result.measure(Self.losses, pairs.map(\.lossRatio))
        var differences = 0
        for arm in arms {
            let rows = try arm.learner.rows()
            let report = ArithmeticErrorReport(rows, grouping: arm.learner.task.grouping)
            differences += ReplayProof.differenceCount(of: report, from: rows)
            if arm.seed == pairs.first?.left.seed, arm.direction == .leftToRight {
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
                        arm.directionText, String(arm.seed), name,
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

    private func name(_ arm: AdditionArm) -> String { "\(arm.directionText), seed \(arm.seed)" }

    private var lossChart: LineChart {
        LineChart(
            title: "Loss of sums while learning", xName: "step", yName: "nats per token of the sum",
            series: arms.map { $0.lossSeries(named: name($0)) })
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
