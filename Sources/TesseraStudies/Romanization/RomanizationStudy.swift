internal import TesseraCore
internal import TesseraReport

/// Text of any script in Latin letters (Purkayastha and others, 2023, arXiv 2304.08865): the romanizer against uroman, its
/// speed, what it saves in a Latin vocabulary, what a classifier of Latin names then knows of others, and how a model of
/// English is adapted to it.
public struct RomanizationStudy: Study {
    public let name = "romanization"
    public let claim =
        "Romanized, other scripts take half the tokens of a Latin vocabulary, and what was learned from Latin text applies to them."
    public let expectedSeconds = 1_700
    public let trainsNetworks = true

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact =
            RomanizerExactness.thresholds + HandMadeScheme.thresholds
            + AdaptationExactness.thresholds
        return scale == .small
            ? exact
            : exact + ReferenceAgreement.thresholds + RomanizationSpeed.thresholds
                + LatinVocabulary.thresholds + ZeroShotTransfer.thresholds
                + LanguageModelAdaptation.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try RomanizerExactness.report(to: &result, seed: seed)
        HandMadeScheme.report(to: &result)
        try AdaptationExactness.report(to: &result, seed: seed)
        if scale == .small { return result }
        let names = try RomanizedName.read(conditions)
        try ReferenceAgreement(names, conditions: conditions).report(to: &result)
        try RomanizationSpeed.report(to: &result, conditions: conditions)
        try LatinVocabulary(names, conditions: conditions).report(to: &result)
        let seeds = (0..<3).map { seed &+ $0 }
        try withOneThread {
            try ZeroShotTransfer(names, seeds: seeds, conditions: conditions).report(to: &result)
            try LanguageModelAdaptation(seeds: seeds, conditions: conditions).report(to: &result)
        }
        result.note(
            """
            Names of places, languages, currencies, scripts, months and days from CLDR in 52 languages, and \
            translations of Debian's iso-codes. The rules were written with half of the names at hand; rates of equal \
            names are those of the other half, characters are those of all. What differs, and why it is left, stands \
            in Documentation/Romanization.md.
            """)
        result.note(
            """
            The classifier has two layers of width 64 over a BPE of 4,096; as many names of each kind are tried, at \
            most 100 a language, in lower case. The hand-made schemes were written for this study from the standards; \
            pinyin is not among them, as the romanizer's table of Han is pinyin itself.
            """)
        return result
    }
}
