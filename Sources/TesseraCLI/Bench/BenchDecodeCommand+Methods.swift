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
    private typealias Benchmark = MethodBenchmark<DecoderModel>

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
        func arm(_ name: String) throws(LocatedError) -> Benchmark.Arm {
            try Benchmark.Arm(named: name, vocabularySize: loaded.model.vocabularySize)
        }
        func isLossy(_ name: String) throws(LocatedError) -> Bool {
            try arm(name).drafting?.rollback ?? 0 > 0
        }
        // Mistakes are told before the first answer; plain decoding is always there; of all methods, those that go with
        // the temperature are meant.
        let names =
            methods == "all"
            ? try Benchmark.Arm.allNames.filter { try temperature == 0 || !isLossy($0) }
            : try methods.split(separator: ",").map { try arm(String($0)).name }.filter { $0 != "none" }
        let bar = ProgressBar()
        defer { bar.clear() }
        var results: [(set: BenchmarkPrompts, result: Benchmark.Result)] = []
        for set in BenchmarkPrompts.all {
            // What is learnt stays within a set: its texts are alike.
            var arms = try names.map(arm)
            let result = try benchmark.run(
                set.tokens(tokenizer, template), &arms, cancellation: Interruption.cancellation,
                progress: bar.progress)
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

    private static func table(_ results: [(set: BenchmarkPrompts, result: Benchmark.Result)]) -> Table {
        var table = Table([
            .init("prompts"), .init("method"), .init("tokens/pass", .right), .init("drafts/pass", .right),
            .init("tokens/s", .right), .init("times plain", .right), .init("prompt s", .right),
            .init("cache", .right), .init("identical", .right), .init("differs by", .right),
        ])
        for (set, result) in results {
            for score in result.scores {
                table.append([
                    set.name, score.name, decimal(score.tokensPerPass, 2), decimal(score.draftsPerPass, 1),
                    decimal(score.tokensPerSecond, 1), decimal(result.timesPlain(score), 2),
                    decimal(score.promptSeconds, 2),
                    score.bytesOfCache.map(NumberFormat.bytes) ?? "",
                    "\(score.identical) of \(score.prompts)", percent(score.difference),
                ])
            }
        }
        return table
    }

    private static func decimal(_ value: Double?, _ places: Int) -> String {
        value.map { NumberFormat.decimal($0, places: places) } ?? ""
    }

    private static func percent(_ share: Double?) -> String {
        share.map { "\(NumberFormat.decimal($0 * 100, places: 1))%" } ?? ""
    }

    private static func json(_ set: BenchmarkPrompts, _ result: Benchmark.Result) -> JSONValue {
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
                        "bytesOfCache": JSONValue(score.bytesOfCache),
                        "identical": .integer(score.identical),
                        "difference": JSONValue(score.difference),
                        "prompts": .integer(score.prompts),
                    ]
                }),
        ]
    }
}
