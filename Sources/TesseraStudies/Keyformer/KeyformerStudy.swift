internal import TesseraCore
internal import TesseraReport

/// Keyformer (Adnan and others, 2024, arXiv 2403.09054) beside H2O, windows and the full cache on SmolLM2-135M-Instruct:
/// loss on four texts, bytes; and values found by a network trained here.
///
/// The versions of the small model with learned and ALiBi positions, and the tasks of the paper, are not part of it.
public struct KeyformerStudy: Study {
    public let name = "keyformer"
    public let claim =
        "With half of the cache, chosen by noisy attention, a model predicts and answers nearly as with all of it."
    public let expectedSeconds = 700
    public let trainsNetworks = true

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = EvictionExactness.names.map { Threshold.none($0) }
        return scale == .small ? exact : exact + EvictionLosses.thresholds + KeyedRetrieval.thresholds
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        for (name, count) in try EvictionExactness.violations(seed: seed) {
            result.measure(name, count: count)
        }
        if scale == .small { return result }
        try conditions.cancellation.check()
        let model = try DefaultModel()
        try EvictionLosses(model, seed: seed, conditions: conditions).report(to: &result)
        try AttentionConcentration(model, conditions).report(to: &result)
        try withOneThread {
            try KeyedRetrieval(seed: seed, conditions: conditions).report(to: &result)
        }
        try EvictionCost(model, conditions: conditions).report(to: &result)
        result.note(
            """
            SmolLM2-135M-Instruct with 4-bit weights and 16-bit keys and values; every layer and key/value head keeps \
            its own tokens. H2O and Keyformer give 30% of the budget to recent tokens unless it says 50%; at the end \
            of a prompt, where its temperature is 1, Keyformer is H2O with noise. Tokens keep the positions that they \
            were read at, also those of the window with sinks. The network that finds values is given that a value \
            knows its key and that what it looks at is passed on; it learns where to look. One drawn at random \
            throughout was at 4.02 nats after 2,000 steps, where guessing costs 4.16.
            """)
        return result
    }
}
