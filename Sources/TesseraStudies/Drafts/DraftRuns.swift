internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraReport
internal import TesseraTemplates

/// Answers of the default model to the thirty prompts of `bench decode`, plainly and by several methods.
struct DraftRuns {
    typealias Benchmark = MethodBenchmark<DecoderModel>

    /// The results by set: code, summary, chat.
    let sets: [(name: String, result: Benchmark.Result)]

    private let temperature: Double

    /// Answers them in at most 128 tokens; what arms learn goes from prompt to prompt and from set to set.
    init(
        _ model: DefaultModel, _ arms: inout [Benchmark.Arm], temperature: Double, seed: UInt64,
        conditions: StudyConditions
    ) throws {
        let benchmark = Benchmark(
            model: model.model, tokenizer: model.tokenizer,
            options: GenerationOptions(
                sampling: SamplingOptions(temperature: temperature, seed: seed), maximumTokens: 128))
        var sets: [(name: String, result: Benchmark.Result)] = []
        for set in BenchmarkPrompts.all {
            let result = try benchmark.run(
                set.tokens(model.tokenizer, model.template), &arms, cancellation: conditions.cancellation,
                progress: conditions.progress)
            sets.append((set.name, result))
        }
        self.sets = sets
        self.temperature = temperature
    }

    /// Tokens by pass of a method, by set; NaN where nothing was read.
    func tokensPerPass(_ arm: String) -> [Double] { values(arm) { $0.tokensPerPass } }

    /// What a method has, by set.
    func values(_ arm: String, _ value: (Benchmark.Score) -> Double?) -> [Double] {
        sets.map { set in set.result.scores.first { $0.name == arm }.flatMap(value) ?? .nan }
    }

    /// The answers of some methods that are not those of plain decoding.
    func differing(of arms: [String]) -> Int {
        sets.flatMap(\.result.scores).filter { arms.contains($0.name) }
            .reduce(0) { $0 + $1.prompts - $1.identical }
    }

    /// Everything that is known of every method.
    func table() -> (table: Table, caption: String) {
        var table = Table([
            .init("prompts"), .init("method"), .init("tokens/pass", .right), .init("drafts/pass", .right),
            .init("times plain", .right), .init("identical", .right), .init("differs by", .right),
        ])
        func text(_ value: Double?, _ places: Int = 2) -> String {
            value.map { NumberFormat.decimal($0, places: places) } ?? ""
        }
        for (name, result) in sets {
            for score in result.scores {
                table.append([
                    name, score.name, text(score.tokensPerPass), text(score.draftsPerPass, 1),
                    text(result.timesPlain(score)),
                    "\(score.identical) of \(score.prompts)", text(score.difference),
                ])
            }
        }
        let shares = sets.map { "\($0.name) \(NumberFormat.decimal($0.result.copyShare, places: 2))" }
        return (
            table,
            """
            Answers to the thirty prompts at temperature \(temperature). Share of output 5-grams that stand in the prompt: \
            \(shares.joined(separator: ", ")). Speeds are this machine's.
            """
        )
    }
}
