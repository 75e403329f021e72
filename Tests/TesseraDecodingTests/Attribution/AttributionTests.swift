import Foundation
import TesseraCore
import TesseraDecoding
import TesseraTestSupport
import Testing

@Suite("Attribution")
struct AttributionTests {
    private let tokenizer = SampleTokenizer()
    /// Letters; the model's answer rests on those at 3, 7 and 11.
    private let context = Array("abcdefghijklmnopqrst".utf8).map(TokenID.init)
    private let causes: Set<Int> = [3, 7, 11]
    private let target: TokenID = 90

    /// The target's score is what is left of the causes, with some noise from the other tokens.
    private func oracle(strength: Float = 2, noise: Float = 0.05) -> SampleModel {
        let (context, causes, target) = (context, causes, target)
        return SampleModel(vocabularySize: 257) { tokens in
            var row = [Float](repeating: 0, count: 257)
            var score: Float = 0
            for (index, token) in tokens.enumerated() {
                let isKept = index < context.count && token == context[index]
                if causes.contains(index), isKept { score += strength }
                if !isKept { score += noise * (Float(token % 7) - 3) }
            }
            row[Int(target)] = score
            // Others that come first when no cause is left.
            for other in 0..<5 { row[other] = 1 }
            return row
        }
    }

    private func replacer() throws -> KindReplacer {
        try KindReplacer(tokenizer)
    }

    private func run(
        _ method: AttributionMethod, _ options: AttributionOptions = AttributionOptions(),
        model: SampleModel? = nil, fixed: Set<Int> = []
    ) throws -> Attribution {
        try attribute(
            AttributionQuestion(context: context, target: target, fixed: fixed), model: model ?? oracle(),
            method: method, options: options, replacer: try replacer())
    }

    @Test("planted tokens come first with ReAGent and with occlusion, not by chance or by place")
    func planted() throws {
        var options = AttributionOptions()
        options.steps = 200
        for seed in 0..<3 {
            options.seed = UInt64(seed)
            #expect(Set(try run(.reagent, options).highest(3)) == causes)
            #expect(Set(try run(.occlusion, options).highest(3)) == causes)
            #expect(Set(try run(.reagentSum, options).highest(3)).intersection(causes).count >= 1)
        }
        #expect(try run(.lastTokens).highest(3) == [19, 18, 17])
        let hits = try (0..<50).reduce(0) { sum, seed in
            options.seed = UInt64(seed)
            return sum + Set(try run(.random, options).highest(3)).intersection(causes).count
        }
        #expect((8...40).contains(hits))
    }

    @Test("importance adds up to 1, and fixed tokens have no part in it")
    func importance() throws {
        for method in AttributionMethod.allCases {
            let found = try run(method, fixed: [0, 3])
            #expect(abs(found.importance.reduce(0, +) - 1) < 1e-9, "\(method)")
            #expect(found.scores[3] == 0 && found.importance[3] == 0, "\(method)")
            #expect(found.scores.count == context.count)
        }
    }

    @Test("with nothing replaced all scores are 0; with everything replaced all are the same")
    func extremes() throws {
        var options = AttributionOptions()
        options.ratio = 0
        #expect(try run(.reagentSum, options).scores.allSatisfy { $0 == 0 })
        options.ratio = 1
        #expect(Set(try run(.reagentSum, options).scores).count == 1)
    }

    @Test("the same seed gives the same scores, another one others")
    func seeds() throws {
        var options = AttributionOptions()
        options.steps = 20
        let first = try run(.reagent, options)
        #expect(try run(.reagent, options) == first)
        options.seed = 1
        #expect(try run(.reagent, options).scores != first.scores)
    }

    @Test("a plan made in any order says what the passes one after another say")
    func plan() throws {
        var options = AttributionOptions()
        options.steps = 40
        options.replicas = 2
        for method in AttributionMethod.allCases {
            let question = AttributionQuestion(context: context, target: target, fixed: [5])
            let plan = try AttributionPlan(
                question, method: method, options: options, replacer: try replacer(), vocabularySize: 257)
            var probabilities = [Double](repeating: 0, count: plan.count)
            for index in (0..<plan.count).reversed() {
                var scorer = try TargetScorer(oracle(), question: question)
                probabilities[index] = try scorer.probability(after: plan.context(index))
            }
            #expect(plan.attribution(probabilities) == (try run(method, options, fixed: [5])), "\(method)")
        }
    }

    @Test("a replica stops when its best tokens suffice; one that cannot goes on to its limit")
    func stopping() throws {
        var options = AttributionOptions()
        options.stopsEarly = true
        options.steps = 200
        options.replicas = 2
        let stopped = try run(.reagent, options, model: oracle(strength: 4, noise: 0))
        #expect(stopped.stoppedReplicas == 2)
        #expect(stopped.passes < 200)
        options.steps = 30
        options.kept = 1
        options.tolerance = 1
        // Whatever one token is kept, other scores are above the target's.
        let needsAll = SampleModel(vocabularySize: 257) { [context, target] tokens in
            var row = [Float](repeating: 0, count: 257)
            row[Int(target)] = Array(tokens) == context ? 5 : -5
            return row
        }
        let unstopped = try run(.reagent, options, model: needsAll)
        #expect(unstopped.stoppedReplicas == 0)
        #expect(unstopped.scores.contains { $0 != 0 })
        #expect(unstopped.scores.allSatisfy { $0.isFinite })
    }

    @Test("a target without probability is called uninformative")
    func uninformative() throws {
        let model = SampleModel(vocabularySize: 257) { _ in
            var row = [Float](repeating: 0, count: 257)
            row[90] = -30
            return row
        }
        #expect(try !run(.reagent, model: model).isInformative)
        #expect(try run(.reagent).isInformative)
    }

    @Test("questions and options out of range, and scores that are no numbers, are errors")
    func refused() throws {
        func refuse(_ field: String, _ change: (inout AttributionOptions) -> Void) {
            var options = AttributionOptions()
            change(&options)
            expectLocatedError(field: field) { try run(.reagent, options) }
        }
        refuse("--ratio") { $0.ratio = .nan }
        refuse("--ratio") { $0.ratio = 1.5 }
        refuse("--steps") { $0.steps = 0 }
        refuse("--replicas") { $0.replicas = .max }
        refuse("--top") { $0.kept = 20 }
        refuse("--top") { $0.kept = 0 }
        refuse("--tolerance") { $0.tolerance = 0 }
        refuse("--draws") { $0.draws = -1 }
        func ask(_ question: AttributionQuestion, _ model: SampleModel) throws {
            _ = try attribute(question, model: model, replacer: try replacer())
        }
        expectLocatedError(field: "text") { try ask(AttributionQuestion(context: [1], target: 2), oracle()) }
        expectLocatedError(field: "text") {
            try ask(AttributionQuestion(context: [1, 2], target: 2, fixed: [0]), oracle())
        }
        expectLocatedError(field: "tokens") {
            try ask(AttributionQuestion(context: [1, 2, 3], target: 900), oracle())
        }
        expectLocatedError(field: "prompt") {
            try ask(AttributionQuestion(context: Array(repeating: 1, count: 65), target: 2), oracle())
        }
        let broken = SampleModel(vocabularySize: 257) { _ in Array(repeating: .nan, count: 257) }
        expectLocatedError(field: "logits") {
            try ask(AttributionQuestion(context: [1, 2, 3], target: 2), broken)
        }
        let cancellation = Cancellation()
        cancellation.cancel()
        for method in [AttributionMethod.reagent, .occlusion] {
            #expect(throws: CancelledError.self) {
                try attribute(
                    AttributionQuestion(context: context, target: target), model: oracle(), method: method,
                    replacer: try replacer(), cancellation: cancellation)
            }
        }
    }

    @Test("a replacement is never the token itself, and of its kind")
    func replacements() throws {
        let kinds = try replacer()
        let digits = Array("31415926".utf8).map(TokenID.init)
        for draw in 0..<500 as Range<UInt64> {
            for position in digits.indices {
                let new = kinds.replacement(at: position, of: digits, draw: draw)
                #expect(new != digits[position] && (0x30...0x39).contains(new))
            }
        }
        let own = try OwnSamples(
            SampleModel.random(seed: 3), context: digits, seed: 1, first: kinds)
        var seen: Set<TokenID> = []
        for draw in 0..<100 as Range<UInt64> {
            for position in digits.indices {
                let new = own.replacement(at: position, of: digits, draw: draw)
                #expect(new != digits[position] && new < 257)
                if position == 4 { seen.insert(new) }
            }
        }
        #expect((2...8).contains(seen.count))
    }
}
