internal import TesseraCore
internal import TesseraReport

/// What the direction of digit groups does to arithmetic (Singh and Strouse, 2024, arXiv 2402.14903).
public struct TokenizationCountsStudy: Study {
    public let name = "tokenization-counts"
    public let claim =
        "Digits in groups from the right make addition easier to learn than the groups from the left that tokenizers use."
    public let expectedSeconds = 1000
    public let trainsNetworks = true

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = GroupingExactness.thresholds + ReplayProof.thresholds
        return scale == .small
            ? exact
            : exact + LearnedAddition.thresholds + GroupsOfThree.thresholds + RegroupedAddition.thresholds
                + FirstCutPeak.thresholds + ReleasedTokenizerCuts.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try GroupingExactness.report(to: &result, seed: seed)
        try ReplayProof.report(to: &result, seed: seed)
        if scale == .small { return result }
        try withOneThread {
            let learned = try LearnedAddition(seeds: (0..<2).map { seed &+ $0 }, conditions: conditions)
            try learned.report(to: &result)
            try GroupsOfThree(seed: seed, conditions: conditions).report(to: &result)
            guard let pair = learned.pairs.first else { return }
            try RegroupedAddition(beside: pair, conditions: conditions).report(to: &result)
            try NetworkWidths(beside: pair, conditions: conditions).report(to: &result)
            try FirstCutPeak(seed: seed, conditions: conditions).report(to: &result)
        }
        try ReleasedTokenizerCuts(conditions: conditions).report(to: &result)
        return result
    }
}
