public import TesseraCore
public import TesseraReport
public import TesseraTokenizers
public import TesseraVocabulary

/// The experiment of less-is-better (Yang, 2024, arXiv 2403.00417): whether a lexicon that mixes subwords, words and
/// expressions of several words needs fewer tokens than other vocabularies of its size.
///
/// All arms have equally many types, the 256 of bytes included. They learn from the same paragraphs and are measured on
/// others. A run takes under a minute on the English Debian Reference.
public struct LexiconExperiment: Sendable {
    /// What is run.
    public struct Settings: Sendable {
        /// How lexicons are learned; types have at most 24 characters, as have the tokens of both BPE arms.
        public var options: LessIsBetterOptions = {
            var options = LessIsBetterOptions()
            options.longestType = VocabularyArm.tokenLength
            return options
        }()
        /// The epochs of each lexicon.
        public var epochs = 1000
        /// A lexicon is learned with each.
        public var seeds: [UInt64] = [1, 2, 3]
        /// The rank after which lexicons are cut for the table.
        public var size = 4000
        /// The ranks after which they are cut for the figure.
        public var figureSizes = [1000, 2000, 3000, 4000, 5000]
        /// Whether the texts put spaces between words: without, there are no arms that need them, and no claims.
        public var hasSpaces = true

        /// The run of the specification.
        public init() {}
    }

    /// A vocabulary and what it was measured to be.
    public struct Row: Sendable {
        /// The kind of vocabulary.
        public let arm: String
        /// The seed; nil: no chance is involved.
        public let seed: UInt64?
        /// The vocabulary.
        public let tokenizer: PipelineTokenizer
        /// What the held-out text costs in it.
        public let economy: TokenEconomy
        /// The share of types with white space between other characters.
        public let multiwordShare: Double
        /// Bits for each held-out character of a unigram model of its tokens, trained on the training text with one
        /// added to each count.
        public let unigramBitsPerCharacter: Double
    }

    /// The arm that is studied; the others are `VocabularyArm`.
    static let arm = "less-is-better"

    /// The vocabularies of the table.
    public private(set) var rows: [Row] = []
    /// Tokens against types.
    public private(set) var figure: LineChart
    /// How long everything took, in seconds.
    public private(set) var seconds = 0.0

    /// Runs the experiment.
    ///
    /// - Throws: `LocatedError` when there is no text; `CancelledError` when stopped.
    public init(
        training: [String], heldOut: [String], settings: Settings = Settings(), progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws {
        let clock = ContinuousClock()
        let begun = clock.now
        figure = LineChart(
            title: "Tokens against types", xName: "types of the vocabulary",
            yName: "tokens of the held-out text",
            series: [])
        let texts = LessIsBetterTexts(training)
        var trainers: [LessIsBetterTrainer] = []
        for seed in settings.seeds {
            var trainer = try LessIsBetterTrainer(options: settings.options, seed: seed)
            try trainer.read(texts, epochs: settings.epochs, progress: progress, cancellation: cancellation)
            trainers.append(trainer)
        }
        let bench = Bench(training: training, heldOut: heldOut)
        for (trainer, seed) in zip(trainers, settings.seeds) {
            rows.append(bench.row(Self.arm, seed, try trainer.freeze(size: settings.size)))
        }
        let arms = settings.hasSpaces ? VocabularyArm.allCases : VocabularyArm.withoutSpaces
        // The others never have fewer types than the largest of the lexicons.
        let size = rows.map(\.economy.vocabularySize).max() ?? 0
        for arm in arms {
            try cancellation.check()
            rows.append(bench.row(arm.name, nil, try arm.tokenizer(size: size, training)))
        }
        figure.series = try Self.series(trainers, arms, bench, settings.figureSizes, cancellation)
        seconds = (clock.now - begun).inSeconds
    }

    private static func series(
        _ trainers: [LessIsBetterTrainer], _ arms: [VocabularyArm], _ bench: Bench, _ sizes: [Int],
        _ cancellation: Cancellation
    ) throws -> [LineChart.Series] {
        var own: [LineChart.Point] = []
        var others = arms.map { LineChart.Series($0.name, []) }
        for size in sizes {
            let cuts = try trainers.map { TokenEconomy(of: try $0.freeze(size: size), on: bench.heldOut) }
            guard let largest = cuts.map(\.vocabularySize).max() else { continue }
            own.append(
                LineChart.Point(
                    mean(cuts.map { Double($0.vocabularySize) }), mean(cuts.map { Double($0.tokenCount) })))
            for (index, arm) in arms.enumerated() {
                try cancellation.check()
                // The characters are as many whatever is asked for.
                if arm == .characters, !others[index].points.isEmpty { continue }
                let economy = TokenEconomy(
                    of: try arm.tokenizer(size: largest, bench.training), on: bench.heldOut)
                others[index].points.append(
                    LineChart.Point(Double(economy.vocabularySize), Double(economy.tokenCount)))
            }
        }
        return [LineChart.Series(arm, own)] + others
    }

    /// The mean over an arm's rows.
    func average(of arm: String, _ value: (Row) -> Double) -> Double {
        mean(rows.filter { $0.arm == arm }.map(value))
    }

    /// A row for each vocabulary.
    public var table: Table {
        var table = Table([
            .init("vocabulary"), .init("seed", .right), .init("types", .right),
            .init("characters/token", .right),
            .init("types used", .right), .init("log₂ types/(characters/token)", .right),
            .init("several words", .right), .init("unigram bits/character", .right),
            .init("description, kB", .right),
        ])
        for row in rows {
            table.append([
                row.arm, row.seed.map { String($0) } ?? "", NumberFormat.count(row.economy.vocabularySize),
                NumberFormat.decimal(row.economy.charactersPerToken, places: 3),
                NumberFormat.count(row.economy.usedTypeCount),
                NumberFormat.decimal(row.economy.uniformBitsPerCharacter, places: 3),
                NumberFormat.decimal(row.multiwordShare * 100, places: 1) + " %",
                NumberFormat.decimal(row.unigramBitsPerCharacter, places: 3),
                NumberFormat.decimal(row.economy.descriptionBits / 8000, places: 1),
            ])
        }
        return table
    }
}

/// What all vocabularies are measured on.
private struct Bench {
    let training: [String]
    let heldOut: [String]

    func row(_ arm: String, _ seed: UInt64?, _ tokenizer: PipelineTokenizer) -> LexiconExperiment.Row {
        let multiwordShare = (try? LexiconReport(of: tokenizer, count: 0).multiwordShare) ?? 0
        return LexiconExperiment.Row(
            arm: arm, seed: seed, tokenizer: tokenizer, economy: TokenEconomy(of: tokenizer, on: heldOut),
            multiwordShare: multiwordShare, unigramBitsPerCharacter: unigramBits(tokenizer))
    }

    private func unigramBits(_ tokenizer: PipelineTokenizer) -> Double {
        var counts = [Int](repeating: 0, count: tokenizer.vocabularySize)
        for text in training { for id in tokenizer.encode(text, special: .asText) { counts[Int(id)] += 1 } }
        let total = Double(counts.reduce(0, +) + counts.count)
        var bits = 0.0
        var characters = 0
        for text in heldOut {
            characters += text.unicodeScalars.count
            for id in tokenizer.encode(text, special: .asText) {
                bits -= logarithm(base2: Double(counts[Int(id)] + 1) / total)
            }
        }
        return characters == 0 ? 0 : bits / Double(characters)
    }
}
