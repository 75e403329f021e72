internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraReport

/// How far three ways to go on from a text are from the law of the source that wrote it.
struct KnownSource {
    private enum Method: String, CaseIterable {
        case plain = "plain: the first byte of the next token"
        case healing = "token healing: the last token taken back"
        case exact = "exact: all covers"
    }

    private static let divergence = "known source: mean divergence of the exact law from the true one, nats"
    private static let overPlain = "known source: exact over plain divergence"
    private static let overHealing = "known source: exact over healed divergence"

    static let thresholds: [Threshold] = [
        .atMost(0.05, divergence), .atMost(0.05, overPlain), .atMost(0.05, overHealing),
    ]

    private static let count = 300
    private static let floor = 1e-9

    private var divergences: [Method: [Double]] = [:]
    private var variations: [Method: [Double]] = [:]

    /// - Throws: what the readers throw; `CancelledError` when stopped.
    init(_ source: TokenizedSource, seed: UInt64, conditions: StudyConditions) throws {
        for (index, text) in source.prefixes(Self.count, seed: seed &+ 3).enumerated() {
            try conditions.cancellation.check()
            conditions.progress.report("known source", index, of: Self.count, unit: "texts")
            let truth = Self.truth(after: text, source)
            for method in Method.allCases {
                var reader = try source.reader()
                switch method {
                case .plain: _ = try reader.start(after: source.tokens(of: text), with: [])
                case .healing: try reader.start(healing: source.tokens(of: text))
                case .exact: _ = try reader.start(after: [source.begin], with: text)
                }
                let next = try reader.distribution()
                let found = TokenizedSource.alphabet.map { max(Self.floor, next.bytes[Int($0)]) }
                divergences[method, default: []].append(
                    zip(truth, found).reduce(0) { $0 + $1.0 * logarithm($1.0 / $1.1) })
                variations[method, default: []].append(
                    zip(truth, found).reduce(0) { $0 + abs($1.0 - $1.1) } / 2)
            }
        }
    }

    private static func truth(after text: [UInt8], _ source: TokenizedSource) -> [Double] {
        let symbols = text.suffix(2).map { TokenizedSource.alphabet.firstIndex(of: $0) ?? 0 }
        let row = symbols.reduce(0) { $0 * 4 + $1 } * 4
        return Array(source.source.transitions[row..<(row + 4)])
    }

    func report(to result: inout StudyResult) {
        func divergence(_ method: Method) -> Double { mean(divergences[method] ?? []) }
        result.measure(Self.divergence, divergence(.exact))
        result.measure(Self.overPlain, divergence(.exact) / divergence(.plain))
        result.measure(Self.overHealing, divergence(.exact) / divergence(.healing))
        var table = Table([
            .init("method"), .init("mean divergence, nats", .right), .init("median", .right),
            .init("largest", .right), .init("mean total variation", .right),
        ])
        for method in Method.allCases {
            guard let spread = Spread(divergences[method] ?? []) else { continue }
            table.append([
                method.rawValue, NumberFormat.decimal(divergence(method), places: 4),
                NumberFormat.decimal(spread.median, places: 4),
                NumberFormat.decimal(spread.maximum, places: 3),
                NumberFormat.decimal(mean(variations[method] ?? []), places: 4),
            ])
        }
        result.add(
            table,
            caption: """
                The next letter after \(Self.count) texts of 5 to 10 letters of a Markov source of order 2, by a token model \
                that counted: Kullback-Leibler divergence of each method from the true law, probabilities floored at 1e-9.
                """)
    }
}
