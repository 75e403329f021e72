internal import TesseraCore
internal import TesseraReport

/// Text of any script in Latin letters (Purkayastha and others, 2023, arXiv 2304.08865): the romanizer against uroman, its
/// speed, and what it saves in a Latin vocabulary.
///
/// Zero-shot transfer with a classifier and adapting a language model are not part of it yet.
public struct RomanizationStudy: Study {
    public let name = "romanization"
    public let claim =
        "A universal romanizer lets a Latin vocabulary serve other scripts: near uroman's output, with half the tokens."
    public let expectedSeconds = 60
    public let trainsNetworks = false

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = RomanizerExactness.thresholds
        return scale == .small
            ? exact
            : exact + ReferenceAgreement.thresholds + RomanizationSpeed.thresholds
                + LatinVocabulary.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try RomanizerExactness.report(to: &result, seed: seed)
        if scale == .small { return result }
        let names = try RomanizedName.read(conditions)
        try ReferenceAgreement(names, conditions: conditions).report(to: &result)
        try RomanizationSpeed.report(to: &result, conditions: conditions)
        try LatinVocabulary(names, conditions: conditions).report(to: &result)
        result.note(
            """
            Names of places, languages, currencies, scripts, months and days from CLDR in 52 languages, and \
            translations of Debian's iso-codes. The rules were written with half of the names at hand; rates of equal \
            names are those of the other half, characters are those of all. What differs, and why it is left, stands \
            in Documentation/Romanization.md.
            """)
        return result
    }
}
