public import TesseraCore

/// The passes of an attribution that are known beforehand, so that they can be made in any order and many at a time: all
/// methods, ReAGent without its stopping rule.
public struct AttributionPlan: Sendable {
    private let question: AttributionQuestion
    private let method: AttributionMethod
    private let options: AttributionOptions
    private let reagent: ReAGent
    private let positions: [Int]
    private let random: CounterRandom

    /// Plans the answer to a question.
    ///
    /// - Parameter replacer: what stands in place of tokens that are taken away.
    /// - Throws: `LocatedError` for a question or options out of range.
    public init(
        _ question: AttributionQuestion, method: AttributionMethod = .reagent,
        options: AttributionOptions = AttributionOptions(), replacer: any TokenReplacer, vocabularySize: Int
    ) throws(LocatedError) {
        try question.validate(options, vocabularySize: vocabularySize)
        self.question = question
        self.method = method
        self.options = options
        reagent = ReAGent(question, options: options, replacer: replacer)
        positions = question.positions
        random = CounterRandom(seed: options.seed)
    }

    /// How many probabilities are wanted.
    public var count: Int {
        switch method {
        case .reagent, .reagentSum: 1 + options.replicas * options.steps
        case .occlusion: 1 + positions.count * options.draws
        case .lastTokens, .random: 1
        }
    }

    /// What the target's probability is wanted after; the first is the whole context.
    ///
    /// - Parameter index: below `count`.
    public func context(_ index: Int) -> [TokenID] {
        guard (1..<count).contains(index) else { return question.context }
        switch method {
        case .reagent, .reagentSum: return reagent.context(step(index))
        case .occlusion:
            let position = positions[(index - 1) / options.draws]
            let draw = random.bits(at: position, stream: UInt64((index - 1) % options.draws))
            var context = question.context
            context[position] = reagent.replacer.replacement(at: position, of: context, draw: draw)
            return context
        case .lastTokens, .random: return question.context
        }
    }

    /// The attribution.
    ///
    /// - Parameter probabilities: `[count]`, those of the target after each context; what is missing is left out.
    public func attribution(_ probabilities: [Double]) -> Attribution {
        let whole = probabilities.first ?? 0
        var scores = [Double](repeating: 0, count: question.context.count)
        switch method {
        case .reagent, .reagentSum:
            var replicas = (0..<options.replicas).map { _ in ReAGent.Replica(count: scores.count) }
            for (index, probability) in zip(1..<count, probabilities.dropFirst()) {
                let step = step(index)
                replicas[step.replica].add(whole - probability, replaced: reagent.mask(step), of: positions)
            }
            return Attribution(
                method, replicas, at: positions, probability: whole, passes: probabilities.count)
        case .occlusion:
            for (index, probability) in zip(1..<count, probabilities.dropFirst()) {
                let position = positions[(index - 1) / options.draws]
                scores[position] += (whole - probability) / Double(options.draws)
            }
        case .lastTokens:
            for position in positions { scores[position] = Double(position + 1) }
        case .random:
            for position in positions { scores[position] = random.uniform(at: position) }
        }
        return Attribution(method, scores, probability: whole, passes: probabilities.count)
    }

    private func step(_ index: Int) -> ReAGent.Step {
        ReAGent.Step(replica: (index - 1) / options.steps, number: (index - 1) % options.steps)
    }
}
