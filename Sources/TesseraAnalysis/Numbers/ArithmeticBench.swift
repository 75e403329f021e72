public import TesseraCore

/// A test of additions: the same questions in one or more formats.
///
/// ```swift
/// let bench = ArithmeticBench(lengths: [try AdditionLengths(7, 7, 8)], count: 90)
/// let rows = try bench.rows(form) { prompt in try answer(prompt.text) }
/// let report = ArithmeticErrorReport(rows, grouping: try DigitGrouping(parsing: "l2r:3"))
/// ```
public struct ArithmeticBench: Sendable {
    /// The lengths of the questions, each asked equally often.
    public var lengths: [AdditionLengths]
    /// The questions of each lengths.
    public var count: Int
    /// What the questions follow from.
    public var questionSeed: UInt64
    /// What the examples follow from.
    public var exampleSeed: UInt64

    /// A test with seeds of its own for questions and examples.
    public init(
        lengths: [AdditionLengths], count: Int = 100, questionSeed: UInt64 = 0, exampleSeed: UInt64 = 1
    ) {
        self.lengths = lengths
        self.count = count
        self.questionSeed = questionSeed
        self.exampleSeed = exampleSeed
    }

    /// Asks all questions.
    ///
    /// - Parameter answer: what the model says to a prompt; the first line counts.
    /// - Throws: what `answer` throws; `LocatedError` for a form that cannot be; `CancelledError` when stopped.
    public func rows(
        _ form: ArithmeticPrompt.Form, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation(),
        answer: (ArithmeticPrompt) throws -> String
    ) throws -> [ArithmeticRow] {
        var rows: [ArithmeticRow] = []
        for lengths in lengths {
            for index in 0..<max(count, 0) {
                try cancellation.check()
                let prompt = try ArithmeticPrompt(
                    at: index, lengths: lengths, form: form, questionSeed: questionSeed,
                    exampleSeed: exampleSeed)
                rows.append(
                    ArithmeticRow(
                        prompt.question, style: form.restated ?? form.style,
                        response: try answer(prompt)))
                progress.report("asking", rows.count, of: self.lengths.count * count, unit: "additions")
            }
        }
        return rows
    }
}
