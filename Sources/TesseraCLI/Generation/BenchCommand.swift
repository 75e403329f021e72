internal import ArgumentParser
internal import TesseraConsole
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraReport

/// `tessera bench`: speeds on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure speeds on this machine.",
        subcommands: [
            BenchDecodeCommand.self, ConstrainedBenchCommand.self, GrammarBenchCommand.self,
            KernelBenchCommand.self, TokenizerBenchCommand.self,
        ])
}

/// `tessera bench decode`: tokens a second, prompt and generation.
struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Tokens a second when reading a prompt and when generating.",
        discussion: """
            Like llama-bench: a prompt of random tokens in one call, then greedy generation from an empty context, \
            each after one run that is not counted. Tokenizing and sampling are left out.

            With --methods: thirty prompts of three kinds, answered plainly and by each method of drafting or of \
            keeping a part of the cache; prints tokens a pass and a second, the bytes of the cache, and whether the \
            answers are the same token by token or by how much they differ.
            """
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Tokens of the prompt.")
    var promptTokens = 512

    @Option(help: "Tokens to generate.")
    var generatedTokens = 128

    @Option(help: "Runs that count.")
    var repetitions = 5

    @Option(
        help: ArgumentHelp(
            "Compare methods: lookup:8,auto with the nodes of a tree, big-little:2 with nats, h2o:50% with a budget; or all.",
            valueName: "names"))
    var methods: String?

    @Option(help: "With --methods: how tokens are drawn; 0 takes the most likely one.")
    var temperature = 0.0

    @Option(help: "With --methods: names the random numbers.")
    var seed: UInt64 = 0

    func run() throws {
        if let methods { return try compareMethods(methods) }
        let loaded = try model.load()
        let bar = ProgressBar()
        defer { bar.clear() }
        let benchmark = DecodeBenchmark(
            promptTokens: promptTokens, generatedTokens: generatedTokens, repetitions: repetitions)
        let result = try benchmark.run(
            on: loaded.model, cancellation: Interruption.cancellation, progress: bar.progress)
        bar.clear()
        let rows = [
            ("prompt", promptTokens, result.promptRates),
            ("generation", generatedTokens, result.generationRates),
        ]
        if output.json {
            let members = rows.map { name, tokens, rates in (name, json(tokens: tokens, rates: rates)) }
            try writeJSON(
                .object(
                    JSONObject(
                        members + [
                            ("model", .string(loaded.location.name)),
                            ("threads", .integer(loaded.threadCount)),
                            ("instructionSet", .string(loaded.instructionSetName)),
                        ])))
            return
        }
        var table = Table([
            .init("job"), .init("tokens", .right), .init("tokens/s", .right), .init("min", .right),
            .init("max", .right), .init("runs", .right),
        ])
        for (name, tokens, rates) in rows {
            guard let spread = Spread(rates) else { continue }
            table.append([
                name, String(tokens), NumberFormat.decimal(spread.median, places: 1),
                NumberFormat.decimal(spread.minimum, places: 1),
                NumberFormat.decimal(spread.maximum, places: 1),
                String(spread.count),
            ])
        }
        try write(table.text())
        try write(
            "\(loaded.location.name), \(loaded.threadCount) threads, \(loaded.instructionSetName)\n"
        )
    }

    private func json(tokens: Int, rates: [Double]) -> JSONValue {
        let spread = Spread(rates)
        return [
            "tokens": .integer(tokens),
            "tokensPerSecond": JSONValue(spread?.median),
            "minimum": JSONValue(spread?.minimum),
            "maximum": JSONValue(spread?.maximum),
            "runs": .array(rates.map(JSONValue.number)),
        ]
    }
}
