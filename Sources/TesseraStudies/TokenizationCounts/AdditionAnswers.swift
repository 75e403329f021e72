internal import TesseraAnalysis
internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor

/// What a network answers to additions, token by token, always its first choice.
struct AdditionAnswers {
    private let network: GPT2Network
    private let task: AdditionTask

    init(_ network: GPT2Network, _ task: AdditionTask) {
        self.network = network
        self.task = task
    }

    /// A row for each addition, those of short questions first.
    func rows(
        _ additions: [Addition], as form: AdditionTask.Form = .plain
    ) throws(LocatedError) -> [ArithmeticRow] {
        var rows: [ArithmeticRow] = []
        let questions = additions.map { addition in
            let sequence = task.sequence(addition, as: form)
            return (addition, Array(sequence.tokens[..<sequence.answerStart]))
        }
        // Questions of one length at a time, as their sums begin at the same place.
        for length in Set(questions.map(\.1.count)).sorted() {
            let alike = questions.filter { $0.1.count == length }
            let answers = try self.answers(to: alike.map(\.1))
            for ((addition, _), answer) in zip(alike, answers) {
                rows.append(
                    ArithmeticRow(addition, style: task.style(of: form), response: task.text(of: answer)))
            }
        }
        return rows
    }

    private func answers(to questions: [[TokenID]]) throws(LocatedError) -> [[TokenID]] {
        var texts = questions
        let length = questions.first?.count ?? 0
        for time in length..<task.longestSequence {
            if texts.allSatisfy({ $0[length...].contains(task.end) }) { break }
            let chosen = try withoutGradients { () throws(LocatedError) -> [Int] in
                let tokens = try Tensor(texts.flatMap { $0 }, shape: [texts.count, time])
                return try network.logits(of: tokens)[axis: 1, (time - 1)..<time].argmax().integers()
            }
            for (row, token) in chosen.enumerated() { texts[row].append(TokenID(truncatingIfNeeded: token)) }
        }
        return texts.map { Array($0[length...]) }
    }
}
