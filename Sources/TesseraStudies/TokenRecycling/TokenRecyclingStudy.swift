internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraReport

/// Token recycling (Luo and others, ACL 2025, arXiv 2408.08696) beside prompt lookup on SmolLM2-135M-Instruct: tokens by
/// pass, what the prompt, the updates and the table's memory of other texts bring, and the sizes of trees.
///
/// The sizes of models of the paper, Medusa and EAGLE are not part of it.
public struct TokenRecyclingStudy: Study {
    public let name = "token-recycling"
    public let claim =
        "Drafts from candidates that each pass throws away save passes and leave the text as it is."
    public let expectedSeconds = 900
    public let trainsNetworks = false

    private static let answers = "answers of SmolLM2 that drafts change, greedy and at temperature 0.8"
    private static let needed = [("code", 1.75), ("summary", 1.7), ("chat", 1.45)]
    private static func eight(_ set: String) -> String { "tokens a pass with 8 nodes, \(set)" }
    private static let eighty = "tokens a pass with 80 nodes, each set"
    private static let hot = "tokens a pass with a table kept from text to text over one emptied, each set"
    private static let lookup = "tokens a pass above prompt lookup with 8 nodes, chat"
    private static let frozen = "tokens a pass over a table frozen after the prompt, 80 nodes, chat"
    private static let bytes = "bytes of the table"

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = DraftExactness.thresholds
        guard scale == .full else { return exact }
        return exact + [.none(Self.answers)]
            + Self.needed.map { .atLeast($1, Self.eight($0)) }
            + [
                .atLeast(1.8, Self.eighty), .atLeast(0.99, Self.hot), .atLeast(0, Self.lookup),
                .atLeast(1.05, Self.frozen), .atMost(2_000_000, Self.bytes),
            ]
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        var exactness = DraftExactness()
        try exactness.add(seed: seed) { _, _ in
            TokenRecycling(table: try RecyclingTable(vocabularySize: BabblingModel.vocabularySize))
        }
        exactness.report(to: &result)
        if scale == .small { return result }
        try conditions.cancellation.check()

        let model = try DefaultModel()
        let empty = try RecyclingTable(vocabularySize: model.model.vocabularySize)
        func arm(
            _ name: String, _ size: Drafting.Size, candidates: Int = RecyclingTable.width,
            primes: Bool = true, updates: Bool = true
        ) throws -> DraftRuns.Benchmark.Arm {
            let source = TokenRecycling(
                table: empty, template: .published.narrowed(to: candidates), primesFromPrompt: primes,
                updates: updates)
            return DraftRuns.Benchmark.Arm(name, try Drafting(source, size: size))
        }
        var cold = try arm("8, emptied", .nodes(8))
        cold.forgets = true
        let eight = try arm("8", .nodes(8))
        var arms =
            try [
                arm("3", .nodes(3)), eight, cold, arm("16", .nodes(16)), arm("32", .nodes(32)),
                arm("80", .nodes(80)), arm("chosen by time", .measured),
                arm("8, without the prompt", .nodes(8), primes: false),
                arm("80, frozen after the prompt", .nodes(80), updates: false),
                .init("lookup, 8", try Drafting(PromptLookup(), size: .nodes(8))),
            ] + [1, 2, 4].map { try arm("80 of \($0) candidates", .nodes(80), candidates: $0) }
        let names = arms.map(\.name)
        let greedy = try DraftRuns(model, &arms, temperature: 0, seed: seed, conditions: conditions)
        var drawing = [eight]
        let drawn = try DraftRuns(model, &drawing, temperature: 0.8, seed: seed, conditions: conditions)

        result.measure(Self.answers, count: greedy.differing(of: names) + drawn.differing(of: names))
        let rates = greedy.tokensPerPass("8")
        for (set, rate) in zip(Self.needed, rates) { result.measure(Self.eight(set.0), rate) }
        result.measure(Self.eighty, greedy.tokensPerPass("80"))
        result.measure(Self.hot, zip(rates, greedy.tokensPerPass(cold.name)).map { $0 / $1 })
        result.measure(Self.lookup, (rates.last ?? .nan) - (greedy.tokensPerPass("lookup, 8").last ?? .nan))
        result.measure(
            Self.frozen,
            (greedy.tokensPerPass("80").last ?? .nan)
                / (greedy.tokensPerPass("80, frozen after the prompt").last ?? .nan))
        result.measure(Self.bytes, count: empty.byteCount)
        for runs in [greedy, drawn] {
            let (table, caption) = runs.table()
            result.add(table, caption: caption)
        }
        result.note(
            """
            SmolLM2-135M-Instruct with 4-bit weights, thirty prompts, at most 128 tokens each. Unlike the published \
            code, the prompt fills the table and rows that were never filled draft nothing. Tokens a pass leave out \
            the pass over the prompt and the token that it gives.
            """)
        return result
    }
}
