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
    try question.validate(options, vocabularySize: model.vocabularySize)
    var scorer = try TargetScorer(model, question: question)
    let probability = try scorer.probability(after: question.context)
    var found = Attribution(
        method: method, scores: Array(repeating: 0, count: question.context.count), importance: [],
        probability: probability, passes: 0, stoppedReplicas: nil, isInformative: probability >= 1e-4)
    let random = CounterRandom(seed: options.seed)
    let positions = question.positions
    switch method {
    case .reagent, .reagentSum:
        func scores(_ replica: ReAGent.Replica) -> [Double] {
            method == .reagent ? replica.centred : replica.sums
        }
        let replicas = try ReAGent(question, options: options, replacer: replacer).replicas(
            probability: probability, scores: scores, scorer: &scorer, cancellation: cancellation,
            progress: progress)
        let stopped = replicas.filter(\.hasStopped)
        found.stoppedReplicas = stopped.count
        let all = (stopped.isEmpty ? replicas : stopped).map(scores)
        found.scores = mean(all)
        found.importance = mean(all.map { softmax($0, at: positions) })
    case .occlusion:
        for (index, position) in positions.enumerated() {
            try cancellation.check()
            progress.report("attributing", index, of: positions.count, unit: "tokens")
            for draw in 0..<options.draws {
                var context = question.context
                context[position] = replacer.replacement(
                    at: position, of: question.context,
                    draw: random.bits(at: position, stream: UInt64(draw)))
                found.scores[position] +=
                    (probability - (try scorer.probability(after: context))) / Double(options.draws)
            }
        }
    case .lastTokens:
        for position in positions { found.scores[position] = Double(position + 1) }
    case .random:
        for position in positions { found.scores[position] = random.uniform(at: position) }
    }
    if found.importance.isEmpty {
        let total = found.scores.reduce(0) { $0 + max(0, $1) }
        found.importance = found.scores.map { total > 0 ? max(0, $0) / total : 0 }
    }
    found.passes = scorer.passes
    return found
}

/// The mean of lists of one length.
private func mean(_ lists: [[Double]]) -> [Double] {
    guard let first = lists.first else { return [] }
    return first.indices.map { index in lists.reduce(0) { $0 + $1[index] } / Double(lists.count) }
}

/// Shares in proportion to the powers of e of some of the scores; 0 elsewhere.
private func softmax(_ scores: [Double], at positions: [Int]) -> [Double] {
    let top = positions.map { scores[$0] }.max() ?? 0
    var shares = [Double](repeating: 0, count: scores.count)
    for position in positions { shares[position] = exponential(scores[position] - top) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
}
