internal import ArgumentParser
internal import TesseraConsole
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera evaluate`: how well a model predicts a text.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure how well a model predicts a text: bits per byte and perplexity.",
        discussion: """
            Bits per byte compare models with different tokenizers; perplexity only those with the same. The text \
            is read in overlapping windows and every token scored once. With --cache-policy, the last third of the \
            beginning of the text is scored token by token under each policy and budget.
            """
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var cache: CacheFlags

    @Option(help: ArgumentHelp("Tokens the model sees at once; at most its context.", valueName: "tokens"))
    var window: Int?

    @Option(
        help: ArgumentHelp(
            "Tokens from one window to the next; half a window when left out.", valueName: "tokens"))
    var stride: Int?

    @Option(help: ArgumentHelp("What is measured instead of a text: arithmetic.", valueName: "task"))
    var task: String?

    @Option(
        help: ArgumentHelp(
            "With --task arithmetic: how numbers are written, such as nosep,comma_r2l,comma_l2r.",
            valueName: "names"))
    var formats = "nosep,comma_r2l"

    @Option(help: ArgumentHelp("Digits of both addends and of the sum.", valueName: "lengths"))
    var lengths = "7,7,8"

    @Option(help: "Additions with their sums before each question.")
    var shots = 8

    @Option(help: "Questions in each format.")
    var count = 50

    @Option(help: "Spaces behind the = of questions.")
    var spaces = 0

    @Option(help: "What questions and examples follow from.")
    var seed: UInt64 = 0

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write each question and answer as a line of JSON here.", valueName: "file"))
    var rowsFile: String?

    @Argument(help: "A UTF-8 text file, or - for standard input.")
    var file = "-"

    func validate() throws {
        guard task == nil || task == "arithmetic" else {
            throw ValidationError("--task is arithmetic, or left out to measure a text")
        }
        guard task == nil || cache.cachePolicy == nil else {
            throw ValidationError("--cache-policy measures a text, not a task")
        }
        guard task != nil || rowsFile == nil else { throw ValidationError("--output needs --task") }
    }

    func run() throws {
        if task != nil { return try evaluateArithmetic() }
        if cache.cachePolicy != nil { return try evaluateEviction() }
        let input = try InputText(path: file)
        let loaded = try model.load()
        let bar = ProgressBar()
        defer { bar.clear() }
        let result = try evaluate(
            input.bytes, file: input.name, model: loaded.model, tokenizer: loaded.tokenizer.tokenizer,
            options: EvaluationOptions(window: window, stride: stride),
            cancellation: Interruption.cancellation,
            progress: bar.progress)
        bar.clear()
        if output.json {
            try writeJSON(result.json)
        } else {
            try write(result.table.text())
        }
    }
}

extension Evaluation {
    /// Everything, for machines.
    var json: JSONValue {
        [
            "bitsPerByte": .number(bitsPerByte),
            "perplexity": .number(perplexity),
            "byteCount": .integer(byteCount),
            "scoredByteCount": .integer(scoredByteCount),
            "tokenCount": .integer(tokenCount),
            "scoredTokenCount": .integer(scoredTokenCount),
            "negativeLogLikelihood": .number(negativeLogLikelihood),
            "seconds": .number(seconds),
            "tokensPerSecond": .number(tokensPerSecond),
        ]
    }

    /// The results for people.
    var table: Table {
        var table = Table([.init("measure"), .init("value", .right)])
        table.append(["bits per byte", NumberFormat.decimal(bitsPerByte, places: 4)])
        table.append(["perplexity per token", NumberFormat.decimal(perplexity, places: 3)])
        table.append(["bytes", NumberFormat.count(byteCount)])
        table.append(["tokens", NumberFormat.count(tokenCount)])
        table.append(["tokens scored", NumberFormat.count(scoredTokenCount)])
        table.append(["speed", NumberFormat.rate(tokensPerSecond, unit: "tokens")])
        return table
    }
}
