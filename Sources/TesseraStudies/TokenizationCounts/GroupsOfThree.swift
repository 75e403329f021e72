internal import TesseraCore
internal import TesseraReport

/// Groups of three digits as real tokenizers have them, addends of seven to nine digits.
///
/// No sum is right that early (1,110 groups must be learned): the direction shows in the loss alone. Both arms take 2,400
/// steps of a schedule of 4,800, as in the specification's calibration.
struct GroupsOfThree {
    private static let ratio =
        "groups of three, step 2,400: loss, groups from the right over those from the left"

    static let thresholds: [Threshold] = [.atMost(0.75, ratio)]

    private let pair: AdditionArm.Pair

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        pair = try AdditionArm.pair(
            size: 3, addendLengths: 7...9, seed: seed,
            recipe: AdditionLearner.Recipe(steps: 2400, scheduledSteps: 4800), name: "groups of three",
            conditions: conditions)
    }

    func report(to result: inout StudyResult) {
        result.measure(Self.ratio, pair.lossRatio)
        result.measure(
            "groups of three, step 2,400: sums right, % (from the right, from the left)",
            pair.both.map { $0.learner.rightShare * 100 })
        result.add(
            LineChart(
                title: "Groups of three digits: loss of sums while learning", xName: "step",
                yName: "nats per token of the sum", series: pair.both.map { $0.lossSeries }),
            suffix: "groups-of-three")
    }
}
