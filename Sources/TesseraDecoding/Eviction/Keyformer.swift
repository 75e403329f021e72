public import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Keeps recent tokens and key tokens: those with the highest sum of noisy attention.
///
/// Adnan et al., "Keyformer: KV cache reduction through key tokens selection for efficient generative inference",
/// MLSys 2024, arXiv:2403.09054, section 3. With the unnormalised logits x of a query at step i, the prompt being
/// step 0, and Gumbel noise ζ drawn anew for every query and token,
///
///     f[j] += softmax((x + ζ) / τ(i))[j],   τ(i) = τ(0) + i (τ(m) - τ(0)) / m
///
/// so that what was evicted early, which swells the weights of the rest, does not decide alone. Attention itself has no
/// noise. Scores are added over the query heads that share a key/value head; tokens keep the positions that they were
/// read at (the paper's "original position").
///
/// The noise is a function of the seed, layer, query head and the positions of query and token: neither threads nor the
/// places of entries change it. Differs from the released code, which only masks: memory is freed here.
public struct Keyformer: CachePolicy {
    /// What may be chosen.
    public struct Options: Hashable, Sendable {
        /// The share of the budget that the last tokens take.
        public var recentShare = 0.3

        /// The temperature at the prompt, and after `stepCount` tokens and beyond.
        public var temperatures: (first: Double, last: Double) {
            get { (first, last) }
            set { (first, last) = newValue }
        }
        private var first = 1.0
        private var last = 2.0

        /// The steps over which the temperature changes: the tokens that will be generated.
        public var stepCount = 256

        /// Whether there is noise.
        public var hasNoise = true

        /// What the noise follows from.
        public var seed: UInt64 = 0

        /// The paper's, for 256 tokens.
        public init() {}
    }

    private let options: Options
    private let random: CounterRandom

    /// Creates the policy.
    ///
    /// - Throws: `LocatedError` when a share is not in `0...1`, a temperature not in `0.01...100`, or there are no steps.
    public init(_ options: Options = Options()) throws(LocatedError) {
        try BudgetPart.check(recent: options.recentShare)
        for temperature in [options.temperatures.first, options.temperatures.last] {
            guard (0.01...100).contains(temperature) else {
                throw LocatedError(
                    field: "--cache-temperature", problem: "\(temperature) is outside 0.01...100",
                    remedy: "give two temperatures such as 1:2")
            }
        }
        guard options.stepCount > 0 else {
            throw LocatedError(
                field: "steps", problem: "\(options.stepCount) are none", remedy: "give at least 1")
        }
        self.options = options
        random = CounterRandom(seed: options.seed)
    }

    /// That scores are attention.
    public var readsAttention: Bool { true }

    /// The temperature at a step.
    package func temperature(at step: Int) -> Double {
        let (first, last) = options.temperatures
        return first + (last - first) * Double(min(max(0, step), options.stepCount))
            / Double(options.stepCount)
    }

    /// Adds the softmax of the noisy row.
    public func score(_ row: AttentionRow, at step: Int, in entries: inout CacheEntries) {
        let factor = Float(1 / temperature(at: step))
        guard options.hasNoise, let own = entries.positions.prefix(row.logits.count).last else {
            return entries.addSoftmax(of: row.logits.count) { row.logits[$0] * factor }
        }
        let noise = noise(layer: row.layer, queryHead: row.queryHead, position: Int(own))
        let positions = entries.positions
        entries.addSoftmax(of: row.logits.count) {
            (row.logits[$0] + Self.gumbel(noise.bits(at: Int(positions[$0])))) * factor
        }
    }

    /// Those with the lowest scores that are not recent.
    public func evicted(from entries: CacheEntries, keeping count: Int) -> [Int] {
        entries.lowest(keeping: count, last: BudgetPart.tokens(options.recentShare, of: count))
    }

    /// The noise of a query, by the positions of tokens.
    private func noise(layer: Int, queryHead: Int, position: Int) -> CounterRandom {
        let ofLayer = CounterRandom(
            seed: random.bits(at: layer, stream: UInt64(truncatingIfNeeded: queryHead)))
        return CounterRandom(seed: ofLayer.bits(at: position))
    }

    /// A standard Gumbel number, -log(-log u), from random bits; u has 23 of them and is never 0 or 1.
    package static func gumbel(_ bits: UInt64) -> Float {
        -logf(-logf((Float(bits >> 41) + 0.5) * 0x1p-23))
    }
}
