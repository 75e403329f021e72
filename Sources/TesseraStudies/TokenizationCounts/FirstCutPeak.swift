internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

/// Where wrong sums are wrong that are a digit longer than the addends (claim iv).
///
/// Both addends have as many digits, three or four, so that groups from the left end at the same places in both and
/// elsewhere in such a sum. The arms take 2,400 steps: with the steps of `LearnedAddition` groups from the left are
/// learned too badly for their mistakes to tell anything.
struct FirstCutPeak {
    private static let left =
        "wrong longer sums that are wrong beside the first cut, groups from the left, %"
    private static let right = "the same digits, groups from the right, %"

    /// "At least 60 %" for groups from the left, and "no such peak" for those from the right.
    static let thresholds: [Threshold] = [.atLeast(60, left), .atMost(60, right)]

    private let pair: AdditionArm.Pair
    private let reports: [(arm: AdditionArm, report: ArithmeticErrorReport, mistakes: FirstCutMistakes)]

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        pair = try AdditionArm.pair(
            size: 2, addendLengths: 3...4, hasEqualLengths: true, seed: seed,
            recipe: AdditionLearner.Recipe(steps: 2400), name: "equal lengths", conditions: conditions)
        reports = try pair.both.map { arm in
            let rows = try arm.learner.rows()
            return (
                arm, ArithmeticErrorReport(rows, grouping: arm.learner.task.grouping),
                FirstCutMistakes(rows, size: 2)
            )
        }
    }

    func report(to result: inout StudyResult) {
        var table = Table([
            .init("groups"), .init("sums as long", .right), .init("longer", .right),
            .init("longer, wrong, of the right length", .right), .init("wrong beside the cut", .right),
            .init("if anywhere", .right),
        ])
        for (arm, report, mistakes) in reports {
            result.measure(
                arm.direction == .leftToRight ? Self.left : Self.right, mistakes.share * 100)
            table.append([
                arm.directionText,
                NumberFormat.decimal(report.matched.exactMatch * 100, places: 1) + " %",
                NumberFormat.decimal(report.mismatched.exactMatch * 100, places: 1) + " %",
                NumberFormat.count(mistakes.wrong),
                NumberFormat.decimal(mistakes.share * 100, places: 1) + " %",
                NumberFormat.decimal(mistakes.shareByChance * 100, places: 1) + " %",
            ])
        }
        result.add(
            table,
            caption:
                "Addends of one length, \(NumberFormat.count(2400)) steps, seed \(pair.left.seed). The cut is the first of the sum in groups from the left, 12|34 and 12|34|5; \"if anywhere\" is what the share would be if the wrong digits of each sum stood anywhere in it."
        )
    }
}
