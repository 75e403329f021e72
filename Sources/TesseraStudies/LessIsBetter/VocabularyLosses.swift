internal import TesseraCore
internal import TesseraReport

/// What a small transformer makes of the vocabularies of `LexiconExperiment`: reported, as nothing is claimed of it.
struct VocabularyLosses {
    private let rows: [(row: LexiconExperiment.Row, model: VocabularyLanguageModel)]

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(_ experiment: LexiconExperiment, _ lines: HeldOutLines, seed: UInt64, conditions: StudyConditions)
        throws
    {
        let recipe = VocabularyLanguageModel.Recipe()
        rows = try experiment.rows.enumerated().map { index, row in
            let model = try VocabularyLanguageModel(
                row.tokenizer, training: lines.training, heldOut: lines.heldOut, recipe: recipe, seed: seed,
                cancellation: conditions.cancellation
            ) {
                conditions.progress.report(
                    "language model \(index + 1) of \(experiment.rows.count)", $0, of: recipe.steps,
                    unit: "steps")
            }
            return (row, model)
        }
    }

    /// The mean over an arm's rows.
    private func bits(_ arm: String) -> Double {
        mean(rows.filter { $0.row.arm == arm }.map(\.model.bitsPerCharacter))
    }

    func report(to result: inout StudyResult) {
        for arm in [VocabularyArm.bytePairOfWords, .bytePair] {
            result.measure(
                "transformer: bits a character over \(arm.name)", bits(LexiconExperiment.arm) / bits(arm.name)
            )
        }
        let steps = rows.first?.model.points.map(\.step) ?? []
        var table = Table(
            [.init("vocabulary"), .init("seed", .right)]
                + steps.map { .init("step \(NumberFormat.count($0))", .right) }
                + [.init("characters read", .right), .init("processor s", .right)])
        for (row, model) in rows {
            table.append(
                [row.arm, row.seed.map { String($0) } ?? ""]
                    + model.points.map { NumberFormat.decimal($0.bitsPerCharacter, places: 3) }
                    + [
                        NumberFormat.count(model.charactersRead),
                        NumberFormat.decimal(model.seconds, places: 0),
                    ])
        }
        result.add(
            table,
            caption:
                "English: bits for each held-out character of a transformer of two layers of width 128 over the tokens, after as many steps of 1,024 tokens."
        )
    }
}
