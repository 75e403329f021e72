internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers

/// A text that a model goes on with as it should, with the tokens that this must rest on.
struct PlantedProbe {
    enum Kind: String, CaseIterable {
        case capital = "capital of a country, two others before it"
        case pairs = "value of a key in five pairs"
    }

    let kind: Kind
    let question: AttributionQuestion
    /// The positions of the planted tokens.
    let planted: Set<Int>

    private static let capitals = [
        ("France", "Paris"), ("Germany", "Berlin"), ("Italy", "Rome"), ("Spain", "Madrid"),
        ("Japan", "Tokyo"), ("China", "Beijing"), ("Russia", "Moscow"), ("Egypt", "Cairo"),
        ("Greece", "Athens"), ("Poland", "Warsaw"), ("Cuba", "Havana"), ("Peru", "Lima"),
        ("Chile", "Santiago"), ("Canada", "Ottawa"), ("Ireland", "Dublin"), ("Norway", "Oslo"),
        ("Sweden", "Stockholm"), ("Denmark", "Copenhagen"), ("Finland", "Helsinki"),
        ("Austria", "Vienna"), ("Hungary", "Budapest"), ("Portugal", "Lisbon"), ("Iran", "Tehran"),
        ("Iraq", "Baghdad"), ("Kenya", "Nairobi"), ("Thailand", "Bangkok"), ("England", "London"),
    ]
    private static let keys = [
        "cat", "dog", "cow", "bird", "fish", "horse", "lion", "bear", "tree", "house", "car", "book",
    ]
    private static let values = [
        "red", "blue", "green", "black", "white", "yellow", "brown", "silver", "seven", "nine", "four", "six",
    ]

    /// A text of a kind, its answer and the words that are planted, by attempt.
    private static func draft(_ kind: Kind, _ random: CounterRandom) -> (
        text: String, answer: String, planted: [String]
    ) {
        func order(_ count: Int, _ stream: UInt64) -> [Int] {
            (0..<count).sorted { random.bits(at: $0, stream: stream) < random.bits(at: $1, stream: stream) }
        }
        switch kind {
        case .capital:
            let three = order(capitals.count, 1).prefix(3).map { capitals[$0] }
            return (
                "My uncle lives in \(three[1].0) and my aunt in \(three[2].0). The capital of \(three[0].0) is",
                " \(three[0].1)", [" \(three[0].0)"]
            )
        case .pairs:
            let names = order(keys.count, 1).prefix(5).map { keys[$0] }
            let words = order(values.count, 2).prefix(5).map { values[$0] }
            let wanted = 1 + Int(random.bits(at: 0, stream: 3) % 4)
            let list = zip(names, words).map { "\($0) = \($1)" }.joined(separator: ", ")
            return (
                "\(list). So \(names[wanted]) =", " \(words[wanted])",
                [" \(names[wanted])", " \(words[wanted])"]
            )
        }
    }

    /// A probe that the model gets right; nil when this attempt gives none.
    static func make<Model: CausalModel>(
        _ kind: Kind, attempt: Int, seed: UInt64, model: Model, tokenizer: PipelineTokenizer
    ) throws -> PlantedProbe? {
        let random = CounterRandom(seed: CounterRandom(seed: seed).bits(at: attempt, stream: 9))
        let draft = draft(kind, random)
        let begin = tokenizer.specialTokens.beginOfText.map { [$0] } ?? []
        let context = begin + tokenizer.encode(draft.text, special: .asText)
        let words = draft.planted.map { tokenizer.encode($0, special: .asText) }
        // Planted words are one token each, and all their places count.
        guard words.allSatisfy({ $0.count == 1 }), let target = tokenizer.encode(draft.answer).first else {
            return nil
        }
        let planted = Set(words.flatMap { word in context.indices.filter { context[$0] == word[0] } })
        guard planted.count == (kind == .capital ? 1 : 3) else { return nil }
        let question = AttributionQuestion(context: context, target: target, fixed: Set(begin.indices))
        var scorer = try TargetScorer(model, question: question)
        guard try scorer.isTarget(among: 1, after: context), try scorer.probability(after: context) >= 0.1
        else { return nil }
        return PlantedProbe(kind: kind, question: question, planted: planted)
    }
}
