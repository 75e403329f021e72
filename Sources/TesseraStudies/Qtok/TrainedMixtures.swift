internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// Tokenizers trained on known mixtures of manual pages: whether the scripts of their tokens tell the mixtures apart.
struct TrainedMixtures {
    private static let order = "mixtures: rank correlation of Russian text and Cyrillic tokens"
    private static let third = "mixture of 30 % Russian: share of Cyrillic tokens"
    private static let none = "English only: share of Cyrillic tokens"
    private static let fertility =
        "mixtures: correlation of Cyrillic tokens and tokens a word of held-out Russian"

    static let thresholds: [Threshold] = [
        .atLeast(1, order), .atLeast(0.15, third), .atMost(0.01, none), .atMost(-0.9, fertility),
    ]

    /// Parts of the bytes of training, by the file that they are from.
    private static let mixtures: [(name: String, parts: [(file: String, share: Double)])] = [
        ("English only", [("manual-pages/en.txt", 1)]),
        // A little Russian, so that no two mixtures have as much.
        (
            "mostly code",
            [
                ("mixture/domains/python.txt", 0.7), ("manual-pages/en.txt", 0.25),
                ("manual-pages/ru.txt", 0.05),
            ]
        ),
        (
            "six languages",
            ["en", "de", "fr", "es", "pl", "ru"].map { (file: "manual-pages/\($0).txt", share: 1.0 / 6) }
        ),
        ("70 % English, 30 % Russian", [("manual-pages/en.txt", 0.7), ("manual-pages/ru.txt", 0.3)]),
    ]
    private static let byteCount = 1_200_000.0
    private static let vocabularySize = 8000

    private var rows: [(name: String, russian: Double, report: VocabularyReport, quality: TextQuality)] = []

    /// - Throws: `LocatedError` when the texts have not been fetched; `CancelledError` when stopped.
    init(conditions: StudyConditions) throws {
        var texts: [String: HeldOutLines] = [:]
        for file in Set(Self.mixtures.flatMap { $0.parts.map(\.file) }) {
            texts[file] = HeldOutLines(try conditions.lines(of: file))
        }
        let heldOut = (texts["manual-pages/ru.txt"]?.heldOut ?? []).joined(separator: "\n")
        for (index, mixture) in Self.mixtures.enumerated() {
            try conditions.cancellation.check()
            conditions.progress.report("training", index, of: Self.mixtures.count, unit: "tokenizers")
            let training = mixture.parts.flatMap { part -> ArraySlice<String> in
                var left = part.share * Self.byteCount
                return (texts[part.file]?.training ?? []).prefix { line in
                    left -= Double(line.utf8.count + 1)
                    return left >= 0
                }
            }
            let trained = try trainTokenizer(
                TrainingSettings(
                    .bytePair(TrainingSettings.BytePair()), vocabularySize: Self.vocabularySize,
                    preTokenizer: .gpt2),
                onTexts: training, cancellation: conditions.cancellation)
            let tokenizer = try PipelineTokenizer(trained.definition)
            rows.append(
                (
                    mixture.name, mixture.parts.first { $0.file == "manual-pages/ru.txt" }?.share ?? 0,
                    VocabularyReport(mixture.name, tokenizer), TextQuality("ru", text: heldOut, tokenizer)
                ))
        }
    }

    func report(to result: inout StudyResult) {
        let cyrillic = rows.map { $0.report.share(ofScript: "Cyrillic") }
        result.measure(Self.order, rankCorrelation(rows.map(\.russian), cyrillic))
        result.measure(Self.third, cyrillic.last ?? .nan)
        result.measure(Self.none, cyrillic.first ?? .nan)
        result.measure(Self.fertility, correlation(cyrillic, rows.map(\.quality.fertility)))
        var table = Table([
            .init("mixture"), .init("Russian, % of bytes", .right), .init("Cyrillic, % of tokens", .right),
            .init("Latin, % of tokens", .right), .init("not letters of one script, %", .right),
            .init("tokens a word of Russian", .right),
        ])
        for (row, share) in zip(rows, cyrillic) {
            let letters = Double(row.report.alphabeticCount) / Double(max(row.report.size, 1))
            table.append([
                row.name, NumberFormat.decimal(row.russian * 100, places: 1),
                NumberFormat.decimal(share * 100, places: 2),
                NumberFormat.decimal(row.report.share(ofScript: "Latin") * 100, places: 2),
                NumberFormat.decimal((1 - letters) * 100, places: 2),
                NumberFormat.decimal(row.quality.fertility, places: 2),
            ])
        }
        result.add(
            table,
            caption:
                "Byte-level BPE of 8,000 tokens, trained on 1.2 MB of Debian's manual pages and of Python's library; every tenth line is held out."
        )
        result.add(
            figure: BarChart(
                title: "Russian text and Cyrillic tokens, in percent", series: ["text", "tokens"],
                groups: zip(rows, cyrillic).map { BarChart.Group($0.name, [$0.russian * 100, $1 * 100]) }
            ).svg(), title: "Russian text and Cyrillic tokens")
    }
}
