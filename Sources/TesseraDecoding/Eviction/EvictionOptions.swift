public import TesseraCore

/// A policy by its name, with its budget and what else it needs to know.
public struct EvictionOptions: Hashable, Sendable {
    /// The policies that have a name.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// Keeps everything.
        case full
        /// Keeps the last tokens.
        case window
        /// Keeps the last tokens and the first four.
        case sinks
        /// Keeps recent tokens and those with most attention.
        case h2o
        /// Keeps recent tokens and those with most noisy attention.
        case keyformer
    }

    /// The policy.
    public var method: Method

    /// How much it keeps.
    public var budget: CacheBudget

    /// The share of the budget for recent tokens; nil for the papers': half for H2O, 0.3 for Keyformer.
    public var recentShare: Double?

    /// Keyformer's temperatures and steps, and what its noise follows from.
    public var keyformer = Keyformer.Options()

    /// A policy with a budget, all else as in the papers.
    public init(_ method: Method, budget: CacheBudget) {
        self.method = method
        self.budget = budget
    }

    /// The policy.
    ///
    /// - Throws: `LocatedError` for options out of range.
    public func policy() throws(LocatedError) -> any CachePolicy {
        switch method {
        case .full, .window: return SlidingWindow()
        case .sinks: return SlidingWindow(sinkCount: 4)
        case .h2o: return try HeavyHitters(recentShare: recentShare ?? 0.5)
        case .keyformer:
            var options = keyformer
            options.recentShare = recentShare ?? options.recentShare
            return try Keyformer(options)
        }
    }

    /// What the scores of a prompt's tokens follow from.
    enum PromptScoring: Hashable {
        case none
        case attention
        case noisyAttention(seed: UInt64?, temperature: Double)
    }

    /// Policies that score a prompt alike can share one reading of it: budgets and later steps change nothing of it.
    var promptScoring: PromptScoring {
        switch method {
        case .full, .window, .sinks: .none
        case .h2o: .attention
        case .keyformer:
            .noisyAttention(
                seed: keyformer.hasNoise ? keyformer.seed : nil, temperature: keyformer.temperatures.first)
        }
    }

    /// Gives the caches of a model this policy.
    ///
    /// - Throws: `LocatedError` for options out of range.
    public func evicting<Base: HeadwiseCausalModel>(_ base: Base) throws(LocatedError) -> EvictingModel<Base>
    {
        try EvictingModel(base, policy: policy(), budget: method == .full ? .all : budget)
    }
}
