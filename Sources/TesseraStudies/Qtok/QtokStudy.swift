internal import TesseraCore
internal import TesseraReport

/// What the vocabulary alone tells about a tokenizer (Chelombitko, Safronov and Komissarov, 2024, arXiv 2410.12989).
public struct QtokStudy: Study {
    public let name = "qtok"
    public let claim =
        "The classes and scripts of its tokens tell what a tokenizer was trained for, and how it differs from others."
    public let expectedSeconds = 120
    public let trainsNetworks = false

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = VocabularyExactness.thresholds
        return scale == .small
            ? exact
            : exact + PublishedTables.thresholds + TrainedMixtures.thresholds
                + ReleasedVocabularies.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try VocabularyExactness.report(to: &result, seed: seed)
        if scale == .small { return result }
        try PublishedTables(conditions: conditions).report(to: &result)
        try TrainedMixtures(conditions: conditions).report(to: &result)
        try ReleasedVocabularies(conditions: conditions).report(to: &result)
        result.note(
            "Shares are of the vocabulary, not of use. Only published tables tell scripts by the names of letters; the rest takes Unicode's property."
        )
        return result
    }
}
