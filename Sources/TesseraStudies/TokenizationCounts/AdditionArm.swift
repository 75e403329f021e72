internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

/// A transformer that learned additions with digits grouped from one end.
struct AdditionArm {
    let direction: DigitGrouping.Direction
    let seed: UInt64
    let learner: AdditionLearner
    /// The processor time of training and measuring.
    let seconds: Double

    /// Trains a transformer.
    ///
    /// - Parameter name: what progress is told of.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(
        _ task: AdditionTask, seed: UInt64, recipe: AdditionLearner.Recipe = AdditionLearner.Recipe(),
        name: String, conditions: StudyConditions
    ) throws {
        (direction, self.seed) = (task.grouping.direction, seed)
        let begun = processorSeconds()
        learner = try AdditionLearner(task, seed: seed, recipe: recipe, conditions: conditions) {
            conditions.progress.report(name, $0, of: recipe.steps, unit: "steps")
        }
        seconds = processorSeconds() - begun
    }

    /// Trains two, equal but for the end from which digits are grouped.
    ///
    /// - Parameters:
    ///   - size: the digits of a group.
    ///   - name: what progress is told of.
    /// - Throws: as `init` does.
    static func pair(
        size: Int, addendLengths: ClosedRange<Int>, hasEqualLengths: Bool = false, seed: UInt64,
        recipe: AdditionLearner.Recipe = AdditionLearner.Recipe(), name: String, conditions: StudyConditions
    ) throws -> Pair {
        func arm(_ direction: DigitGrouping.Direction) throws -> AdditionArm {
            let task = try AdditionTask(
                grouping: try DigitGrouping(size: size, direction: direction), addendLengths: addendLengths,
                hasEqualLengths: hasEqualLengths, seed: seed)
            return try AdditionArm(
                task, seed: seed, recipe: recipe, name: "\(name), \(directionText(direction))",
                conditions: conditions)
        }
        return Pair(right: try arm(.rightToLeft), left: try arm(.leftToRight))
    }

    /// What the direction is called in tables.
    var directionText: String { Self.directionText(direction) }

    private static func directionText(_ direction: DigitGrouping.Direction) -> String {
        direction == .rightToLeft ? "from the right" : "from the left"
    }

    /// The loss in training.
    var lossSeries: LineChart.Series { lossSeries(named: directionText) }

    /// The loss in training, under a name.
    func lossSeries(named name: String) -> LineChart.Series {
        LineChart.Series(
            name, learner.losses.enumerated().map { LineChart.Point(Double($0 * 20 + 20), $1) })
    }

    /// Two that differ in nothing but the end from which digits are grouped.
    struct Pair {
        let right: AdditionArm
        let left: AdditionArm

        var both: [AdditionArm] { [right, left] }
        /// The points between the shares of sums that are right.
        var gap: Double { (right.learner.rightShare - left.learner.rightShare) * 100 }
        /// The loss of groups from the right over that of groups from the left, at the end.
        var lossRatio: Double { right.learner.lastLoss / left.learner.lastLoss }
    }
}
