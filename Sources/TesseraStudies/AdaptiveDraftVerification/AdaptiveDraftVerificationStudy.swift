internal import TesseraCore
internal import TesseraDecoding
internal import TesseraReport

/// Adaptive draft-verification (Liu and others, AAAI 2025, arXiv 2407.12021) on SmolLM2-135M-Instruct: a store of
/// trigrams that starts empty or from a corpus, and goes on learning or not.
///
/// The tree search with rollouts of the paper is not part of it; see `AdaptiveDrafts`.
public struct AdaptiveDraftVerificationStudy: Study {
    public let name = "adaptive-draft-verification"
    public let claim =
        "A store of trigrams that learns while decoding saves passes and leaves the text as it is."
    public let expectedSeconds = 500
    public let trainsNetworks = false

    private static let answers = "answers of SmolLM2 that drafts change, greedy and at temperature 0.8"
    private static let needed = [("code", 2.3, 2.4), ("summary", 1.75, 1.85), ("chat", 1.2, 1.35)]
    private static func empty(_ set: String) -> String {
        "tokens a pass from an empty store, 8 nodes, \(set)"
    }
    private static func corpus(_ set: String) -> String { "tokens a pass from a corpus, 8 nodes, \(set)" }
    private static let adapting = "tokens a pass from a corpus above the same store frozen, each set"
    private static let prompt = "tokens a pass with the prompt taken in above the window only, code"
    private static let again = "tokens a pass when the prompts come again over the first time, each set"

    /// The study.
    public init() {}

    public func thresholds(at scale: StudyScale) -> [Threshold] {
        let exact = DraftExactness.thresholds
        guard scale == .full else { return exact }
        return exact + [.none(Self.answers)]
            + Self.needed.map { .atLeast($0.1, Self.empty($0.0)) }
            + Self.needed.map { .atLeast($0.2, Self.corpus($0.0)) }
            + [.atLeast(0.2, Self.adapting), .atLeast(0.5, Self.prompt), .atLeast(1, Self.again)]
    }

    public func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
        var result = StudyResult()
        var exactness = DraftExactness()
        try exactness.add(seed: seed) { _, _ in AdaptiveDrafts() }
        exactness.report(to: &result)
        if scale == .small { return result }
        try conditions.cancellation.check()

        let model = try DefaultModel()
        let texts = try Self.corpora(model, conditions)
        func arm(_ name: String, _ source: AdaptiveDrafts) throws -> DraftRuns.Benchmark.Arm {
            DraftRuns.Benchmark.Arm(name, try Drafting(source, size: .nodes(8)))
        }
        let (fromNothing, fromCorpus) = (AdaptiveDrafts(), AdaptiveDrafts(corpus: texts))
        let arms = try [
            arm("empty", fromNothing), arm("empty, window only", AdaptiveDrafts(takesPrompt: false)),
            arm("corpus", fromCorpus), arm("corpus, frozen", AdaptiveDrafts(corpus: texts, step: 0)),
            arm("empty, depth 4", AdaptiveDrafts(depth: 4)),
            .init("lookup", try Drafting(PromptLookup(), size: .nodes(8))),
        ]
        let names = arms.map(\.name)
        var kept = arms
        let greedy = try DraftRuns(model, &kept, temperature: 0, seed: seed, conditions: conditions)
        var drawing = Array(kept.prefix(1))
        let drawn = try DraftRuns(model, &drawing, temperature: 0.8, seed: seed, conditions: conditions)
        var second = drawing
        let again = try DraftRuns(model, &second, temperature: 0, seed: seed, conditions: conditions)

        result.measure(
            Self.answers,
            count: greedy.differing(of: names) + drawn.differing(of: names) + again.differing(of: names))
        let (empty, corpus) = (greedy.tokensPerPass("empty"), greedy.tokensPerPass("corpus"))
        for (set, rate) in zip(Self.needed, empty) { result.measure(Self.empty(set.0), rate) }
        for (set, rate) in zip(Self.needed, corpus) { result.measure(Self.corpus(set.0), rate) }
        result.measure(Self.adapting, zip(corpus, greedy.tokensPerPass("corpus, frozen")).map { $0 - $1 })
        result.measure(
            Self.prompt,
            (empty.first ?? .nan) - (greedy.tokensPerPass("empty, window only").first ?? .nan))
        result.measure(Self.again, zip(again.tokensPerPass("empty"), empty).map { $0 / $1 })
        for (runs, name) in [(greedy, ""), (drawn, " After those."), (again, " The first prompts again.")] {
            let (table, caption) = runs.table()
            result.add(table, caption: caption + name)
        }
        result.note(
            """
            SmolLM2-135M-Instruct with 4-bit weights, thirty prompts, at most 128 tokens each, trees of 8 nodes grown \
            best first to depth 8. The corpus: \(NumberFormat.count(texts.reduce(0) { $0 + $1.count })) tokens of \
            Python and of Debian's documentation, which hold none of the prompts; its store has \
            \(NumberFormat.count(fromCorpus.pairCount)) pairs.
            """)
        return result
    }

    /// Python, a handbook and manual pages, about 1.4 million tokens.
    private static func corpora(
        _ model: DefaultModel, _ conditions: StudyConditions
    ) throws(LocatedError) -> [[TokenID]] {
        var texts: [[TokenID]] = []
        for file in ["mixture/domains/python.txt", "debian-reference/en.txt", "manual-pages/en.txt"] {
            var text = ""
            for line in try conditions.lines(of: file) where text.utf8.count < 2_500_000 {
                text += line + "\n"
            }
            texts.append(model.tokenizer.encode(text))
        }
        return texts
    }
}
