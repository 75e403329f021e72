internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// The losses of unigram models over the tokens of LZW and BPE, on sources of orders 1, 2 and 4.
struct MarkovLosses {
    /// A tokenizer and its size on one source.
    struct Row {
        let order: Int
        let tokenizer: Kind
        let size: Int
        /// For each seed, in nats per symbol.
        var losses: [Double] = []
    }

    /// A tokenizer with its encoder.
    enum Kind: String, CaseIterable {
        case lempelZivWelch = "LZW, longest match"
        case bytePairGreedy = "BPE, longest match"
        case bytePair = "BPE, merge order"

        var sizes: [Int] {
            self == .lempelZivWelch
                ? [4, 8, 16, 32, 64, 128, 256, 1024, 4096] : [4, 8, 16, 32, 64, 128, 256]
        }
    }

    private static let orders = [1, 2, 4]
    private static let trainingCount = 400_000
    private static let heldOutCount = 100_000

    private static let largeLZW = "LZW of 4,096 at order 1: part of the gap from H to ln 2 that is left"
    private static let growth = "LZW at order 1: loss with 4,096 entries over that with 64"
    private static let bound = "LZW: largest L/H over the bound"
    private static let bytePairs = "BPE of 128 at order 2, longest match: part of the gap that is left"
    private static let fourth = "BPE of 256 at order 4, merge order: part of the gap that is left"

    static let thresholds: [Threshold] = [
        .atMost(0.2, largeLZW), .atMost(1, growth), .atMost(1, bound), .atMost(0.45, bytePairs),
    ]

    /// H, the same at every order.
    private(set) var entropyRate = 0.0
    /// The loss of single symbols.
    private(set) var symbolLoss = 0.0
    private(set) var rows: [Row]
    /// For each seed the largest ratio of L/H to the bound.
    private(set) var boundRatios: [Double] = []

    /// - Throws: `CancelledError` when stopped.
    init(seeds: [UInt64], conditions: StudyConditions) throws {
        rows = Self.orders.flatMap { order in
            Kind.allCases.flatMap { kind in kind.sizes.map { Row(order: order, tokenizer: kind, size: $0) } }
        }
        for (place, seed) in seeds.enumerated() {
            var worst = 0.0
            for order in Self.orders {
                conditions.progress.report(
                    "measuring", place * Self.orders.count + (Self.orders.firstIndex(of: order) ?? 0),
                    of: seeds.count * Self.orders.count, unit: "sources")
                let source = try MarkovSource.switching(order: order, p: 0.2, q: 0.2)
                (entropyRate, symbolLoss) = (source.entropyRate, source.unigramLoss)
                let tokenizers = try SourceTokenizers(
                    source, training: source.sample(Self.trainingCount, seed: seed),
                    heldOut: source.sample(Self.heldOutCount, seed: ~seed))
                for index in rows.indices where rows[index].order == order {
                    try conditions.cancellation.check()
                    let row = rows[index]
                    let loss = try tokenizers.loss(row.tokenizer, size: row.size)
                    rows[index].losses.append(loss)
                    guard row.tokenizer == .lempelZivWelch,
                        let bound = TokenizationBound.lempelZivWelch(
                            delta: source.leastProbability, dictionarySize: row.size)
                    else { continue }
                    worst = max(worst, loss / source.entropyRate / bound)
                }
            }
            boundRatios.append(worst)
        }
    }

    private func losses(_ kind: Kind, order: Int, size: Int) -> [Double] {
        rows.first { $0.order == order && $0.tokenizer == kind && $0.size == size }?.losses ?? []
    }

    /// How much of the way from the entropy rate to the loss of single symbols is left.
    private func gap(_ loss: Double) -> Double { (loss - entropyRate) / (symbolLoss - entropyRate) }

    func report(to result: inout StudyResult) {
        let large = losses(.lempelZivWelch, order: 1, size: 4096)
        result.measure(Self.largeLZW, large.map(gap))
        result.measure(Self.growth, zip(large, losses(.lempelZivWelch, order: 1, size: 64)).map { $0 / $1 })
        result.measure(Self.bound, boundRatios)
        result.measure(Self.bytePairs, losses(.bytePairGreedy, order: 2, size: 128).map(gap))
        result.measure(Self.fourth, losses(.bytePair, order: 4, size: 256).map(gap))
        result.add(chart)
        result.add(
            table,
            caption:
                "Nats per symbol, means over seeds. The entropy rate H is \(NumberFormat.decimal(entropyRate, places: 4)), the loss of single symbols \(NumberFormat.decimal(symbolLoss, places: 4))."
        )
    }

    private var table: Table {
        let sizes = Kind.lempelZivWelch.sizes
        var table = Table(
            [.init("order"), .init("tokenizer")]
                + sizes.map { .init("d = \(NumberFormat.count($0))", .right) })
        for order in Self.orders {
            for kind in Kind.allCases {
                table.append(
                    [String(order), kind.rawValue]
                        + sizes.map { size in
                            let found = losses(kind, order: order, size: size)
                            return found.isEmpty ? "" : NumberFormat.decimal(mean(found), places: 4)
                        })
            }
        }
        return table
    }

    private var chart: LineChart {
        var series: [LineChart.Series] = []
        for order in Self.orders.prefix(2) {
            for kind in Kind.allCases {
                series.append(
                    LineChart.Series(
                        "order \(order), \(kind.rawValue)",
                        kind.sizes.filter { $0 >= 8 }.map {
                            LineChart.Point(
                                logarithm(base2: Double($0)), mean(losses(kind, order: order, size: $0)))
                        }))
            }
        }
        return LineChart(
            title: "Loss of unigram models by size", xName: "log₂ of the dictionary's size",
            yName: "nats per symbol", series: series)
    }
}

/// Dictionaries learned from one text: smaller ones are what training had made until then.
private struct SourceTokenizers {
    private let training: [UInt8]
    private let heldOut: [UInt8]
    private let phrases: [[UInt8]]
    private let pairs: [[UInt8]]
    private let merges: [BytePairDefinition.Merge]

    init(_ source: MarkovSource, training: [UInt8], heldOut: [UInt8]) throws {
        self.training = training
        self.heldOut = heldOut
        var reader = LempelZivWelch(
            alphabet: source.alphabet, limit: MarkovLosses.Kind.lempelZivWelch.sizes.max() ?? 0)
        reader.read(training)
        phrases = reader.entries
        let definition = try trainTokenizer(
            TrainingSettings(
                .bytePair(TrainingSettings.BytePair()),
                vocabularySize: MarkovLosses.Kind.bytePair.sizes.max() ?? 0),
            onTexts: [String(decoding: training, as: UTF8.self)]
        ).definition
        guard case .bytePair(let model) = definition.model else {
            (pairs, merges) = ([], [])
            return
        }
        pairs = (0..<model.vocabulary.count).map {
            model.vocabulary.spelling(of: TokenID(truncatingIfNeeded: $0))
        }
        merges = model.merges
    }

    /// The loss of a unigram model, in nats per symbol.
    func loss(_ kind: MarkovLosses.Kind, size: Int) throws -> Double {
        let entries = Array((kind == .lempelZivWelch ? phrases : pairs).prefix(size))
        let known: [Int]?
        let new: [Int]?
        switch kind {
        case .lempelZivWelch, .bytePairGreedy:
            let dictionary = TokenDictionary(entries)
            (known, new) = (dictionary.encode(training, by: .greedy), dictionary.encode(heldOut, by: .greedy))
        case .bytePair:
            let model = BytePairDefinition(
                vocabulary: try Vocabulary(entries), merges: merges.filter { Int($0.made) < size })
            let tokenizer = try PipelineTokenizer(TokenizerDefinition(model: .bytePair(model)))
            func ids(_ text: [UInt8]) -> [Int] {
                tokenizer.encode(String(decoding: text, as: UTF8.self), special: .asText).map { Int($0) }
            }
            (known, new) = (ids(training), ids(heldOut))
        }
        let loss = EndToEndLoss.unigram(
            vocabularySize: entries.count, training: known ?? [], heldOut: new ?? [],
            symbolCount: heldOut.count)
        return loss?.natsPerSymbol ?? .nan
    }
}
