internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

/// What commas from the right give back to a transformer whose tokens are groups from the left (claims i and ii).
///
/// It learns three forms of question, a batch of one after a batch of the other, each as often as the arms of
/// `LearnedAddition` see theirs: digits alone, with commas, and digits alone to be restated with commas before the sum. Its
/// sums of the second form are the paper's remedy while a model is used (section 3), those of the third the paper's
/// conversion (section 5).
struct RegroupedAddition {
    private static let commas = "share of the gap between the directions that commas give back"
    private static let restated = "share of the gap between the directions that restating gives back"

    static let thresholds: [Threshold] = [.atLeast(0.5, commas), .atLeast(0.5, restated)]

    private let arm: AdditionArm
    private let pair: AdditionArm.Pair
    private let reports: [(form: AdditionTask.Form, report: ArithmeticErrorReport)]

    /// - Parameter pair: the arms whose gap is to be closed.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(beside pair: AdditionArm.Pair, conditions: StudyConditions) throws {
        self.pair = pair
        let forms = AdditionTask.Form.allCases
        let grouping = pair.left.learner.task.grouping
        let task = try AdditionTask(
            grouping: grouping, addendLengths: pair.left.learner.task.addendLengths, forms: forms,
            seed: pair.left.seed)
        let arm = try AdditionArm(
            task, seed: pair.left.seed, recipe: AdditionLearner.Recipe(steps: 1600 * forms.count),
            name: "learning commas", conditions: conditions)
        self.arm = arm
        reports = try forms.map { form in
            (form, ArithmeticErrorReport(try arm.learner.rows(as: form), grouping: grouping))
        }
    }

    /// How much of the way from groups from the left to those from the right a form comes.
    private func recovered(_ form: AdditionTask.Form) -> Double {
        let (left, right) = (pair.left.learner.rightShare, pair.right.learner.rightShare)
        let share = reports.first { $0.form == form }?.report.all.exactMatch ?? .nan
        return (share - left) / (right - left)
    }

    func report(to result: inout StudyResult) {
        result.measure(Self.commas, recovered(.commas))
        result.measure(Self.restated, recovered(.restated))
        var table = Table([
            .init("question, groups from the left"), .init("for example"), .init("sums as long", .right),
            .init("longer", .right), .init("all", .right),
        ])
        for (form, report) in reports {
            let (name, example) =
                switch form {
                case .plain: ("digits alone", "1234+89=1323")
                case .commas: ("with commas from the right", "12,34+89=13,23")
                case .restated: ("digits alone, restated with commas", "1234+89:12,34+89=13,23")
                }
            table.append(
                [name, example]
                    + [report.matched, report.mismatched, report.all].map {
                        NumberFormat.decimal($0.exactMatch * 100, places: 1) + " %"
                    })
        }
        result.add(
            table,
            caption:
                "One transformer that learned three forms in \(NumberFormat.count(1600 * reports.count)) steps, sums right of 1,000 of either kind, seed \(arm.seed), \(NumberFormat.decimal(arm.seconds, places: 0)) processor seconds."
        )
    }
}
