internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraReport
internal import TesseraTokenizers

/// Answers from a long list of names and numbers, asked for at its end, with half of the cache.
///
/// Half of the list is within the plain window. The budget takes effect after the question, so that its tokens, too,
/// have said where they look.
struct ListRetrieval {
    private static let share = "right answers over those with the full cache, Keyformer with 50%"
    private static let window = "right answers over those with the full cache, plain window with 50%"

    static let thresholds: [Threshold] = [.atLeast(0.9, share), .atMost(0.6, window)]

    static let names = [
        "Anna", "Peter", "Maria", "John", "Laura", "David", "Emma", "Thomas", "Julia", "Robert", "Alice",
        "Daniel",
        "Sarah", "Michael", "Helen", "Paul", "Rachel", "George", "Diana", "Frank", "Nora", "Henry", "Olivia",
        "Simon", "Clara", "Victor", "Rose", "Martin", "Lucy", "Oscar", "Grace", "Walter", "Irene", "Philip",
        "Susan", "Edward", "Karen", "Albert", "Linda", "Charles", "Nancy", "Arthur", "Betty", "Samuel",
        "Carol",
        "Leonard", "Ruth", "Gregory", "Judith", "Patrick", "Sharon", "Stephen", "Donna", "Anthony", "Brenda",
        "Kenneth", "Pamela", "Andrew", "Martha", "Joseph", "Debra", "Richard", "Janet", "Brian",
    ]

    private static let listCount = 3
    private static let questionsPerList = 16

    private struct Score {
        let arm: EvictionArm
        var right = 0
        var rightInOlderHalf = 0
    }

    private var scores: [Score]
    private var asked = 0
    private var tokenCount = 0

    init(_ model: DefaultModel, seed: UInt64, conditions: StudyConditions) throws {
        let arms: [EvictionArm] = [.full, .window, .sinks, .h2o, .h2oHalf, .keyformer(seed)]
        scores = arms.map { Score(arm: $0) }
        for list in 0..<Self.listCount {
            let random = CounterRandom(seed: seed &+ UInt64(list))
            let names = Self.names.indices.sorted { random.bits(at: $0) < random.bits(at: $1) }.map {
                Self.names[$0]
            }
            let numbers = names.indices.map { String(1_000 + random.bits(at: $0, stream: 1) % 9_000) }
            let text = zip(names, numbers).map { "The number of \($0) is \($1).\n" }.joined()
            let tokens = model.tokenizer.promptTokens(of: text)
            tokenCount = tokens.count
            for index in scores.indices {
                let evicting = try arms[index].evicting(model.model, percent: 50, stepCount: 8)
                let prompt = try evicting.makeCache(capacity: tokens.count + 64)
                try readPrompt(
                    tokens[...], model: evicting, cache: prompt, cancellation: conditions.cancellation)
                for question in 0..<Self.questionsPerList {
                    let place = question * names.count / Self.questionsPerList
                    let cache = try evicting.makeCache(copying: prompt, capacity: tokens.count + 64)
                    let isRight = try Self.answers(
                        "The number of \(names[place]) is", " \(numbers[place]).", model, evicting, cache)
                    try conditions.cancellation.check()
                    guard isRight else { continue }
                    scores[index].right += 1
                    if place < names.count / 2 { scores[index].rightInOlderHalf += 1 }
                }
                conditions.progress.report(
                    "asking", list * arms.count + index + 1, of: Self.listCount * arms.count, unit: "lists")
            }
            asked += Self.questionsPerList
        }
    }

    /// Whether the most likely tokens after a question are those of the answer.
    static func answers(
        _ question: String, _ answer: String, _ model: DefaultModel, _ evicting: EvictingModel<DecoderModel>,
        _ cache: EvictingCache<KeyValueCache>
    ) throws(LocatedError) -> Bool {
        var next = model.tokenizer.encode(question)
        var logits: [Float] = []
        for token in model.tokenizer.encode(answer) {
            try evicting.read(next, cache: cache, rows: .last, logits: &logits)
            let best = logits.indices.max { logits[$0] < logits[$1] }
            guard best == Int(token) else { return false }
            next = [token]
        }
        return true
    }

    func report(to result: inout StudyResult) {
        func right(_ method: EvictionOptions.Method) -> Double {
            Double(scores.first { $0.arm.method == method }?.right ?? 0)
        }
        result.measure(Self.share, right(.keyformer) / right(.full))
        result.measure(Self.window, right(.window) / right(.full))
        var table = Table([
            .init("policy"), .init("right", .right), .init("of", .right), .init("in the older half", .right),
            .init("of", .right),
        ])
        for score in scores {
            table.append([
                score.arm.name, "\(score.right)", "\(asked)", "\(score.rightInOlderHalf)", "\(asked / 2)",
            ])
        }
        result.add(
            table,
            caption:
                "Numbers found in lists of \(Self.names.count) names, some \(tokenCount) tokens, with 50% of the cache."
        )
    }
}
