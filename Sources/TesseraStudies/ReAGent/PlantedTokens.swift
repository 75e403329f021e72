internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraReport
internal import TesseraTokenizers

/// How often planted tokens are among the first three, on SmolLM2.
struct PlantedTokens {
    private enum Method: String, CaseIterable {
        case centred = "ReAGent, centred sum"
        case published = "ReAGent, published sum"
        case occlusion = "occlusion, 2 draws"
        case lastTokens = "last tokens"
        case random = "random"
    }

    private static let hits = "SmolLM2: planted tokens in the first three, centred sum"
    private static let centred =
        "SmolLM2: lower end of the interval of the centred sum's hits less three times random"
    private static let published =
        "SmolLM2: lower end of the interval of the published sum's hits less twice random"

    static let thresholds: [Threshold] = [
        .atLeast(0.65, hits), .atLeast(0, centred), .atLeast(0, published), .atLeast(60, probeCount),
    ]

    private static let probeCount = "SmolLM2: probes"
    private static let count = 30
    private static let attempts = 400

    private var probes: [PlantedProbe] = []
    /// For each probe the planted tokens by rank.
    private var ranks: [Method: [[Int]]] = [:]
    private var passes: [Method: Int] = [:]

    /// - Throws: `LocatedError` when the model is missing; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        let smol = try DefaultModel()
        let kinds = try KindReplacer(smol.tokenizer, isSpecial: smol.tokenizer.isSpecial)
        for kind in PlantedProbe.Kind.allCases {
            var found = 0
            for attempt in 0..<Self.attempts where found < Self.count {
                try conditions.cancellation.check()
                guard
                    let probe = try PlantedProbe.make(
                        kind, attempt: attempt, seed: seed, model: smol.model, tokenizer: smol.tokenizer)
                else { continue }
                found += 1
                conditions.progress.report(
                    "attributing", probes.count, of: Self.count * PlantedProbe.Kind.allCases.count,
                    unit: "probes")
                let replacer = try OwnSamples(
                    smol.model, context: probe.question.context, seed: seed, first: kinds)
                try add(probe, model: smol.model, replacer: replacer, seed: seed &+ UInt64(probes.count))
            }
        }
    }

    private mutating func add(
        _ probe: PlantedProbe, model: DecoderModel, replacer: OwnSamples, seed: UInt64
    ) throws {
        var options = AttributionOptions()
        options.seed = seed
        // Both sums come from the same steps.
        var scorer = try TargetScorer(model, question: probe.question)
        let probability = try scorer.probability(after: probe.question.context)
        let replicas = try ReAGent(probe.question, options: options, replacer: replacer).replicas(
            probability: probability, scores: \.centred, scorer: &scorer)
        guard let replica = replicas.first else { return }
        add(replica.centred, .centred, probe, passes: scorer.passes)
        add(replica.sums, .published, probe, passes: scorer.passes)
        for (method, name) in [
            (AttributionMethod.occlusion, Method.occlusion),
            (AttributionMethod.lastTokens, Method.lastTokens), (AttributionMethod.random, Method.random),
        ] {
            let found = try attribute(
                probe.question, model: model, method: method, options: options, replacer: replacer)
            add(found.scores, name, probe, passes: found.passes)
        }
        probes.append(probe)
    }

    private mutating func add(_ scores: [Double], _ method: Method, _ probe: PlantedProbe, passes count: Int)
    {
        let open = scores.indices.filter { !probe.question.fixed.contains($0) }
        let order = open.sorted { (scores[$0], $0) > (scores[$1], $1) }
        ranks[method, default: []].append(order.indices.filter { probe.planted.contains(order[$0]) })
        passes[method, default: 0] += count
    }

    func report(to result: inout StudyResult, seed: UInt64) {
        func shares(_ method: Method) -> [Double] {
            zip(probes, ranks[method] ?? []).map { Double($1.count { $0 < 3 }) / Double($0.planted.count) }
        }
        // What three places of all that may be replaced hold of any one token.
        let chance = probes.map { 3 / Double($0.question.context.count - $0.question.fixed.count) }
        func margin(_ method: Method, over factor: Double) -> Double {
            BootstrapInterval(zip(shares(method), chance).map { $0 - factor * $1 }, seed: seed).lower
        }
        result.measure(Self.hits, mean(shares(.centred)))
        result.measure(Self.centred, margin(.centred, over: 3))
        result.measure(Self.published, margin(.published, over: 2))
        result.measure(Self.probeCount, count: probes.count)

        let kinds = PlantedProbe.Kind.allCases
        var table = Table(
            [.init("method")] + kinds.map { .init($0.rawValue, .right) }
                + [.init("all", .right), .init("reciprocal rank", .right), .init("passes", .right)])
        for method in Method.allCases {
            let found = shares(method)
            let best = (ranks[method] ?? []).map { 1 / Double(($0.first ?? Int.max - 1) + 1) }
            table.append(
                [method.rawValue]
                    + kinds.map { kind in
                        NumberFormat.decimal(
                            mean(zip(probes, found).filter { $0.0.kind == kind }.map(\.1)), places: 2)
                    } + [
                        NumberFormat.decimal(mean(found), places: 2),
                        NumberFormat.decimal(mean(best), places: 2),
                        NumberFormat.decimal(
                            Double(passes[method] ?? 0) / Double(max(1, probes.count)), places: 0),
                    ])
        }
        result.add(
            table,
            caption: """
                The share of planted tokens among the first three, \(Self.count) probes of each kind that \
                SmolLM2-135M-Instruct gets right with a probability of at least 0.1; reciprocal rank of the best planted \
                token; passes for a probe. By chance: \(NumberFormat.decimal(mean(chance), places: 2)).
                """)
        result.add(
            figure: BarChart(
                title: "Planted tokens among the first three", series: ["share"],
                groups: Method.allCases.map { BarChart.Group($0.rawValue, [mean(shares($0))]) }
            ).svg(), title: "Planted tokens among the first three")
        result.note(
            """
            One replica of 120 steps, a tenth of the tokens replaced at a step by what the model itself would have written; \
            both sums from the same steps. Where occlusion stands higher, it is better here: no first place is claimed. \
            Planted: the country; the key in the list, its value, and the key asked for. Left out: the attention of the last token, \
            and probes of subject and verb, which the specification reports without a threshold.
            """)
    }
}
