internal import TesseraCore

/// Which tokens a prediction rests on (Zhao and Shan, 2024, arXiv 2402.00794): whether ReAGent finds tokens that are known
/// to be the cause, on SmolLM2.
///
/// Rivals that need gradients and the metrics on input embeddings are not part of it.
public struct ReAGentStudy: Study {
    public let name = "reagent"
    public let claim =
        "Replacing tokens at random shows which of them a prediction rests on, without gradients."
    public let expectedSeconds = 420
    public let trainsNetworks = false

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        scale == .small
            ? AttributionExactness.thresholds : AttributionExactness.thresholds + PlantedTokens.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try conditions.cancellation.check()
        try AttributionExactness.report(to: &result, seed: seed)
        if scale == .full {
            try PlantedTokens(seed: seed, conditions: conditions).report(to: &result, seed: seed)
        }
        return result
    }
}
