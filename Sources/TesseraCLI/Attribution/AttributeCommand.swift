internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera attribute`: which tokens a prediction rests on.
struct AttributeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attribute",
        abstract: "Show which tokens of a text a prediction rests on.",
        discussion: """
            Replaces tokens and watches how far the probability of the next token falls, so it works with every \
            model. What is explained is the token the model would write next, or one of the text's own with \
            --target-index. Methods: reagent, reagent-sum as published, occlusion, and last-tokens and random to \
            compare with.
            """
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "How it is found.", valueName: "reagent|reagent-sum|occlusion|last-tokens|random"))
    var method = "reagent"

    @Option(
        help: ArgumentHelp("Explain this token of the text, counted from 0.", valueName: "position"))
    var targetIndex: Int?

    @Option(help: "Runs of reagent whose results are averaged.")
    var replicas = 1

    @Option(help: "The share of the tokens that reagent replaces at a step.")
    var ratio = 0.1

    @Option(help: "The most steps of a run of reagent.")
    var steps = 120

    @Flag(help: "Let a run of reagent end once its best tokens alone make the target likely, as published.")
    var stopEarly = false

    @Option(help: "With --stop-early: tokens kept by the rule; left out, a third of them, at most 8.")
    var top: Int?

    @Option(help: "With --stop-early: reagent stops when its best tokens make the target one of this many.")
    var tolerance = 3

    @Option(help: "Replacements that occlusion tries for each token.")
    var draws = 2

    @Option(
        help: ArgumentHelp(
            "What tokens are replaced by: what the model would have written, or any of their kind.",
            valueName: "own|kind"))
    var replacements = "own"

    @Option(help: "Names the random numbers: the same seed gives the same result.")
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Write a page with the text in colours here.", valueName: "file"))
    var html: String?

    @Argument(help: "The text, or - for standard input.")
    var text = "-"

    private enum Replacements: String, CaseIterable {
        case own
        case kind
    }

    func run() throws {
        let method = try choice(method, of: AttributionMethod.self, "--method")
        let replacements = try choice(replacements, of: Replacements.self, "--replacements")
        // Mistakes in these are told before the model is loaded.
        try options.validate()
        let text = text == "-" ? try InputText(path: "-").text : text
        let loaded = try model.load()
        let tokenizer = loaded.tokenizer.tokenizer
        let question = try question(about: tokenizer.promptTokens(of: text), loaded)
        let bar = ProgressBar()
        defer { bar.clear() }
        try question.validate(options, vocabularySize: loaded.model.vocabularySize)
        let begun = ContinuousClock.now
        let kinds = try KindReplacer(tokenizer, isSpecial: tokenizer.isSpecial)
        let replacer: any TokenReplacer =
            switch replacements {
            case .kind: kinds
            case .own:
                try OwnSamples(
                    loaded.model, context: question.context, seed: seed, first: kinds,
                    cancellation: Interruption.cancellation)
            }
        let found = try attribute(
            question, model: loaded.model, method: method, options: options, replacer: replacer,
            cancellation: Interruption.cancellation, progress: bar.progress)
        bar.clear()
        let report = AttributionReport(
            attribution: found, tokens: question.context.map { tokenizer.decode([$0]) },
            target: tokenizer.decode([question.target]), model: loaded.location.name,
            seconds: (ContinuousClock.now - begun).inSeconds)
        if let html {
            try FileSystem.createFolder(FileSystem.folder(of: html))
            try writeAtomically(report.html, to: html)
        }
        try output.json
            ? writeJSON(report.json(ids: question.context, target: question.target)) : write(report.text)
    }

    private var options: AttributionOptions {
        var options = AttributionOptions()
        options.replicas = replicas
        options.ratio = ratio
        options.steps = steps
        options.stopsEarly = stopEarly
        options.kept = top
        options.tolerance = tolerance
        options.draws = draws
        options.seed = seed
        return options
    }

    /// What is asked: about a token of the text, or the one the model would write after it.
    private func question(
        about tokens: [TokenID], _ loaded: ModelOptions.Loaded
    ) throws(LocatedError) -> AttributionQuestion {
        let tokenizer = loaded.tokenizer.tokenizer
        let fixed = Set(tokens.indices.filter { tokenizer.isSpecial(tokens[$0]) })
        if let targetIndex {
            guard tokens.indices.contains(targetIndex) else {
                throw LocatedError(
                    field: "--target-index",
                    problem: "\(targetIndex) is outside of the text's \(tokens.count) tokens",
                    remedy: "give a position from 2 to \(max(2, tokens.count - 1))")
            }
            return AttributionQuestion(
                context: Array(tokens[..<targetIndex]), target: tokens[targetIndex], fixed: fixed)
        }
        var read = try ReadText(
            model: loaded.model, capacity: min(tokens.count + 1, loaded.model.contextLength))
        let next = try TesseraDecoding.generate(
            from: tokens, in: &read, tokenizer: tokenizer, options: GenerationOptions(maximumTokens: 1))
        guard let target = next.tokens.first else { throw LocatedError.noPrediction }
        return AttributionQuestion(context: tokens, target: target, fixed: fixed)
    }
}

extension LocatedError {
    fileprivate static let noPrediction = LocatedError(
        field: "text", problem: "the model was stopped before it wrote a token",
        remedy: "run the command again")
}
