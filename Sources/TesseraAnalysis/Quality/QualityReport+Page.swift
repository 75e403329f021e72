public import TesseraFiles
public import TesseraReport

extension QualityReport {
    /// The report as a page of its own.
    public var page: HTMLPage {
        let names = vocabularies.map(\.name)
        var page = HTMLPage(
            title: names.count == 1 ? "Vocabulary of \(names[0])" : "\(names.count) vocabularies")
        page.paragraph(
            "What kinds of tokens each vocabulary holds and which scripts and languages they serve, after Qtok "
                + "(Chelombitko, Safronov, Komissarov 2024, arXiv 2410.12989). Shares are of the vocabulary, not of use."
        )
        page.section("Scores")
        page.table(
            scoreTable,
            caption:
                "Completeness: all but parts of characters and characters without a name. Core tokens: of the "
                + "\(NumberFormat.count(overlap.coreCount)) that at least \(overlap.coreThreshold) vocabularies have. "
                + "Entropies are in bits.")
        page.section("Classes of tokens")
        page.picture(svg: classChart.svg())
        page.table(classTable(inPercent: true), caption: "Percent of the vocabulary.")
        page.table(classTable(inPercent: false), caption: "Tokens.")
        page.section("Scripts")
        page.picture(svg: scriptChart.svg())
        page.table(
            scriptTable(.vocabulary),
            caption:
                "Letters of one script, in percent of the vocabulary: alone (char), after a space (spaced), else "
                + "(inner). Rows below 1 % everywhere are added up.")
        page.table(
            scriptTable(.alphabetic),
            caption: "The same in percent of the tokens that are letters of one script.")
        if !languages.isEmpty {
            page.section("Languages")
            page.table(
                languageTable,
                caption:
                    "Percent of the tokens that word lists know; a token of k languages counts 1/k for each. Long "
                    + "lists know more tokens: mind their sizes.")
            page.table(wordTable, caption: "Percent of a language's words that are one token.")
            page.table(letterTable, caption: "Percent of a language's letters that are one token.")
        }
        if names.count > 1 {
            page.section("Likeness")
            page.picture(svg: similarityMap.svg())
            page.table(
                sharingTable,
                caption: "The \(NumberFormat.count(overlap.unionCount)) different tokens of all, by how many "
                    + "vocabularies have them.")
            let groups = overlap.duplicates().filter { $0.count > 1 }
            page.paragraph(
                groups.isEmpty
                    ? "No two are more than 95 % the same."
                    : "More than 95 % the same: "
                        + groups.map { $0.map { names[$0] }.joined(separator: ", ") }.joined(separator: "; ")
                        + ".")
        }
        if !texts.isEmpty {
            page.section("Texts")
            page.table(
                textTable,
                caption:
                    "Parity: tokens over those of the first text, for texts that say the same. Words cut: more than "
                    + "one token. Rényi efficiency of order 2.5 (Zouhar and others 2023).")
        }
        return page
    }

    /// The commonest classes as bars, in percent of the vocabulary.
    public var classChart: BarChart {
        let shown: [TokenClass] = [
            .spacedAlpha, .innerAlpha, .charAlpha, .innerOther, .spacedOther, .unicodeFlanks,
        ]
        return BarChart(
            title: "Classes, percent of the vocabulary", series: shown.map(\.rawValue),
            groups: vocabularies.map { report in .init(report.name, shown.map { report.share(of: $0) * 100 })
            })
    }

    /// The scripts of longer tokens as bars, in percent of the vocabulary: the six commonest.
    public var scriptChart: BarChart {
        var shares: [String: Double] = [:]
        for report in vocabularies {
            for script in report.scripts { shares[script, default: 0] += report.share(ofScript: script) }
        }
        let shown = shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map(\.key)
        return BarChart(
            title: "Scripts of tokens of two letters and more, percent of the vocabulary", series: shown,
            groups: vocabularies.map { report in
                .init(report.name, shown.map { report.share(ofScript: $0) * 100 })
            })
    }

    /// How alike the vocabularies are, as a picture.
    public var similarityMap: HeatMap {
        HeatMap(
            title: "Shared tokens over all tokens of two (Jaccard)", names: overlap.names,
            values: overlap.jaccard)
    }

    /// The report for machines.
    public var json: JSONValue {
        let overlap = overlap
        return [
            "scriptRule": .string(vocabularies.first?.scriptRule.rawValue ?? ""),
            "vocabularies": .array(
                vocabularies.enumerated().map { index, report in
                    var entry: JSONObject = [
                        "name": .string(report.name), "size": .integer(report.size),
                        "completeness": .number(report.completeness),
                        "scriptEntropy": .number(report.scriptEntropy),
                        "coreShare": .number(overlap.coreShares[index]),
                        "initialShare": .number(overlap.initialShares[index]),
                        "ownTokens": .integer(overlap.ownCounts[index]),
                    ]
                    var classes = JSONObject()
                    for tokenClass in TokenClass.allCases {
                        classes[tokenClass.rawValue] = .integer(report.classCounts[tokenClass] ?? 0)
                    }
                    entry["classes"] = .object(classes)
                    entry["scripts"] = .array(
                        report.scriptCounts.sorted {
                            ($1.value, $0.key.script, $0.key.position.rawValue)
                                < ($0.value, $1.key.script, $1.key.position.rawValue)
                        }.map { place, count in
                            [
                                "script": .string(place.script), "position": .string(place.position.rawValue),
                                "tokens": .integer(count),
                            ]
                        })
                    if let count = unreachableCounts[index] { entry["unreachable"] = .integer(count) }
                    if languages.indices.contains(index) { entry["languages"] = Self.json(languages[index]) }
                    if texts.indices.contains(index) {
                        entry["texts"] = .array(texts[index].map(Self.json))
                    }
                    return .object(entry)
                }),
            "unionTokens": .integer(overlap.unionCount),
            "coreTokens": .integer(overlap.coreCount),
            "histogram": .array(overlap.histogram.map { .integer($0) }),
            "jaccard": .array(overlap.jaccard.map { .array($0.map { .number($0) }) }),
            "duplicates": .array(
                overlap.duplicates().map { .array($0.map { .string(overlap.names[$0]) }) }),
        ]
    }

    private static func json(_ shares: LanguageShares) -> JSONValue {
        .array(
            shares.languages.indices.map { index in
                [
                    "language": .string(shares.languages[index]),
                    "words": .integer(shares.lexiconSizes[index]),
                    "share": .number(shares.shares[index]),
                    "wordCoverage": .number(shares.wordCoverage[index]),
                    "alphabetCoverage": .number(shares.alphabetCoverage[index]),
                ]
            })
    }

    private static func json(_ text: TextQuality) -> JSONValue {
        [
            "name": .string(text.name), "tokens": .integer(text.tokenCount),
            "words": .integer(text.wordCount),
            "bytes": .integer(text.byteCount), "fertility": .number(text.fertility),
            "bytesPerToken": .number(text.bytesPerToken), "continuedShare": .number(text.continuedShare),
            "renyiEfficiency": .number(text.renyiEfficiency), "utilisation": .number(text.utilisation),
        ]
    }

    /// The tables as files of tab-separated values, by name.
    public var files: [(name: String, text: String)] {
        func separated(_ table: Table) -> String {
            ([table.columns.map(\.title)] + table.rows)
                .map {
                    $0.map { $0.map { $0 == "\t" || $0 == "\n" ? " " : String($0) }.joined() }.joined(
                        separator: "\t") + "\n"
                }
                .joined()
        }
        var files = [
            ("index.html", page.html()), ("report.json", json.serialized() + "\n"),
            ("classes.tsv", separated(classTable(inPercent: false))),
            ("scripts.tsv", separated(scriptTable(.vocabulary))), ("scores.tsv", separated(scoreTable)),
            ("similarity.tsv", separated(similarityTable)),
        ]
        if !languages.isEmpty { files.append(("languages.tsv", separated(languageTable))) }
        if !texts.isEmpty { files.append(("texts.tsv", separated(textTable))) }
        return files.map { (name: $0.0, text: $0.1) }
    }
}
