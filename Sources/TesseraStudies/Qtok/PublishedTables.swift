internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport

/// Our counts against the published ones, by the names of letters as the published program counts.
struct PublishedTables {
    private static let exact = "bytes and flanks: largest difference from the published counts"
    private static let relative = "other classes: largest relative difference"
    private static let shares = "scripts: largest difference from the published shares, in points"

    static let thresholds: [Threshold] = [.none(exact), .atMost(0.005, relative)]

    private var rows: [(published: PublishedCounts, report: VocabularyReport)] = []

    /// - Throws: `LocatedError` when the tokenizers have not been fetched; `CancelledError` when stopped.
    init(conditions: StudyConditions) throws {
        for (index, published) in PublishedCounts.all.enumerated() {
            try conditions.cancellation.check()
            conditions.progress.report(
                "published tables", index, of: PublishedCounts.all.count, unit: "vocabularies")
            let tokenizer = try ReleasedTokenizers.load(published.file, conditions)
            rows.append(
                (published, VocabularyReport(published.name, tokenizer, scriptRule: .firstWordOfName)))
        }
    }

    func report(to result: inout StudyResult) {
        var differences = (exact: 0, relative: 0.0, shares: 0.0)
        var counts = Table([
            .init("vocabulary"), .init("class"), .init("tokens", .right), .init("published", .right),
        ])
        var scripts = Table([
            .init("vocabulary"), .init("script"), .init("percent", .right), .init("published", .right),
        ])
        for (published, report) in rows {
            for (tokenClass, counted, expected) in published.comparison(with: report) {
                let difference = abs(counted - expected)
                if PublishedCounts.isExact(tokenClass) {
                    differences.exact = max(differences.exact, difference)
                } else if difference > 0 {
                    differences.relative = max(
                        differences.relative,
                        expected == 0 ? .infinity : Double(difference) / Double(expected))
                }
                if difference > 0 {
                    counts.append([
                        published.name, tokenClass.rawValue, NumberFormat.count(counted),
                        NumberFormat.count(expected),
                    ])
                }
            }
            for (script, share, expected) in published.shares(in: report) {
                differences.shares = max(differences.shares, abs(share - expected))
                scripts.append([
                    published.name, script, NumberFormat.decimal(share, places: 2),
                    NumberFormat.decimal(expected, places: 2),
                ])
            }
        }
        result.measure(Self.exact, count: differences.exact)
        result.measure(Self.relative, differences.relative)
        result.measure(Self.shares, differences.shares)
        result.add(scripts, caption: "Scripts of tokens of several characters, in percent of the vocabulary.")
        result.add(
            counts,
            caption:
                "Classes whose counts differ from the published ones, of \(rows.count) vocabularies with eleven classes each; control tokens are left out, since releases of a model add some."
        )
    }
}
