internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// How many tokens a vocabulary of Latin text takes for names in other scripts, as they are and romanized.
struct LatinVocabulary {
    private static let worst = "times fewer tokens, in the language that gains least"

    static let thresholds: [Threshold] = [.atLeast(2, worst)]

    private let effect: RomanizationEffect

    /// - Throws: `LocatedError` for a language that is no code; `CancelledError` when stopped.
    init(_ names: [RomanizedName], conditions: StudyConditions) throws {
        let settings = TrainingSettings(
            .bytePair(TrainingSettings.BytePair()), vocabularySize: 4096, preTokenizer: .gpt2)
        let trained = try trainTokenizer(
            settings, onTexts: names.filter { $0.reference == nil }.map(\.name),
            cancellation: conditions.cancellation)
        let samples = try namesByLocale(names).compactMap { group -> RomanizationEffect.Sample? in
            guard let language = group.names.first?.reference?.language else { return nil }
            return try RomanizationEffect.Sample(
                group.locale, language: language, text: group.names.map(\.name).joined(separator: "\n"))
        }
        effect = RomanizationEffect(of: try PipelineTokenizer(trained.definition), on: samples)
    }

    func report(to result: inout StudyResult) {
        result.measure(Self.worst, effect.rows.map(\.ratio).min() ?? .nan)
        result.measure("languages with less than half the tokens", count: effect.rows.count { $0.ratio > 2 })
        var table = Table([
            .init("locale"), .init("words", .right), .init("tokens per word", .right),
            .init("romanized", .right),
            .init("times fewer", .right),
        ])
        for row in effect.rows.sorted(by: { $0.ratio < $1.ratio }) {
            table.append([
                row.name, NumberFormat.count(row.wordCount),
                NumberFormat.decimal(row.nativePerWord, places: 2),
                NumberFormat.decimal(row.romanPerWord, places: 2), NumberFormat.decimal(row.ratio, places: 2),
            ])
        }
        result.add(
            table,
            caption:
                "Names in a byte-level BPE of 4,096 tokens that was trained on names of ten languages in Latin letters, as they are and romanized."
        )
    }
}
