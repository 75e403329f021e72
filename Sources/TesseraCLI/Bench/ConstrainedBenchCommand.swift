internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraGrammar
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera bench constrained`: what a grammar adds to the time of a generation.
struct ConstrainedBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constrained", abstract: "Time generation with a grammar beside generation without.",
        discussion: """
            In every round a text of the grammar is drawn, and then as many tokens without the grammar after the same \
            prompt; the order changes from round to round. Compiling the grammar is not counted, and told.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var grammar: GrammarFlags
    @OptionGroup var output: OutputOptions

    @Option(name: [.customShort("n"), .long], help: "The most tokens of a text.")
    var maxTokens = 256

    @Option(help: "Rounds, each with a seed of its own.")
    var rounds = 5

    @Option(help: "The text to go on from.")
    var prompt = "An example of the data, written as JSON:\n"

    func validate() throws {
        guard (1...1_000).contains(rounds) else { throw ValidationError("--rounds is from 1 to 1000") }
        guard (2...100_000).contains(maxTokens) else {
            throw ValidationError("--max-tokens is from 2 to 100000")
        }
    }

    func run() throws {
        let wanted = try grammar.requiredSource().grammar()
        let loaded = try model.load()
        let vocabulary = TokenVocabulary(loaded.tokenizer.tokenizer)
        let start = ContinuousClock.now
        let compiled = try CompiledGrammar(wanted, vocabulary: vocabulary)
        let compileSeconds = (ContinuousClock.now - start).inSeconds

        let tokens = loaded.tokenizer.tokenizer.promptTokens(of: prompt)
        var read = try ReadText(model: loaded.model)
        func secondsPerToken(_ count: Int, seed: Int, constraint: GrammarConstraint?) throws -> (Double, Int)
        {
            let options = GenerationOptions(
                sampling: SamplingOptions(temperature: 1, seed: UInt64(seed)), maximumTokens: count,
                ignoresEndOfText: constraint == nil)
            let made = try TesseraDecoding.generate(
                from: tokens, in: &read, tokenizer: loaded.tokenizer.tokenizer, options: options,
                constraint: constraint, cancellation: Interruption.cancellation)
            try Interruption.cancellation.check()
            return (made.generationSeconds / Double(max(1, made.tokens.count)), made.tokens.count)
        }
        // Warms up, and tells how many tokens the text of each round has.
        var counts: [Int] = []
        for round in 0..<rounds {
            let constraint = GrammarConstraint(compiled)
            counts.append(try secondsPerToken(maxTokens, seed: round, constraint: constraint).1)
        }
        var ratios: [Double] = []
        var constrained: [Double] = []
        var free: [Double] = []
        for (round, count) in counts.enumerated() {
            var times = [0.0, 0.0]
            for place in round % 2 == 0 ? [0, 1] : [1, 0] {
                let constraint = place == 0 ? GrammarConstraint(compiled) : nil
                let most = place == 0 ? maxTokens : count
                times[place] = try secondsPerToken(most, seed: round, constraint: constraint).0
            }
            constrained.append(times[0])
            free.append(times[1])
            ratios.append(times[0] / max(times[1], 1e-9))
        }
        try report(ratios, constrained, free, tokens: counts.reduce(0, +), compileSeconds)
    }

    private func report(
        _ ratios: [Double], _ constrained: [Double], _ free: [Double], tokens: Int, _ compileSeconds: Double
    ) throws {
        guard let ratio = Spread(ratios), let with = Spread(constrained), let without = Spread(free) else {
            return
        }
        let overhead = ratio.median - 1
        if output.json {
            return try writeJSON([
                "overhead": .number(overhead),
                "constrainedSecondsPerToken": .number(with.median),
                "freeSecondsPerToken": .number(without.median), "tokens": .integer(tokens),
                "compileSeconds": .number(compileSeconds),
            ])
        }
        try write(
            """
            with the grammar \(NumberFormat.duration(with.median)) a token, without \(NumberFormat.duration(without.median))
            overhead \(NumberFormat.decimal(overhead * 100, places: 2)) % (rounds \
            \(NumberFormat.decimal((ratio.minimum - 1) * 100, places: 1)) to \
            \(NumberFormat.decimal((ratio.maximum - 1) * 100, places: 1)) %), \(NumberFormat.count(tokens)) tokens
            compiled in \(NumberFormat.duration(compileSeconds))

            """)
    }
}
