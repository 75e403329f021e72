internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraVocabulary

/// `tessera tokenizer count`: the counting half of training, for one shard of a corpus.
struct CountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Count the pieces of texts, for tokenizer train --counts.",
        discussion: """
            Writes one line for each piece: the piece, a tab and how often it occurs. Counts of any number of shards \
            are added by train, or by any tool that adds numbers by line; the tokenizer is the same as from all \
            texts at once.
            """
    )

    @OptionGroup var texts: CorpusOptions
    @OptionGroup var result: OutputOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Where to write the counts; - is standard output.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "The kind of tokenizer that will be trained; tells what --split and --normalizer are when left out.",
            valueName: "bpe|unigram|wordpiece"))
    var model = ModelKind.bpe

    func run() throws {
        guard !texts.files.isEmpty else {
            throw LocatedError(
                field: "FILES", problem: "there is no text to count",
                remedy: "name files, or - for standard input")
        }
        guard model != .lessIsBetter else {
            throw LocatedError(
                field: "--model", problem: "less-is-better learns from texts in order, and not from counts",
                remedy: "train on the texts: tokenizer train --model less-is-better")
        }
        let bar = ProgressBar()
        defer { bar.clear() }
        let clock = ContinuousClock()
        let begun = clock.now
        let normalizer = try texts.normalizer(standard: model.normalizer)
        let preTokenizer = try texts.preTokenizer(standard: model.split)
        if output == "-" {
            try forEachPieceCountLines(
                of: try texts.corpus(), normalizer: normalizer, preTokenizer: preTokenizer,
                options: try texts.counting(), progress: bar.progress, cancellation: Interruption.cancellation
            ) { lines throws(LocatedError) in
                bar.clear()
                try StandardOutput.standard.write(lines)
            }
            return
        }
        let counted = try writePieceCounts(
            of: try texts.corpus(), normalizer: normalizer, preTokenizer: preTokenizer, to: output,
            options: try texts.counting(), progress: bar.progress, cancellation: Interruption.cancellation)
        bar.clear()
        let seconds = (clock.now - begun).inSeconds
        if result.json {
            try writeJSON([
                "counts": .string(output), "textCount": .integer(counted.textCount),
                "byteCount": .integer(counted.byteCount), "seconds": .number(seconds),
            ])
        } else {
            try write(
                "\(NumberFormat.count(counted.textCount)) texts of \(NumberFormat.bytes(counted.byteCount)) counted "
                    + "in \(NumberFormat.duration(seconds)): \(output)\n")
        }
    }
}

/// The kinds of tokenizers that are trained.
enum ModelKind: String, ExpressibleByArgument, CaseIterable {
    case bpe, unigram, wordpiece
    case lessIsBetter = "less-is-better"
}
