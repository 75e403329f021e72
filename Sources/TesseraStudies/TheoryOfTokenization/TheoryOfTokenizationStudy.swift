internal import TesseraCore
internal import TesseraReport

/// How near a tokenizer and a model of single tokens come to the least possible loss (Rajaraman, Jiao and Ramchandran,
/// 2024, arXiv 2404.08335).
///
/// Text comes from switching sources, p = q = 0.2, whose entropy rate is known; losses are nats per symbol.
public struct TheoryOfTokenizationStudy: Study {
    public let name = "theory-of-tokenization"
    public let claim =
        "With a good tokenizer a unigram model comes near the entropy rate of a Markov source, which no model of single symbols does."
    public let expectedSeconds = 600
    public let trainsNetworks = true

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = SourceExactness.thresholds
        return scale == .small
            ? exact
            : MarkovLosses.thresholds + exact + RealTextLosses.thresholds
                + TransformerLosses.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        for measurement in try SourceExactness.measurements(seed: seed) {
            result.measure(measurement.name, measurement.values)
        }
        if scale == .small { return result }
        let losses = try MarkovLosses(seeds: (0..<3).map { seed &+ $0 }, conditions: conditions)
        losses.report(to: &result)
        let text = try RealTextLosses(conditions: conditions)
        text.report(to: &result)
        let transformers = try withOneThread {
            try TransformerLosses(seeds: (0..<3).map { seed &+ $0 }, conditions: conditions)
        }
        transformers.report(to: &result)
        result.note(
            """
            LZW encodes by the longest match, as in the theorem; BPE both so and in the order of its merges. Unigram \
            models count the tokens of 400,000 symbols, a half added to each, and are measured on 100,000 others. \
            The bound is that of Theorem 4.2.
            """)
        return result
    }
}
