internal import TesseraCore

/// Next-byte probabilities of tokenized models (Phan and others, ICLR 2025, arXiv 2410.09303): exactness, a source whose
/// law is known, and the bits per byte of prompts cut inside a token on SmolLM2.
///
/// Filling in the middle as a task and ensembles by task are not part of it: the model at hand has no tokens for the
/// one, and there is one model.
public struct ExactByteProbabilitiesStudy: Study {
    public let name = "exact-byte-probabilities"
    public let claim =
        "A prompt that ends inside a token costs a token model little when its bytes are predicted exactly."
    public let expectedSeconds = 420
    public let trainsNetworks = false

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        scale == .small
            ? CoverExactness.thresholds
            : CoverExactness.thresholds + KnownSource.thresholds + CutPrompts.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        try conditions.cancellation.check()
        let source = try TokenizedSource(seed: seed, stringCount: scale == .small ? 2_000 : 2_000_000)
        try CoverExactness(source, seed: seed).report(to: &result)
        if scale == .small { return result }
        try KnownSource(source, seed: seed, conditions: conditions).report(to: &result)
        try CutPrompts(seed: seed, conditions: conditions).report(to: &result, seed: seed)
        return result
    }
}
