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
            is read in overlapping windows and every token scored once.
            """
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Tokens the model sees at once; at most its context.", valueName: "tokens"))
    var window: Int?

    @Option(
        help: ArgumentHelp(
            "Tokens from one window to the next; half a window when left out.", valueName: "tokens"))
    var stride: Int?

    @Argument(help: "A UTF-8 text file, or - for standard input.")
    var file = "-"

    func run() throws {
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
