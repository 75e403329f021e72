internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport

/// How often names come out as in uroman, script by script.
struct ReferenceAgreement {
    /// The scripts of the specification with its thresholds, in percent of held-out names that are the same, and the
    /// agreement of characters in the table of Documentation/Romanization.md, in percent.
    private static let scripts: [(name: String, same: Double, characters: Double)] = [
        ("Cyrillic", 95, 99.68), ("Greek", 95, 99.86), ("Armenian", 95, 99.97), ("Georgian", 95, 100),
        ("Hangul", 95, 100), ("Kana", 95, 99.40), ("Devanagari", 85, 99.98), ("Bengali", 85, 98.64),
        ("Gujarati", 85, 100), ("Gurmukhi", 85, 99.10), ("Oriya", 85, 99.99), ("Tamil", 85, 99.46),
        ("Telugu", 85, 100), ("Kannada", 85, 100), ("Malayalam", 85, 96.95), ("Sinhala", 85, 99.80),
        ("Myanmar", 85, 100), ("Khmer", 85, 99.96), ("Thai", 85, 97.28), ("Lao", 85, 98.88),
        ("Tibetan", 85, 99.23),
        ("Ethiopic", 85, 99.94), ("Han", 85, 99.83),
    ]

    private static func same(_ script: String) -> String { "\(script): held-out names as in uroman, %" }
    private static let drop = "characters as in uroman: largest drop from the committed table, points"

    static var thresholds: [Threshold] {
        // The table is rounded to two digits.
        scripts.map { .atLeast($0.same, same($0.name)) } + [.atMost(0.005, drop)]
    }

    private struct Count {
        var names = 0
        var heldOut = 0
        var heldOutSame = 0
        var characters = 0
        var edits = 0

        var sameInPercent: Double { heldOut == 0 ? .nan : 100 * Double(heldOutSame) / Double(heldOut) }
        var charactersInPercent: Double { 100 * (1 - Double(edits) / Double(max(characters, 1))) }
    }

    private var counts: [String: Count] = [:]

    /// - Throws: `LocatedError` for a language that is no code; `CancelledError` when stopped.
    init(_ names: [RomanizedName], conditions: StudyConditions) throws {
        let groups = namesByLocale(names)
        for (index, group) in groups.enumerated() {
            guard let language = group.names.first?.reference?.language else { continue }
            try conditions.cancellation.check()
            conditions.progress.report("romanizing", index, of: groups.count, unit: "languages")
            let romanizer = try Romanizer(language: language)
            for entry in group.names {
                guard let reference = entry.reference else { continue }
                let made = Array(romanizer.romanize(entry.name).unicodeScalars)
                let expected = Array(reference.uroman.unicodeScalars)
                var count = counts[reference.script] ?? Count()
                count.names += 1
                count.heldOut += reference.isHeldOut ? 1 : 0
                count.heldOutSame += reference.isHeldOut && made == expected ? 1 : 0
                count.characters += expected.count
                count.edits += made == expected ? 0 : editDistance(made, expected)
                counts[reference.script] = count
            }
        }
    }

    func report(to result: inout StudyResult) {
        var worst = 0.0
        var table = Table([
            .init("script"), .init("names held out", .right), .init("same, %", .right),
            .init("needed", .right),
            .init("characters, %", .right), .init("in the committed table", .right),
        ])
        for script in Self.scripts {
            let count = counts[script.name] ?? Count()
            result.measure(Self.same(script.name), count.sameInPercent)
            worst = max(worst, script.characters - count.charactersInPercent)
            table.append([
                script.name, NumberFormat.count(count.heldOut),
                NumberFormat.decimal(count.sameInPercent, places: 1),
                NumberFormat.decimal(script.same, places: 0),
                NumberFormat.decimal(count.charactersInPercent, places: 2),
                NumberFormat.decimal(script.characters, places: 2),
            ])
        }
        result.measure(Self.drop, worst)
        let named = Set(Self.scripts.map(\.name))
        for (script, count) in counts.sorted(by: { $0.key < $1.key })
        where !named.contains(script) && count.names > 30 {
            table.append([
                script, NumberFormat.count(count.heldOut),
                NumberFormat.decimal(count.sameInPercent, places: 1), "",
                NumberFormat.decimal(count.charactersInPercent, places: 2), "",
            ])
        }
        result.add(table, caption: "Beside uroman 1.3.1.1, script by script.")
        result.add(
            figure: BarChart(
                title: "Held-out names as in uroman, in percent", series: ["the same"],
                groups: Self.scripts.map {
                    BarChart.Group($0.name, [(counts[$0.name] ?? Count()).sameInPercent])
                }
            ).svg(), title: "Held-out names as in uroman")
    }
}

/// The fewest insertions, deletions and substitutions that turn one list into another (Levenshtein).
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var row = Array(0...right.count)
    for (index, one) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for (place, other) in right.enumerated() {
            let replaced = diagonal + (one == other ? 0 : 1)
            diagonal = row[place + 1]
            row[place + 1] = min(row[place + 1] + 1, row[place] + 1, replaced)
        }
    }
    return row[right.count]
}
