internal import TesseraAnalysis
internal import TesseraCore

/// In what form a classifier reads names.
enum NameReading: CaseIterable, Sendable {
    /// As they are.
    case native
    /// By the table made of Unicode's names, without the rules that people wrote.
    case namesAlone
    /// By all tables, without being told the language.
    case languageUnknown
    /// By all tables.
    case romanized
    /// By a scheme made for the language, where there is one.
    case handMade
}

/// Names of a language in another script, as many of each kind, and what tables make of them.
struct NameSample: Sendable {
    let locale: String
    let names: [RomanizedName]
    let kinds: [NameKind]
    let scheme: HandMadeScheme?
    private let language: String

    /// For each name whether it is wholly in the script of the scheme.
    var isOfScheme: [Bool] { names.map { $0.reference?.script == scheme?.script } }

    /// - Returns: nil for a language with Latin letters, and for one with fewer names of a kind.
    init?(_ locale: String, _ names: [RomanizedName], ofAKind count: Int) {
        guard let language = names.first?.reference?.language else { return nil }
        var chosen: [RomanizedName] = []
        for kind in NameKind.allCases {
            let alike = names.filter { $0.kind == kind }
            guard alike.count >= count else { return nil }
            // Evenly from the alphabet.
            chosen += (0..<count).map { alike[$0 * alike.count / count] }
        }
        self.names = chosen
        kinds = chosen.compactMap(\.kind)
        (self.locale, self.language) = (locale, language)
        scheme = HandMadeScheme.all.first { $0.locales.contains(locale) }
    }

    /// The names as `reading` has them, in lower case; nothing without a scheme.
    ///
    /// - Throws: `LocatedError` for a language that is no code.
    func examples(_ reading: NameReading) throws -> [NameClassifier.Example] {
        let latin = Romanizer()
        let write: (String) -> String
        switch reading {
        case .native: write = { $0 }
        case .languageUnknown: write = { latin.romanize($0) }
        case .romanized:
            let romanizer = try Romanizer(language: language)
            write = { latin.romanize(romanizer.romanize($0)) }
        case .namesAlone:
            let table = Romanizer(language: language, asciiOnly: false, ruleTexts: [])
            write = { latin.romanize(table.romanize($0)) }
        case .handMade:
            guard let scheme else { return [] }
            let table = scheme.romanizer(language: language)
            write = { latin.romanize(table.romanize($0)) }
        }
        return zip(names, kinds).map { name, kind in
            NameClassifier.Example(text: write(name.name).lowercased(), kind: kind)
        }
    }
}

/// What two classifiers of one seed know of names in other scripts: one that learned Latin names as they are, and one that
/// learned them romanized.
struct TransferResult {
    /// Held-out Latin names, romanized, whose kind is right, in percent.
    let latinAccuracy: Double
    private var right: [NameReading: [[Bool]]] = [:]
    private let isOfScheme: [[Bool]]

    /// - Parameter onStep: is told which of the two learns, its step, and how many there are.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(
        _ latin: [NameClassifier.Example], _ samples: [NameSample], seed: UInt64, conditions: StudyConditions,
        onStep: (Int, Int, Int) -> Void
    ) throws {
        let romanizer = Romanizer()
        func lowercased(_ write: (String) -> String) -> [NameClassifier.Example] {
            latin.map { NameClassifier.Example(text: write($0.text).lowercased(), kind: $0.kind) }
        }
        func classifier(_ number: Int, _ examples: [NameClassifier.Example]) throws -> (
            NameClassifier, accuracy: Double
        ) {
            let trained = try NameClassifier(
                examples.indices.filter { $0 % 10 != 9 }.map { examples[$0] }, seed: seed,
                conditions: conditions
            ) { onStep(number, $0, $1) }
            let heldOut = examples.indices.filter { $0 % 10 == 9 }.map { examples[$0] }
            return (trained, percent(of: try trained.isRight(heldOut)))
        }
        let (native, _) = try classifier(1, lowercased { $0 })
        let romanized = try classifier(2, lowercased { romanizer.romanize($0) })
        latinAccuracy = romanized.accuracy
        isOfScheme = samples.map(\.isOfScheme)
        for reading in NameReading.allCases {
            right[reading] = try samples.map { sample in
                try conditions.cancellation.check()
                return try (reading == .native ? native : romanized.0).isRight(sample.examples(reading))
            }
        }
    }

    /// The share of a language's names whose kind is right, in percent.
    ///
    /// - Parameter ofScheme: counts the names alone that are wholly in the script of its scheme.
    func accuracy(_ reading: NameReading, _ index: Int, ofScheme: Bool = false) -> Double {
        let all = right[reading]?[index] ?? []
        return percent(of: ofScheme ? zip(all, isOfScheme[index]).filter(\.1).map(\.0) : all)
    }

    /// The share of all names in a script whose kind is right, in percent.
    func accuracy(_ reading: NameReading, _ samples: [NameSample], _ script: String) -> Double {
        percent(
            of: zip(samples, right[reading] ?? []).flatMap { sample, right in
                zip(sample.names, right).filter { $0.0.reference?.script == script }.map(\.1)
            })
    }
}

/// How many of them are true, in percent; not a number without any.
private func percent(of values: [Bool]) -> Double {
    100 * Double(values.count { $0 }) / Double(values.count)
}
