public import TesseraCore

/// Finds which tokens of a context a prediction rests on.
///
/// - Parameters:
///   - replacer: what stands in place of tokens that are taken away; methods that take none away do not ask it.
///   - progress: told about passes.
/// - Throws: `LocatedError` for a question or options out of range and scores that are no numbers; `CancelledError`
///   when stopped.
public func attribute<Model: CausalModel>(
    _ question: AttributionQuestion, model: Model, method: AttributionMethod = .reagent,
    options: AttributionOptions = AttributionOptions(), replacer: any TokenReplacer,
    cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
) throws -> Attribution {
    let plan = try AttributionPlan(
        question, method: method, options: options, replacer: replacer, vocabularySize: model.vocabularySize)
    var scorer = try TargetScorer(model, question: question)
    guard options.stopsEarly, method == .reagent || method == .reagentSum else {
        var probabilities: [Double] = []
        for index in 0..<plan.count {
            try cancellation.check()
            progress.report("attributing", index, of: plan.count, unit: "passes")
            probabilities.append(try scorer.probability(after: plan.context(index)))
        }
        return plan.attribution(probabilities)
    }
    let probability = try scorer.probability(after: question.context)
    let replicas = try ReAGent(question, options: options, replacer: replacer).replicas(
        probability: probability, scores: { $0.scores(method) }, scorer: &scorer, cancellation: cancellation,
        progress: progress)
    return Attribution(
        method, replicas, at: question.positions, probability: probability, passes: scorer.passes)
}

extension ReAGent.Replica {
    /// The sums that a method ranks by.
    func scores(_ method: AttributionMethod) -> [Double] { method == .reagentSum ? sums : centred }
}

extension Attribution {
    /// What some scores tell: the positive ones by their sum are the importance.
    init(_ method: AttributionMethod, _ scores: [Double], probability: Double, passes: Int) {
        let total = scores.reduce(0) { $0 + max(0, $1) }
        self.init(
            method: method, scores: scores, importance: scores.map { total > 0 ? max(0, $0) / total : 0 },
            probability: probability, passes: passes, stoppedReplicas: nil)
    }

    /// The mean of replicas: of those that have stopped, or when none has of all.
    init(
        _ method: AttributionMethod, _ replicas: [ReAGent.Replica], at positions: [Int], probability: Double,
        passes: Int
    ) {
        let stopped = replicas.filter(\.hasStopped)
        let all = (stopped.isEmpty ? replicas : stopped).map { $0.scores(method) }
        self.init(
            method: method, scores: Self.mean(all),
            importance: Self.mean(all.map { Self.softmax($0, at: positions) }), probability: probability,
            passes: passes, stoppedReplicas: stopped.count)
    }

    private init(
        method: AttributionMethod, scores: [Double], importance: [Double], probability: Double, passes: Int,
        stoppedReplicas: Int?
    ) {
        self.method = method
        self.scores = scores
        self.importance = importance
        self.probability = probability
        self.passes = passes
        self.stoppedReplicas = stoppedReplicas
        isInformative = probability >= 1e-4
    }

    /// The mean of lists of one length.
    private static func mean(_ lists: [[Double]]) -> [Double] {
        guard let first = lists.first else { return [] }
        return first.indices.map { index in lists.reduce(0) { $0 + $1[index] } / Double(lists.count) }
    }

    /// Shares in proportion to the powers of e of some of the scores; 0 elsewhere.
    private static func softmax(_ scores: [Double], at positions: [Int]) -> [Double] {
        let top = positions.map { scores[$0] }.max() ?? 0
        var shares = [Double](repeating: 0, count: scores.count)
        for position in positions { shares[position] = exponential(scores[position] - top) }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }
}
