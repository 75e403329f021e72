internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// The mixture of categories that a tokenizer was trained on, as far as its merges tell.
public struct MixtureEstimate: Sendable {
    /// A part of the mixture.
    public struct Category: Sendable {
        /// Its name.
        public let name: String
        /// Its share of the mixture's pairs of neighbouring symbols, which for byte-level tokenizers are about bytes: the
        /// shares of all categories add up to one.
        public let share: Double
        /// Its share of the mixture's bytes: `share` times the bytes for each pair in the sample, over the sum.
        public let shareOfBytes: Double
        /// The pairs of its sample before any merge.
        public let pairCount: Int
        /// The bytes of its sample.
        public let byteCount: Int
        /// The texts of its sample.
        public let textCount: Int

        /// The share of what `denominator` counts.
        public func share(of denominator: MixtureDenominator) -> Double {
            denominator == .pairs ? share : shareOfBytes
        }
    }

    /// A merge that the mixture contradicts.
    public struct Violation: Hashable, Sendable {
        /// Which merge it is, the first being 0.
        public let merge: Int
        /// Its tokens as the vocabulary spells them.
        public let left: String
        public let right: String
        /// By how much its pair counts too little, as a share of all pairs.
        public let slack: Double
        /// What its pair counts in the mixture, as a share of all pairs.
        public let share: Double
    }

    /// The categories, in the order in which they were given.
    public let categories: [Category]
    /// By how much merges and samples contradict each other in all, as a share of pairs: the least that can be.
    public let objective: Double
    /// The merges that the mixture contradicts, the worst first.
    public let violations: [Violation]
    /// The merges used whose pair no sample has when they are made.
    public let unseenMerges: [Int]
    /// How many merges the estimate stands on.
    public let mergeCount: Int
    /// The merges that were read, and what was left out of them.
    public let sequence: MergeSequence
    /// How many constraints were made.
    public let constraintCount: Int
    /// How often a linear programme was solved or found to be whole.
    public let roundCount: Int
    /// Whether the optimum is the only one.
    public let identifiability: MixtureIdentifiability

    /// The shares by the first merges only: how many, and the share of pairs of each category.
    public private(set) var prefixes: [(merges: Int, shares: [Double])] = []
    /// For each draw of the samples' texts the share of pairs of each category.
    public private(set) var draws: [[Double]] = []

    /// The part of merges never seen from which on the samples or the pre-tokenizer are not the right ones.
    static let mostUnseen = 0.01

    init(
        _ fit: MixtureFit, _ histories: PairHistories, _ sequence: MergeSequence, _ names: [String],
        _ words: [CategoryWords], _ model: BytePairDefinition
    ) {
        let shares = fit.solution.shares
        let byteShares = Self.weighted(
            shares, by: words.map { Self.bytesPerPair($0.byteCount, $0.pairCount) })
        categories = names.indices.map { index in
            Category(
                name: names[index], share: shares[index], shareOfBytes: byteShares[index],
                pairCount: words[index].pairCount, byteCount: words[index].byteCount,
                textCount: words[index].textCount)
        }
        objective = fit.objective
        constraintCount = fit.constraintCount
        roundCount = fit.roundCount
        identifiability = fit.identifiability
        self.sequence = sequence
        mergeCount = histories.mergeCount
        unseenMerges = (0..<histories.mergeCount).filter { step in
            names.indices.allSatisfy { histories.countOfMerge(step, in: $0) == 0 }
        }
        let slacks = fit.solution.mergeSlacks.enumerated().filter { $0.element > 0 }
        violations = slacks.sorted { $0.element > $1.element }.map { step, slack in
            let merge = sequence.merges[step]
            func text(_ id: TokenID) -> String {
                String(decoding: model.vocabulary.spelling(of: id), as: UTF8.self)
            }
            let share = names.indices.reduce(0) { sum, category in
                let total = Double(max(histories.pairTotals[category], 1))
                return sum + shares[category] * Double(histories.countOfMerge(step, in: category)) / total
            }
            return Violation(
                merge: step, left: text(merge.left), right: text(merge.right), slack: slack, share: share)
        }
    }

    private static func bytesPerPair(_ bytes: Int, _ pairs: Int) -> Double {
        Double(bytes) / Double(max(pairs, 1))
    }

    /// Shares times a weight each, over their sum.
    private static func weighted(_ shares: [Double], by weights: [Double]) -> [Double] {
        let products = zip(shares, weights).map { $0 * $1 }
        let sum = products.reduce(0, +)
        return sum > 0 ? products.map { $0 / sum } : shares
    }

    mutating func addPrefix(merges: Int, shares: [Double]) { prefixes.append((merges, shares)) }

    mutating func addDraw(_ shares: [Double]) { draws.append(shares) }

    /// Where the middle nine tenths of the draws lie, for each category; nil without draws.
    ///
    /// Shares of bytes are those of pairs times one factor for each category, as in `shareOfBytes`.
    public func intervals(of denominator: MixtureDenominator = .pairs) -> [ClosedRange<Double>]? {
        guard !draws.isEmpty else { return nil }
        let draws = draws.map { converted($0, to: denominator) }
        return categories.indices.map { category in
            let values = draws.map { $0[category] }.sorted()
            let (low, high) = (quantile(0.05, of: values), quantile(0.95, of: values))
            return min(low, high)...max(low, high)
        }
    }

    /// The least and the most that the first quarter, the first half and all merges say, for each category.
    public func prefixRanges(of denominator: MixtureDenominator = .pairs) -> [ClosedRange<Double>]? {
        guard !prefixes.isEmpty else { return nil }
        let all = (prefixes.map(\.shares) + [categories.map(\.share)]).map { converted($0, to: denominator) }
        return categories.indices.map { category in
            let values = all.map { $0[category] }
            return (values.min() ?? 0)...(values.max() ?? 0)
        }
    }

    /// Shares of pairs as shares of what `denominator` counts.
    func converted(_ shares: [Double], to denominator: MixtureDenominator) -> [Double] {
        guard denominator == .bytes else { return shares }
        return Self.weighted(shares, by: categories.map { Self.bytesPerPair($0.byteCount, $0.pairCount) })
    }
}

/// What shares are shares of.
public enum MixtureDenominator: String, Hashable, Sendable, CaseIterable {
    /// Pairs of neighbouring symbols before any merge: what the merges tell of.
    case pairs
    /// Bytes of text.
    case bytes
}

/// The value below which a part of the sorted `values` lies, between two of them in proportion; 0 of none.
func quantile(_ part: Double, of values: [Double]) -> Double {
    guard let last = values.indices.last else { return 0 }
    let place = part * Double(last)
    let low = min(max(Int(place), 0), last)
    let high = min(low + 1, last)
    return values[low] + (values[high] - values[low]) * (place - Double(low))
}
