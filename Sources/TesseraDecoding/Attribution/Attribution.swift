/// How much each token of a context has to do with the token that a model was asked about.
public struct Attribution: Hashable, Sendable {
    /// How it was found.
    public var method: AttributionMethod

    /// A score for each token of the context: the higher, the more the prediction rests on it.
    ///
    /// Comparable within one attribution only. Tokens that may not be replaced have 0.
    public var scores: [Double]

    /// The scores as shares that add up to 1; all 0 when no score of a method other than ReAGent is positive.
    ///
    /// Of ReAGent the mean of the replicas' softmax, as published: with many steps it collapses onto one token, so rank by
    /// `scores`. Of the others the positive scores by their sum.
    public var importance: [Double]

    /// The probability of the target after the whole context.
    public var probability: Double

    /// The passes of the model.
    public var passes: Int

    /// The replicas that met the stopping rule; nil for methods without one.
    public var stoppedReplicas: Int?

    /// Whether the target was likely enough for changes of its probability to mean something.
    public var isInformative: Bool

    /// The positions of the highest scores, the highest first; of equal ones the later first.
    public func highest(_ count: Int) -> [Int] {
        Array(scores.indices.sorted { (scores[$0], $0) > (scores[$1], $1) }.prefix(max(0, count)))
    }
}

/// How tokens of a context are attributed a prediction; none needs gradients.
public enum AttributionMethod: String, Hashable, Sendable, CaseIterable {
    /// ReAGent with centred sums: the mean change when a token is replaced less the mean when it is kept.
    case reagent
    /// ReAGent as published: changes are added where a token is replaced and subtracted where it is kept.
    case reagentSum = "reagent-sum"
    /// Each token replaced alone.
    case occlusion
    /// The last tokens, the later the more.
    case lastTokens = "last-tokens"
    /// Random scores.
    case random
}

/// The settings of an attribution.
public struct AttributionOptions: Hashable, Sendable {
    /// ReAGent: runs whose results are averaged.
    public var replicas = 1
    /// ReAGent: the share of the tokens replaced at a step.
    public var ratio = 0.1
    /// ReAGent: the most steps of a replica.
    public var steps = 120
    /// ReAGent: whether a replica may stop before its last step, as published.
    ///
    /// Its scores are then noisier than those that the defaults were measured with.
    public var stopsEarly = false
    /// ReAGent: the tokens kept by the stopping rule; nil: a third of them, at most 8.
    public var kept: Int?
    /// ReAGent: a replica stops when, with its best tokens kept, the target is among this many.
    public var tolerance = 3
    /// Occlusion: the replacements tried for each token.
    public var draws = 2
    /// What the random numbers follow from.
    public var seed: UInt64 = 0

    /// The defaults, measured on prompts of some 20 tokens.
    public init() {}
}
