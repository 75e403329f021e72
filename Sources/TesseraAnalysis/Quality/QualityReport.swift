public import TesseraCore
public import TesseraReport
public import TesseraTokenizers

/// The quality of one vocabulary or many, side by side: tables, pictures and a page.
public struct QualityReport: Sendable {
    /// The vocabularies.
    public let vocabularies: [VocabularyReport]
    /// What they have in common.
    public let overlap: VocabularyOverlap
    /// For each vocabulary the languages that it serves; empty without word lists.
    public let languages: [LanguageShares]
    /// For each vocabulary what it makes of each text; empty without texts.
    public let texts: [[TextQuality]]
    /// For each vocabulary the tokens that no text gives; nil: not looked for.
    public var unreachableCounts: [Int?]

    /// Looks at vocabularies.
    ///
    /// - Parameters:
    ///   - lexicons: word lists, to tell which languages the tokens serve.
    ///   - samples: texts with their names, in the same order for all; parallel ones make parity meaningful.
    /// - Throws: `LocatedError` when there is no vocabulary or there are more than 64; `CancelledError` when stopped.
    public init(
        of tokenizers: [(name: String, tokenizer: PipelineTokenizer)], scriptRule: ScriptRule = .property,
        lexicons: [LanguageLexicon] = [], samples: [(name: String, text: String)] = [],
        progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
    ) throws {
        guard (1...64).contains(tokenizers.count) else {
            throw LocatedError(
                field: "TOKENIZERS", problem: "\(tokenizers.count) vocabularies cannot be compared",
                remedy: "name from 1 to 64")
        }
        guard lexicons.count <= 64 else {
            throw LocatedError(
                field: "--lexicons", problem: "\(lexicons.count) word lists are more than 64",
                remedy: "leave some out")
        }
        var vocabularies: [VocabularyReport] = []
        var languages: [LanguageShares] = []
        var texts: [[TextQuality]] = []
        for (index, entry) in tokenizers.enumerated() {
            try cancellation.check()
            progress.report("reading vocabularies", index, of: tokenizers.count, unit: "vocabularies")
            let report = VocabularyReport(entry.name, entry.tokenizer, scriptRule: scriptRule)
            vocabularies.append(report)
            if !lexicons.isEmpty { languages.append(LanguageShares(of: report, in: lexicons)) }
            if !samples.isEmpty {
                texts.append(samples.map { TextQuality($0.name, text: $0.text, entry.tokenizer) })
            }
        }
        self.vocabularies = vocabularies
        self.languages = languages
        self.texts = texts
        overlap = VocabularyOverlap(vocabularies)
        unreachableCounts = vocabularies.map { _ in nil }
    }

    private func percent(_ share: Double) -> String { NumberFormat.decimal(share * 100, places: 2) }

    /// A row for each vocabulary: how many tokens of each class, as counts or as percent of the vocabulary.
    public func classTable(inPercent: Bool) -> Table {
        var table = Table(
            [.init("vocabulary"), .init("tokens", .right)]
                + TokenClass.allCases.map { .init($0.rawValue, .right) })
        for report in vocabularies {
            table.append(
                [report.name, NumberFormat.count(report.size)]
                    + TokenClass.allCases.map {
                        inPercent
                            ? percent(report.share(of: $0)) : NumberFormat.count(report.classCounts[$0] ?? 0)
                    })
        }
        return table
    }

    /// A row for each script and place, a column for each vocabulary, in percent; rows below one percent in every
    /// vocabulary are added up at the end.
    public func scriptTable(_ denominator: VocabularyReport.Denominator = .vocabulary) -> Table {
        var table = Table(
            [.init("script"), .init("place")] + vocabularies.map { .init($0.name, .right) })
        var rest = [Double](repeating: 0, count: vocabularies.count)
        for script in allScripts {
            for position in TokenPosition.allCases {
                let place = VocabularyReport.ScriptPlace(script: script, position: position)
                let shares = vocabularies.map { $0.share(of: place, in: denominator) }
                if shares.contains(where: { $0 >= 0.01 }) {
                    table.append([script, position.rawValue] + shares.map(percent))
                } else {
                    for (index, share) in shares.enumerated() { rest[index] += share }
                }
            }
        }
        if rest.contains(where: { $0 > 0 }) { table.append(["others", ""] + rest.map(percent)) }
        return table
    }

    /// The scripts of all vocabularies, the commonest first.
    private var allScripts: [String] {
        var shares: [String: Double] = [:]
        for report in vocabularies where report.size > 0 {
            for (place, count) in report.scriptCounts {
                shares[place.script, default: 0] += Double(count) / Double(report.size)
            }
        }
        return shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    /// A row for each language of the word lists, a column for each vocabulary, in percent of the tokens that belong to a
    /// language; rows below half a percent everywhere are added up at the end.
    public var languageTable: Table {
        var table = Table(
            [.init("language"), .init("words in the list", .right)]
                + vocabularies.map { .init($0.name, .right) })
        guard let first = languages.first else { return table }
        var rest = [Double](repeating: 0, count: languages.count)
        for (index, language) in first.languages.enumerated() {
            let shares = languages.map { $0.shares[index] }
            if shares.contains(where: { $0 >= 0.005 }) {
                table.append([language, NumberFormat.count(first.lexiconSizes[index])] + shares.map(percent))
            } else {
                for (place, share) in shares.enumerated() { rest[place] += share }
            }
        }
        if rest.contains(where: { $0 > 0 }) { table.append(["others", ""] + rest.map(percent)) }
        return table
    }

    /// A row for each language, a column for each vocabulary: how many of its words are one token, in percent.
    public var wordTable: Table { coverageTable(\.wordCoverage) }

    /// A row for each language, a column for each vocabulary: how many of its letters are one token, in percent.
    public var letterTable: Table { coverageTable(\.alphabetCoverage) }

    private func coverageTable(_ coverage: KeyPath<LanguageShares, [Double]>) -> Table {
        var table = Table([.init("language")] + vocabularies.map { .init($0.name, .right) })
        for (index, language) in (languages.first?.languages ?? []).enumerated() {
            table.append([language] + languages.map { percent($0[keyPath: coverage][index]) })
        }
        return table
    }

    /// A row for each vocabulary: its named scores.
    public var scoreTable: Table {
        var columns: [Table.Column] = [
            .init("vocabulary"), .init("tokens", .right), .init("completeness", .right),
            .init("core tokens", .right),
            .init("begin words", .right), .init("in no other", .right), .init("entropy of scripts", .right),
        ]
        if !languages.isEmpty {
            columns += [
                .init("entropy of languages", .right), .init("in no list", .right),
                .init("of one language", .right),
            ]
        }
        if unreachableCounts.contains(where: { $0 != nil }) { columns.append(.init("unreachable", .right)) }
        var table = Table(columns)
        for (index, report) in vocabularies.enumerated() {
            var row = [
                report.name, NumberFormat.count(report.size), percent(report.completeness) + " %",
                percent(overlap.coreShares[index]) + " %", percent(overlap.initialShares[index]) + " %",
                NumberFormat.count(overlap.ownCounts[index]),
                NumberFormat.decimal(report.scriptEntropy, places: 2),
            ]
            if !languages.isEmpty {
                row += [
                    NumberFormat.decimal(languages[index].entropy, places: 2),
                    NumberFormat.count(languages[index].unseen.count),
                    NumberFormat.count(languages[index].singletonCount),
                ]
            }
            if let count = unreachableCounts[index] { row.append(NumberFormat.count(count)) }
            table.append(row)
        }
        return table
    }

    /// How alike the vocabularies are.
    public var similarityTable: Table {
        var table = Table([.init("Jaccard")] + overlap.names.map { .init($0, .right) })
        for (name, row) in zip(overlap.names, overlap.jaccard) {
            table.append([name] + row.map { NumberFormat.decimal($0, places: 3) })
        }
        return table
    }

    /// How many tokens are in how many vocabularies.
    public var sharingTable: Table {
        var table = Table([.init("in so many vocabularies", .right), .init("tokens", .right)])
        for (index, count) in overlap.histogram.enumerated() {
            table.append([String(index + 1), NumberFormat.count(count)])
        }
        return table
    }

    /// A row for each text and vocabulary: the measures that need a text.
    ///
    /// Parity is the tokens over those of the first text.
    public var textTable: Table {
        var table = Table([
            .init("text"), .init("vocabulary"), .init("tokens", .right), .init("tokens per word", .right),
            .init("bytes per token", .right), .init("parity", .right), .init("words cut, %", .right),
            .init("Rényi 2.5", .right), .init("vocabulary used, %", .right),
        ])
        for (place, name) in (texts.first ?? []).map(\.name).enumerated() {
            for (index, report) in vocabularies.enumerated() {
                let quality = texts[index][place]
                let first = texts[index][0].tokenCount
                table.append([
                    name, report.name, NumberFormat.count(quality.tokenCount),
                    NumberFormat.decimal(quality.fertility, places: 2),
                    NumberFormat.decimal(quality.bytesPerToken, places: 2),
                    first == 0
                        ? "" : NumberFormat.decimal(Double(quality.tokenCount) / Double(first), places: 2),
                    percent(quality.continuedShare), NumberFormat.decimal(quality.renyiEfficiency, places: 3),
                    percent(quality.utilisation),
                ])
            }
        }
        return table
    }
}
