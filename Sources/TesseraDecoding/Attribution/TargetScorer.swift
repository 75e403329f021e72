package import TesseraCore

/// The probability of a target after changed contexts; what a context shares with the one before is not read again.
package struct TargetScorer<Model: CausalModel> {
    private var text: ReadText<Model>
    private var logits: [Float] = []
    private let target: Int

    /// The passes of the model.
    package private(set) var passes = 0

    package init(_ model: Model, question: AttributionQuestion) throws(LocatedError) {
        guard question.context.count <= model.contextLength else {
            throw ReadText<Model>.tooLong(question.context.count, capacity: model.contextLength)
        }
        text = try ReadText(model: model, capacity: question.context.count)
        target = Int(question.target)
    }

    /// The probability of the target.
    ///
    /// - Throws: `LocatedError` when it is no number, and what the model throws.
    package mutating func probability(after context: [TokenID]) throws(LocatedError) -> Double {
        _ = try text.read(context, logits: &logits)
        passes += 1
        let share = logits.withUnsafeBufferPointer { row -> Double? in
            guard target < row.count, let maximum = LogitRow(row).maximum(), maximum.isFinite,
                !row[target].isNaN
            else {
                return nil
            }
            return exponential(Double(row[target]) - Double(maximum))
                / LogitRow(row).sumOfExponentials(offset: maximum, scale: 1)
        }
        guard let share, share.isFinite else {
            throw LocatedError(
                field: "logits", problem: "a score is no number",
                remedy: "the weights may be damaged: fetch or convert the model again")
        }
        return share
    }

    /// Whether the target is among the `count` most likely tokens.
    package mutating func isTarget(among count: Int, after context: [TokenID]) throws(LocatedError) -> Bool {
        _ = try text.read(context, logits: &logits)
        passes += 1
        guard target < logits.count else { return false }
        let score = logits[target]
        return logits.count { $0 > score } < count
    }
}
