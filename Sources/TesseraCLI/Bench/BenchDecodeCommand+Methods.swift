internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTemplates
internal import TesseraTokenizers

extension BenchDecodeCommand {
    private typealias Benchmark = DraftBenchmark<DecoderModel>

    /// What `--methods all` stands for.
    private static let allMethods = "lookup:8,recycling:8,lookup+recycling:8,adaptive:8,auto"

    /// Answers the prompts by every method and prints one table.
    func compareMethods(_ methods: String) throws {
        let loaded = try model.load()
        let tokenizer = loaded.tokenizer.tokenizer
        let template = try loaded.tokenizer.requireChatTemplate()
        let benchmark = Benchmark(
            model: loaded.model, tokenizer: tokenizer,
            options: GenerationOptions(
                sampling: SamplingOptions(temperature: temperature, seed: seed),
                maximumTokens: generatedTokens))
        let names = (methods == "all" ? Self.allMethods : methods).split(separator: ",").map(String.init)
        let bar = ProgressBar()
        defer { bar.clear() }
        var results: [(set: BenchPrompts, result: Benchmark.Result)] = []
        for set in BenchPrompts.all {
            // What is learnt stays within a set: its texts are alike.
            var arms = try names.map { try Self.arm($0, vocabularySize: loaded.model.vocabularySize) }
            let prompts = try set.prompts.map { prompt in
                tokenizer.promptTokens(
                    of: try template.render(
                        messages: [ChatMessage(role: "user", content: prompt)], addGenerationPrompt: true))
            }
            let result = try benchmark.run(
                prompts, &arms, cancellation: Interruption.cancellation, progress: bar.progress)
            results.append((set, result))
        }
        bar.clear()
        if output.json {
            return try writeJSON(["sets": .array(results.map { Self.json($0.set, $0.result) })])
        }
        try write(Self.table(results).text())
        for (set, result) in results {
            let share = NumberFormat.decimal(result.copyShare, places: 2)
            try write("\(set.name): share of output 5-grams in the prompt \(share)\n")
        }
        try write("\(loaded.location.name), \(loaded.threadCount) threads, \(loaded.instructionSetName)\n")
    }

    /// A method from its name, with the nodes of its trees after a colon.
    private static func arm(_ text: String, vocabularySize: Int) throws(LocatedError) -> Benchmark.Arm {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let method = try choice(parts.first ?? "", of: DraftMethod.self, "--methods")
        var size = Drafting.Size.measured
        if parts.count > 1 {
            guard let nodes = Int(parts[1]) else {
                throw LocatedError(
                    field: "--methods", problem: "\"\(parts[1])\" is not a number of nodes",
                    remedy: "write it like lookup:8")
            }
            size = .nodes(nodes)
        }
        let table = try RecyclingTable(vocabularySize: vocabularySize)
        return Benchmark.Arm(text, try method.drafting(table: table, size: size))
    }

    private static func table(_ results: [(set: BenchPrompts, result: Benchmark.Result)]) -> Table {
        var table = Table([
            .init("prompts"), .init("method"), .init("tokens/pass", .right), .init("drafts/pass", .right),
            .init("tokens/s", .right), .init("times plain", .right), .init("prompt s", .right),
            .init("identical", .right),
        ])
        for (set, result) in results {
            let plain = result.scores.first?.tokensPerSecond
            for score in result.scores {
                let rate = score.tokensPerSecond
                let speedup = rate.flatMap { rate in plain.map { rate / $0 } }
                table.append([
                    set.name, score.name, decimal(score.tokensPerPass, 2), decimal(score.draftsPerPass, 1),
                    decimal(rate, 1), decimal(speedup, 2), decimal(score.promptSeconds, 2),
                    "\(score.identical) of \(score.prompts)",
                ])
            }
        }
        return table
    }

    private static func decimal(_ value: Double?, _ places: Int) -> String {
        value.map { NumberFormat.decimal($0, places: places) } ?? ""
    }

    private static func json(_ set: BenchPrompts, _ result: Benchmark.Result) -> JSONValue {
        [
            "name": .string(set.name),
            "copyShare": .number(result.copyShare),
            "methods": .array(
                result.scores.map { score in
                    [
                        "name": .string(score.name),
                        "tokens": .integer(score.tokens),
                        "passes": .integer(score.passes),
                        "drafted": .integer(score.drafted),
                        "seconds": .number(score.seconds),
                        "promptSeconds": .number(score.promptSeconds),
                        "tokensPerPass": JSONValue(score.tokensPerPass),
                        "tokensPerSecond": JSONValue(score.tokensPerSecond),
                        "identical": .integer(score.identical),
                        "prompts": .integer(score.prompts),
                    ]
                }),
        ]
    }
}
