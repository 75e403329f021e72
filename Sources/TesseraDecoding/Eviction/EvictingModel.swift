public import TesseraCore

/// A causal model whose caches keep to a budget.
///
/// The prompt is read with everything in view. When its end is reached, with the first row of logits that is asked for,
/// and after every later call that asks for one, the policy gives up tokens until the budget holds. Everything that
/// works with a causal model works with this one: generation, chats, measurements.
///
/// A text that goes back behind an eviction is read again from its beginning. Layers with a window of their own keep
/// the last tokens, whatever the policy.
public struct EvictingModel<Base: HeadwiseCausalModel>: CausalModel {
    /// The model that reads.
    public let base: Base

    /// What is given up.
    public let policy: any CachePolicy

    /// How much is kept.
    public let budget: CacheBudget

    /// Gives the caches of a model a budget.
    ///
    /// - Throws: `LocatedError` for a budget out of range.
    public init(_ base: Base, policy: any CachePolicy, budget: CacheBudget) throws(LocatedError) {
        try budget.validate()
        self.base = base
        self.policy = policy
        self.budget = budget
    }

    /// The number of scores in one row of logits.
    public var vocabularySize: Int { base.vocabularySize }

    /// The most tokens of a text, held or not: positions are those of the text.
    public var contextLength: Int { base.contextLength }

    /// Makes an empty cache for texts of up to `capacity` tokens.
    public func makeCache(capacity: Int) throws(LocatedError) -> EvictingCache<Base.Cache> {
        EvictingCache(
            base: try base.makeCache(capacity: capacity),
            scores: AttentionScores(
                policy: policy, windows: (0..<base.layerCount).map { base.attentionWindow(ofLayer: $0) },
                headCount: base.keyValueHeadCount),
            budget: budget)
    }

    /// Makes a cache that holds what `original` holds, scores included, whatever policy and budget it was made with.
    ///
    /// - Throws: `LocatedError` when `capacity` is out of range or `original` is another model's.
    public func makeCache(
        copying original: EvictingCache<Base.Cache>, capacity: Int
    ) throws(LocatedError) -> EvictingCache<Base.Cache> {
        EvictingCache(
            copying: original, base: try base.makeCache(copying: original.base, capacity: capacity),
            scores: AttentionScores(copying: original.scores, policy: policy), budget: budget)
    }

    /// Reads `tokens` and gives up what is too much; see `CausalModel`.
    ///
    /// - Throws: `LocatedError` as the model does, and when the attention that a policy asked for is not a number.
    public func read(
        _ tokens: [TokenID], cache: EvictingCache<Base.Cache>, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        let held = cache.heldCount
        cache.scores.append(tokens.count)
        do {
            if policy.readsAttention {
                try base.read(
                    tokens, cache: cache.base, rows: rows, observer: cache.scores, logits: &logits)
            } else {
                try base.read(tokens, cache: cache.base, rows: rows, logits: &logits)
            }
            try cache.finish(reading: tokens.count, wanted: rows)
        } catch {
            // What the tokens added to the scores of others stays; it is added twice if they are read again.
            cache.base.truncate(to: held)
            cache.scores.truncate(to: held)
            throw error
        }
    }
}
