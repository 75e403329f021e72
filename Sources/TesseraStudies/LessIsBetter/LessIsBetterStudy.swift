internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// Less-is-better against vocabularies of its size (Yang, 2024, arXiv 2403.00417).
///
/// The data are the paragraphs of the English Debian Reference, lower-cased, spaces kept, every tenth held out; the same
/// reference in Chinese shows the case without spaces, for which nothing is claimed.
public struct LessIsBetterStudy: Study {
    public let name = "less-is-better"
    public let claim =
        "A lexicon of subwords, words and expressions needs fewer tokens than other vocabularies of as many types."
    public let expectedSeconds = 480
    public let trainsNetworks = true

    /// The study.
    public init() {}

    private static let overWords = "characters a token over \(VocabularyArm.bytePairOfWords.name)"
    private static let overFree = "characters a token over \(VocabularyArm.bytePair.name)"
    private static let used = "types used over \(VocabularyArm.bytePair.name)"
    private static let overWholeWords = "characters a token over \(VocabularyArm.words.name)"
    private static let multiword = "share of types with an inner space"
    private static let seconds = "seconds for the English run"

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        switch scale {
        case .full:
            [
                .atLeast(1.01, Self.overWords), .atLeast(0.98, Self.overFree), .atMost(0.95, Self.used),
                .atLeast(1.4, Self.overWholeWords), .atLeast(0.1, Self.multiword), .atMost(300, Self.seconds),
            ]
        case .small: LexiconProperties.names.map { .none($0) }
        }
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        if scale == .small {
            for (name, count) in try LexiconProperties.violations(seed: seed) {
                result.measure(name, count: count)
            }
            return result
        }
        var settings = LexiconExperiment.Settings()
        settings.seeds = (0..<3).map { seed &+ $0 }
        let lines = try Self.lines("en", conditions)
        let english = try Self.experiment(lines, settings, conditions)
        let own = LexiconExperiment.arm
        func ratio(to arm: VocabularyArm, _ value: (LexiconExperiment.Row) -> Double) -> Double {
            english.average(of: own, value) / english.average(of: arm.name, value)
        }
        result.measure(Self.overWords, ratio(to: .bytePairOfWords) { $0.economy.charactersPerToken })
        result.measure(Self.overFree, ratio(to: .bytePair) { $0.economy.charactersPerToken })
        result.measure(Self.used, ratio(to: .bytePair) { Double($0.economy.usedTypeCount) })
        result.measure(Self.overWholeWords, ratio(to: .words) { $0.economy.charactersPerToken })
        result.measure(Self.multiword, english.average(of: own) { $0.multiwordShare })
        result.measure(Self.seconds, english.seconds)
        result.add(english.figure)
        result.add(
            english.table,
            caption:
                "English. Types include the 256 of bytes in every row; the other arms have as many as the largest of the three lexicons."
        )
        try VocabularyLosses(english, lines, seed: seed, conditions: conditions).report(to: &result)
        settings.hasSpaces = false
        let chinese = try Self.experiment(try Self.lines("zh-cn", conditions), settings, conditions)
        result.add(chinese.figure, suffix: "zh-cn")
        result.add(chinese.table, caption: "Chinese, without spaces: no thresholds.")
        result.note(
            """
            Paragraphs of the Debian Reference, lower-cased, spaces kept; every tenth is held out. \
            α 0.25, ω 1e-4, update rate 0.2, life 10, types proposed twice, articles of 200 paragraphs, types of at \
            most 24 characters as the tokens of BPE; 1,000 epochs, cut after rank 4,000 with all single characters \
            kept. Each ratio is of means over three seeds.
            """)
        result.note(
            """
            What does not follow: that fewer bits are needed. The columns of unigram bits and of the description, and \
            the bits of a small transformer, stand beside the tokens for that. The transformer takes as many steps \
            with every vocabulary; where tokens are longer it reads the text more often.
            """)
        return result
    }

    private static func lines(_ language: String, _ conditions: StudyConditions) throws -> HeldOutLines {
        HeldOutLines(try conditions.lines(of: "debian-reference/\(language).txt"))
    }

    private static func experiment(
        _ lines: HeldOutLines, _ settings: LexiconExperiment.Settings, _ conditions: StudyConditions
    ) throws -> LexiconExperiment {
        try LexiconExperiment(
            training: lines.training, heldOut: lines.heldOut, settings: settings,
            progress: conditions.progress, cancellation: conditions.cancellation)
    }
}

/// What must hold of every lexicon, whatever it is learned from.
enum LexiconProperties {
    private static let lost = "texts that do not come back"
    private static let unrepeatable = "lexicons that a second run of their seed does not give"
    private static let changed = "texts that are cut otherwise after others were"
    private static let torn = "lexicons whose list, ranks and trie differ"
    private static let unequal = "arms with more than two types more or fewer than the largest lexicon"

    /// What is counted.
    static let names = [lost, unrepeatable, changed, torn, unequal]

    /// How often each is violated, on made-up text.
    static func violations(seed: UInt64) throws -> [(String, Int)] {
        let training = texts(80, seed: seed)
        let strange = ["", " ", "naïve café", "日本語 テキスト", "a\u{0301}b\u{200B}\u{10FFFF}", "👩‍👩‍👧", "\t\n x  y "]
        var counts = Dictionary(uniqueKeysWithValues: names.map { ($0, 0) })
        for seed in [seed, seed &+ 1] {
            var options = LessIsBetterOptions()
            options.articleLength = 50
            func learned() throws -> LessIsBetterTrainer {
                var trainer = try LessIsBetterTrainer(options: options, seed: seed)
                try trainer.read(LessIsBetterTexts(training), epochs: 40)
                return trainer
            }
            let trainer = try learned()
            if trainer.inconsistency != nil { counts[torn, default: 0] += 1 }
            if try learned().types != trainer.types { counts[unrepeatable, default: 0] += 1 }
            let tokenizer = try trainer.freeze(size: 60)
            let heldOut = texts(20, seed: ~seed) + strange
            let cuts = heldOut.map { tokenizer.encode($0, special: .asText) }
            for (text, ids) in zip(heldOut, cuts)
            where !tokenizer.decodedBytes(of: ids).elementsEqual(text.utf8) {
                counts[lost, default: 0] += 1
            }
            for (text, ids) in zip(heldOut, cuts).reversed()
            where tokenizer.encode(text, special: .asText) != ids {
                counts[changed, default: 0] += 1
            }
        }
        var settings = LexiconExperiment.Settings()
        settings.epochs = 20
        settings.seeds = [seed]
        settings.size = 60
        settings.figureSizes = []
        let rows = try LexiconExperiment(
            training: training, heldOut: texts(10, seed: ~seed), settings: settings
        ).rows
        let largest = rows.filter { $0.arm == LexiconExperiment.arm }.map(\.economy.vocabularySize).max() ?? 0
        counts[unequal] = rows.count {
            $0.arm != VocabularyArm.characters.name && abs($0.economy.vocabularySize - largest) > 2
        }
        return names.map { ($0, counts[$0, default: 0]) }
    }

    /// Texts of many different words.
    private static func texts(_ count: Int, seed: UInt64) -> [String] {
        let syllables = ["win", "ter", "in", "deed", "of", "the", "ét", "é", "ho", "use", "light", "wa"]
        let random = CounterRandom(seed: seed)
        var position = 0
        func draw(_ count: Int) -> Int {
            position += 1
            return min(Int(random.uniform(at: position) * Double(count)), count - 1)
        }
        func word() -> String { (0...draw(3)).map { _ in syllables[draw(syllables.count)] }.joined() }
        return (0..<count).map { _ in (0..<12).map { _ in word() }.joined(separator: " ") }
    }
}
