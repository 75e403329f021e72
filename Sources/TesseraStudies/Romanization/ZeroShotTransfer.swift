internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport

/// Whether a classifier that learned names in Latin letters knows what names in other scripts are of, as they are and
/// romanized (the zero-shot transfer of Purkayastha and others, 2023, on names of CLDR).
///
/// As many names of each kind are tried in a language, at most 100, so that guessing gets a third right; languages with
/// fewer than 100 of a kind are left out. All text is in lower case. The classifier of romanized names learned Latin names
/// that went through the same romanizer; what other tables make of a name goes through it too, which takes diacritics away.
struct ZeroShotTransfer {
    private static let gain = "points that romanizing gains, mean over languages"
    private static let behind = "points of hand-made schemes over the romanizer, mean over languages"
    private static let alphabets = ["Cyrillic", "Greek", "Armenian", "Georgian", "Hangul", "Kana"]
    private static let namesOfAKind = 100

    private static func gain(_ script: String) -> String { "\(script): points that romanizing gains" }

    /// Thresholds for every seed.
    static let thresholds: [Threshold] =
        [.atLeast(25, gain)] + alphabets.map { .atLeast(10, gain($0)) } + [.atMost(3, behind)]

    private let samples: [NameSample]
    private let results: [TransferResult]

    /// - Throws: `LocatedError` when names do not say what they are of, or when a loss is no number; `CancelledError` when
    ///   stopped.
    init(_ names: [RomanizedName], seeds: [UInt64], conditions: StudyConditions) throws {
        let latin = names.compactMap { name in
            name.reference == nil ? name.kind.map { NameClassifier.Example(text: name.name, kind: $0) } : nil
        }
        samples = namesByLocale(names).compactMap {
            NameSample($0.locale, $0.names, ofAKind: Self.namesOfAKind)
        }
        guard !latin.isEmpty, !samples.isEmpty else {
            throw LocatedError(
                file: "\(conditions.textFolder)/romanization/names.jsonl", field: "kind",
                problem: "no names say what they are of", remedy: "run: Scripts/setup.sh studies")
        }
        let samples = samples
        results = try seeds.enumerated().map { index, seed in
            try TransferResult(latin, samples, seed: seed, conditions: conditions) {
                conditions.progress.report(
                    "classifier \(2 * index + $0) of \(2 * seeds.count)", $1, of: $2, unit: "steps")
            }
        }
    }

    func report(to result: inout StudyResult) {
        let schemes = samples.indices.filter { samples[$0].scheme != nil }
        result.measure(
            Self.gain,
            results.map { seed in
                mean(samples.indices.map { seed.accuracy(.romanized, $0) - seed.accuracy(.native, $0) })
            })
        for script in Self.alphabets {
            result.measure(
                Self.gain(script),
                results.map {
                    $0.accuracy(.romanized, samples, script) - $0.accuracy(.native, samples, script)
                })
        }
        result.measure(
            Self.behind,
            results.map { seed in
                mean(
                    schemes.map {
                        seed.accuracy(.handMade, $0, ofScheme: true)
                            - seed.accuracy(.romanized, $0, ofScheme: true)
                    })
            })
        result.measure(
            "points of Unicode's names alone below the romanizer, mean over languages",
            results.map { seed in
                mean(samples.indices.map { seed.accuracy(.romanized, $0) - seed.accuracy(.namesAlone, $0) })
            })
        result.measure("Latin names held out: kinds right, %", results.map { $0.latinAccuracy })
        result.add(
            table,
            caption:
                "Names of which a classifier says rightly whether they are of a territory, a language or a currency, in percent, mean over \(results.count) seeds; a third is chance. It learned names in ten languages with Latin letters."
        )
        result.add(
            schemeTable,
            caption:
                "Hand-made schemes beside the romanizer, on the names that are wholly in the scheme's script, in percent."
        )
        result.add(
            figure: BarChart(
                title: "Kinds of names right without a name of the language in training, in percent",
                series: ["as they are", "romanized"],
                groups: samples.indices.map { index in
                    BarChart.Group(
                        samples[index].locale, [percent(.native, index), percent(.romanized, index)])
                }
            ).svg(), title: "Zero-shot transfer", suffix: "transfer")
    }

    private func percent(_ reading: NameReading, _ index: Int, ofScheme: Bool = false) -> Double {
        mean(results.map { $0.accuracy(reading, index, ofScheme: ofScheme) })
    }

    private var table: Table {
        var table = Table([
            .init("locale"), .init("names", .right), .init("as they are", .right),
            .init("names of Unicode alone", .right),
            .init("full tables, language unknown", .right), .init("romanized", .right),
            .init("gain, points", .right),
        ])
        for (index, sample) in samples.enumerated() {
            table.append(
                [sample.locale, NumberFormat.count(sample.names.count)]
                    + [NameReading.native, .namesAlone, .languageUnknown, .romanized].map {
                        NumberFormat.decimal(percent($0, index), places: 1)
                    }
                    + [NumberFormat.decimal(percent(.romanized, index) - percent(.native, index), places: 1)])
        }
        return table
    }

    private var schemeTable: Table {
        var table = Table([
            .init("locale"), .init("scheme"), .init("names", .right), .init("scheme", .right),
            .init("romanizer", .right),
        ])
        for (index, sample) in samples.enumerated() {
            guard let scheme = sample.scheme else { continue }
            table.append([
                sample.locale, scheme.name, NumberFormat.count(sample.isOfScheme.count { $0 }),
                NumberFormat.decimal(percent(.handMade, index, ofScheme: true), places: 1),
                NumberFormat.decimal(percent(.romanized, index, ofScheme: true), places: 1),
            ])
        }
        return table
    }
}
