internal import TesseraCore
internal import TesseraMixture
internal import TesseraReport

/// What text a BPE tokenizer was trained on, from the order of its merges (Hayase and others, 2024, arXiv 2407.16607).
public struct DataMixtureInferenceStudy: Study {
    public let name = "data-mixture-inference"
    public let claim =
        "The merges of a BPE tokenizer tell the shares of languages that it was trained on, far better than token counts do."
    public let expectedSeconds = 1800
    public let trainsNetworks = false

    /// The study.
    public init() {}

    private static let languages = ["en", "de", "es", "fr", "it", "nl", "pl", "pt-br", "ru", "ja"]
    private static let domains = ["python", "c", "html", "prose"]

    private static let error = "ten languages: mean log₁₀ of the mean squared error"
    private static let margin = "ten languages: the same less that of the best baseline"
    private static let largest = "ten languages: largest error of a share"
    private static let seconds = "ten languages: seconds for the whole experiment"
    private static let inference = "ten languages: seconds for an inference"
    private static let simplex = "shares that do not sum to 1, or are negative"
    private static let repeated = "inferences that a second run does not give"

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact: [Threshold] = [.none(Self.simplex), .none(Self.repeated)]
        return scale == .small
            ? exact
            : exact + [
                .atMost(-4, Self.error), .atMost(-2, Self.margin), .atMost(0.02, Self.largest),
                .atMost(300, Self.seconds), .atMost(60, Self.inference),
            ] + ReleasedMixtures.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try Self.reportExactness(to: &result, seed: seed, conditions)
        if scale == .small { return result }
        let begun = ContinuousClock.now
        var settings = MixtureStudy.Settings()
        settings.seeds = (0..<5).map { seed &+ $0 }
        let study = try Self.run(Self.languages, in: "manual-pages", settings, conditions)
        let seconds = (ContinuousClock.now - begun).inSeconds
        result.measure(Self.error, study.meanLogError(.inference))
        let baselines = MixtureStudy.Method.allCases.filter { $0 != .inference }
        result.measure(
            Self.margin,
            study.meanLogError(.inference) - (baselines.map(study.meanLogError).min() ?? .nan))
        result.measure(Self.largest, study.rows.map(\.largestError))
        result.measure(Self.seconds, seconds)
        result.measure(Self.inference, study.rows.map(\.seconds))
        result.add(figure: study.errorChart.svg(), title: study.errorChart.title)
        result.add(study.table, caption: "Mixtures of manual pages in ten languages.")
        if let row = study.rows.first {
            result.add(study.shareTable(row), caption: "Shares of pairs in the first of them.")
            result.add(
                figure: study.shareChart(row).svg(), title: study.shareChart(row).title, suffix: "shares")
        }
        result.add(
            study.hiddenTable,
            caption: "One language, a tenth of the mixture, hidden from the inference: report only.")
        settings.hiddenShare = 0
        let domains = try Self.run(Self.domains, in: "mixture/domains", settings, conditions)
        result.add(domains.table, caption: "A second domain, report only: Python, C, HTML and prose.")
        result.measure(
            "Python, C, HTML and prose: mean log₁₀ of the mean squared error",
            domains.meanLogError(.inference))
        try ReleasedMixtures(conditions: conditions).report(to: &result)
        result.note(
            """
            Lines are dealt into two halves, one to train on and one to infer with; shares are drawn from the flat \
            Dirichlet distribution, and the true ones are those of the pairs in the lines drawn. 1,000 merges, \
            mixtures of about 1.5 MB.
            """)
        return result
    }

    private static func run(
        _ names: [String], in folder: String, _ settings: MixtureStudy.Settings, _ conditions: StudyConditions
    ) throws -> MixtureStudy {
        try MixtureStudy.run(
            on: names.map { (name: $0, lines: try conditions.lines(of: "\(folder)/\($0).txt")) },
            settings: settings,
            progress: conditions.progress, cancellation: conditions.cancellation)
    }

    /// Three made-up languages, inferred twice.
    private static func reportExactness(
        to result: inout StudyResult, seed: UInt64, _ conditions: StudyConditions
    ) throws {
        var settings = MixtureStudy.Settings()
        settings.merges = 40
        settings.mixtureBytes = 20_000
        settings.seeds = [seed, seed &+ 1]
        settings.hiddenShare = 0
        let texts = ["abcdef", "efghij", "ijklma"].enumerated().map { index, letters in
            (name: letters, lines: lines(of: Array(letters.utf8), seed: seed &+ UInt64(index)))
        }
        let runs = try (0..<2).map { _ in
            try MixtureStudy.run(on: texts, settings: settings, cancellation: conditions.cancellation).rows
                .map {
                    $0.shares[.inference] ?? []
                }
        }
        result.measure(
            simplex,
            count: runs.flatMap { $0 }.count {
                abs($0.reduce(0, +) - 1) > 1e-6 || $0.contains { $0 < -1e-9 } || $0.count != texts.count
            })
        result.measure(repeated, count: zip(runs[0], runs[1]).count { $0 != $1 })
    }

    private static func lines(of letters: [UInt8], seed: UInt64) -> [String] {
        let random = CounterRandom(seed: seed)
        return (0..<400).map { line in
            String(
                decoding: (0..<60).map { place -> UInt8 in
                    if place % 7 == 6 { return UInt8(ascii: " ") }
                    // The square makes some letters commoner, so that there is something to merge.
                    let draw = random.uniform(at: line * 60 + place)
                    return letters[min(Int(draw * draw * Double(letters.count)), letters.count - 1)]
                }, as: UTF8.self)
        }
    }
}
