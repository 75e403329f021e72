internal import TesseraAnalysis
internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraReport
internal import TesseraTensor
internal import TesseraTokenizers
internal import TesseraTraining
internal import TesseraVocabulary

/// How soon a small transformer leaves the loss of single symbols behind, over characters and over tokens.
///
/// The recipe of the specification: one layer, one head, width 32, feed-forward block of 128 with GELU, learned positions,
/// all matrices from N(0, 0.02), tied embeddings; AdamW (0.9, 0.95), decay 0.001, clip 1, rate 0.001 from the first step
/// on; batches of 8 windows of 256 tokens; p = q = 0.2. Steps are equal for all arms.
struct TransformerLosses {
    /// What cuts the text.
    enum Arm: String, CaseIterable {
        case characters
        case bytePair = "BPE of 20"
        case lempelZivWelch = "LZW of 20"
    }

    private static let steps = 600
    private static let orders = [2, 4]

    private static func ratio(_ arm: Arm, _ order: Int) -> String {
        "order \(order): steps to half the gap, characters over \(arm.rawValue)"
    }
    private static func plateau(_ order: Int) -> String {
        "order \(order), step 100: distance of characters from ln 2"
    }
    private static func early(_ order: Int) -> String { "order \(order), step 100: loss over BPE of 20" }

    /// Thresholds for every seed; 5 % of the gap from H to ln 2 are 0.0096.
    static let thresholds: [Threshold] =
        orders.flatMap { order -> [Threshold] in
            [
                .atLeast(8, ratio(.bytePair, order)), .atMost(0.0096, plateau(order)),
                .atMost(0.55, early(order)),
            ]
        } + [.atLeast(4, ratio(.lempelZivWelch, 2))]

    private var curves: [TransformerCurve] = []
    private let seeds: [UInt64]
    /// Half of the way from the loss of single symbols to the entropy rate.
    private var half = 0.0
    private var symbolLoss = 0.0

    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(seeds: [UInt64], conditions: StudyConditions) throws {
        self.seeds = seeds
        // Such small matrices gain nothing from a second thread.
        let threads = Torch.threadCount
        try Torch.setThreadCount(1)
        defer { try? Torch.setThreadCount(threads) }
        let runs = Self.orders.flatMap { order in
            seeds.flatMap { seed in Arm.allCases.map { (order, seed, $0) } }
        }.filter { $0.2 != .lempelZivWelch || $0.0 == 2 }
        for (index, (order, seed, arm)) in runs.enumerated() {
            let source = try MarkovSource.switching(order: order, p: 0.2, q: 0.2)
            symbolLoss = source.unigramLoss
            half = (source.entropyRate + source.unigramLoss) / 2
            let text = try TransformerText(source, arm, seed: seed)
            curves.append(
                try TransformerCurve(
                    arm, order: order, seed: seed, text, steps: Self.steps, conditions: conditions
                ) {
                    conditions.progress.report(
                        "training \(index + 1) of \(runs.count)", $0, of: Self.steps, unit: "steps")
                })
        }
    }

    private func curves(_ arm: Arm, _ order: Int) -> [TransformerCurve] {
        curves.filter { $0.arm == arm && $0.order == order }
    }

    func report(to result: inout StudyResult) {
        for order in Self.orders {
            let characters = curves(.characters, order)
            func ratios(_ arm: Arm) -> [Double] {
                zip(characters, curves(arm, order)).map {
                    ($0.crossing(half)?.step ?? .nan) / ($1.crossing(half)?.step ?? .nan)
                }
            }
            result.measure(Self.ratio(.bytePair, order), ratios(.bytePair))
            result.measure(Self.plateau(order), characters.map { abs($0.loss(at: 100) - symbolLoss) })
            result.measure(Self.early(order), curves(.bytePair, order).map { $0.loss(at: 100) })
            if order == 2 { result.measure(Self.ratio(.lempelZivWelch, order), ratios(.lempelZivWelch)) }
        }
        result.add(table, caption: "A transformer of one layer, held-out nats per character.")
        result.add(chart, suffix: "transformer")
        result.note(
            """
            Transformers: "slow", not "never". At equal steps, every arm crosses half of the gap in the table; with \
            tokens it also does so in less processor time, which is measured with the measuring of losses in it. One \
            size of network, one setting: in the specification's calibration a context of 64 characters shortens the \
            plateau to about 75 steps.
            """)
    }

    private var table: Table {
        var table = Table([
            .init("order"), .init("tokens of"), .init("seed", .right), .init("characters per token", .right),
            .init("step 100", .right), .init("step \(Self.steps)", .right),
            .init("half of the gap at step", .right),
            .init("processor seconds until then", .right),
        ])
        for curve in curves {
            let crossing = curve.crossing(half)
            table.append([
                String(curve.order), curve.arm.rawValue, String(curve.seed),
                NumberFormat.decimal(curve.charactersPerToken, places: 2),
                NumberFormat.decimal(curve.loss(at: 100), places: 4),
                NumberFormat.decimal(curve.loss(at: Self.steps), places: 4),
                crossing.map { NumberFormat.decimal($0.step, places: 0) } ?? "never",
                crossing.map { NumberFormat.decimal($0.seconds, places: 1) } ?? "",
            ])
        }
        return table
    }

    private var chart: LineChart {
        LineChart(
            title: "Held-out loss, seed \(seeds.first ?? 0)", xName: "step", yName: "nats per character",
            series: curves.filter { $0.seed == seeds.first }.map { curve in
                LineChart.Series(
                    "order \(curve.order), \(curve.arm.rawValue)",
                    curve.points.map { LineChart.Point(Double($0.step), $0.loss) })
            })
    }
}

/// The text of an arm as tokens, and how many characters each stands for.
struct TransformerText {
    let training: [TokenID]
    let heldOut: [TokenID]
    /// For each token its characters.
    let lengths: [Int]

    private static let trainingCharacters = 3_000_000
    private static let heldOutCharacters = 120_000

    init(_ source: MarkovSource, _ arm: TransformerLosses.Arm, seed: UInt64) throws {
        let training = source.sample(arm == .characters ? 1_200_000 : Self.trainingCharacters, seed: seed)
        let heldOut = source.sample(Self.heldOutCharacters, seed: ~seed)
        switch arm {
        case .characters, .lempelZivWelch:
            var reader = LempelZivWelch(alphabet: source.alphabet, limit: arm == .characters ? 2 : 20)
            reader.read(training)
            let dictionary = TokenDictionary(reader.entries)
            func ids(_ text: [UInt8]) -> [TokenID] {
                (dictionary.encode(text, by: .greedy) ?? []).map { TokenID(truncatingIfNeeded: $0) }
            }
            (self.training, self.heldOut) = (ids(training), ids(heldOut))
            lengths = dictionary.entries.map(\.count)
        case .bytePair:
            let trained = try trainTokenizer(
                TrainingSettings(.bytePair(TrainingSettings.BytePair()), vocabularySize: 20),
                onTexts: [String(decoding: training.prefix(400_000), as: UTF8.self)])
            let tokenizer = try PipelineTokenizer(trained.definition)
            func ids(_ text: [UInt8]) -> [TokenID] {
                // Merges reach over few characters: parts of a text are cut as the whole is, but at their borders.
                stride(from: 0, to: text.count, by: 100_000).flatMap { begin in
                    tokenizer.encode(
                        String(decoding: text[begin..<min(begin + 100_000, text.count)], as: UTF8.self),
                        special: .asText)
                }
            }
            (self.training, self.heldOut) = (ids(training), ids(heldOut))
            // What a token spells: decoding puts spaces between tokens where nothing says how to join them.
            guard case .bytePair(let model) = trained.definition.model else {
                lengths = []
                break
            }
            lengths = (0..<model.vocabulary.count).map {
                model.vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0)).count
            }
        }
        // A loss for each character is only as good as their count.
        let characters = self.heldOut.reduce(0) {
            $0 + (lengths.indices.contains(Int($1)) ? lengths[Int($1)] : 0)
        }
        guard characters == heldOut.count else {
            throw LocatedError(
                field: arm.rawValue,
                problem: "its tokens spell \(characters) characters of \(heldOut.count)",
                remedy: "mend the study")
        }
    }
}
