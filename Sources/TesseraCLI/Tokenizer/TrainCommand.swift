internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// `tessera tokenizer train`: a tokenizer from text.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a tokenizer on text, JSON lines or counts.",
        discussion: """
            Byte-level BPE with GPT-2's rule unless told otherwise. The merges are those of Hugging Face tokenizers. \
            The tokenizer is the same for any number of threads, any memory, and after any stop with --work.

            less-is-better learns a ranked lexicon of subwords, words and expressions of several words, epoch by epoch; \
            its file keeps the state, and --resume goes on with it.
            """
    )

    @OptionGroup var texts: CorpusOptions
    @OptionGroup var result: OutputOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Where to write: a folder, or a file whose name ends in .json, .tiktoken, .model or .gguf.",
            valueName: "path"))
    var output: String

    @Option(help: ArgumentHelp("The algorithm.", valueName: "bpe|unigram|wordpiece|less-is-better"))
    var model = ModelKind.bpe

    @Option(
        name: [.customShort("n"), .long],
        help: "Tokens of the vocabulary, special ones included; 32,000 when left out.")
    var vocabSize: Int?

    @Option(help: ArgumentHelp("A special token; more than once for several.", valueName: "token"))
    var special: [String] = []

    @Option(help: ArgumentHelp("The special token for text that has none.", valueName: "token"))
    var unknown: String?

    @Option(help: "Pairs that occur fewer times are not merged (bpe, wordpiece).")
    var minFrequency = 0

    @Option(help: "Pieces that occur fewer times are left out.")
    var minPieceCount = 1

    @Option(help: "The most characters of the alphabet; the rarest are left out.")
    var alphabetLimit: Int?

    @Option(help: "Longest token: max_token_length of Hugging Face for bpe, characters for unigram.")
    var tokenLength: Int?

    @Flag(help: "Add the 256 tokens of single bytes, for characters that have no token (bpe, unigram).")
    var byteFallback = false

    @Option(help: ArgumentHelp("What tokens inside a word begin with (bpe, wordpiece).", valueName: "text"))
    var continuingPrefix: String?

    @Option(help: ArgumentHelp("What the last token of a word ends with (bpe).", valueName: "text"))
    var endSuffix: String?

    @Option(
        name: .customLong("superbpe-from"),
        help: ArgumentHelp(
            "SuperBPE: from this many tokens on, merge over the borders of words (bpe).", valueName: "tokens")
    )
    var superwordsFrom: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Train on counts that tokenizer count wrote instead of texts.", valueName: "file"))
    var counts: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Further texts, as FILES.", valueName: "files"))
    var corpus: [String] = []

    @OptionGroup(title: "Less-is-better") var lexicon: LessIsBetterFlags

    mutating func run() throws {
        texts.files += corpus
        guard texts.files.isEmpty != counts.isEmpty else {
            throw LocatedError(
                field: "FILES",
                problem: counts.isEmpty ? "there is nothing to train on" : "there are counts too",
                remedy: "name texts, or counts with --counts")
        }
        // What cannot be written is told before the work begins.
        guard TokenizerSaver.Format(path: output) != nil else {
            throw LocatedError(
                file: output, problem: "its name does not tell the format",
                remedy: "name a folder, or a file that ends in .json, .tiktoken, .model or .gguf")
        }
        let counting = try texts.counting()
        let bar = ProgressBar()
        defer { bar.clear() }
        let clock = ContinuousClock()
        let begun = clock.now
        var trained = try train(counting, bar)
        bar.clear()
        let seconds = (clock.now - begun).inSeconds
        let saved = try TokenizerSaver.save(trained.definition, to: output)
        if trained.tokenCount == nil, !texts.files.contains("-"), counts.isEmpty {
            trained.tokenCount = try countTokens(
                of: try texts.corpus(), with: trained.definition, threads: counting.threads,
                progress: bar.progress,
                cancellation: Interruption.cancellation)
            bar.clear()
        }
        try report(trained, saved, seconds: seconds)
    }

    private func train(_ counting: CountingOptions, _ bar: ProgressBar) throws -> TrainedTokenizer {
        // Only less-is-better goes on with a tokenizer, so that says what the model is.
        if model == .lessIsBetter || lexicon.resume != nil && model == .bpe {
            return try trainLessIsBetter(bar)
        }
        guard lexicon.resume == nil else {
            throw LocatedError(
                field: "--resume", problem: "only less-is-better goes on with a tokenizer",
                remedy: "leave out --model, or keep the state of other models with --work")
        }
        let settings = try self.settings()
        if counts.isEmpty {
            return try trainTokenizer(
                settings, on: try texts.corpus(), options: counting, progress: bar.progress,
                cancellation: Interruption.cancellation)
        }
        return try trainTokenizer(
            settings, onCounts: counts, options: counting, progress: bar.progress,
            cancellation: Interruption.cancellation)
    }

    private func settings() throws(LocatedError) -> TrainingSettings {
        let kind: TrainingSettings.Model
        switch model {
        case .bpe:
            var bytePair = TrainingSettings.BytePair()
            bytePair.continuingPrefix = continuingPrefix ?? ""
            bytePair.endSuffix = endSuffix ?? ""
            bytePair.tokenLength = tokenLength
            bytePair.fallsBackToBytes = byteFallback
            bytePair.superwordsFrom = superwordsFrom
            if let grouping = try texts.digitGrouping() {
                bytePair.superwordPreTokenizer = try .grouping(
                    digits: grouping, before: bytePair.superwordPreTokenizer)
            }
            kind = .bytePair(bytePair)
        case .unigram:
            var unigram = TrainingSettings.Unigram()
            if let tokenLength { unigram.tokenLength = tokenLength }
            unigram.fallsBackToBytes = byteFallback
            kind = .unigram(unigram)
        // Trained elsewhere.
        case .lessIsBetter, .wordpiece:
            var wordPiece = TrainingSettings.WordPiece()
            if let continuingPrefix { wordPiece.continuingPrefix = continuingPrefix }
            kind = .wordPiece(wordPiece)
        }
        var settings = TrainingSettings(
            kind, vocabularySize: vocabSize ?? 32_000,
            normalizer: try texts.normalizer(standard: model.normalizer),
            preTokenizer: try texts.preTokenizer(standard: model.split))
        settings.specialTokens = special.isEmpty ? model.specialTokens : special
        settings.unknownToken = unknown ?? (special.isEmpty ? model.unknownToken : nil)
        settings.smallestCount = minFrequency
        settings.smallestPieceCount = minPieceCount
        settings.alphabetLimit = alphabetLimit
        return settings
    }

    private func report(
        _ trained: TrainedTokenizer, _ saved: TokenizerSaver.Outcome, seconds: Double
    ) throws(LocatedError) {
        let definition = trained.definition
        let vocabularySize = definition.model.vocabulary.count
        if result.json {
            try writeJSON([
                "files": .array(saved.files.map(JSONValue.string)),
                "losses": .array(saved.losses.map(JSONValue.string)),
                "model": .string(definition.modelDescription), "vocabularySize": .integer(vocabularySize),
                "mergeCount": JSONValue(definition.mergeCount), "textCount": .integer(trained.textCount),
                "byteCount": .integer(trained.byteCount), "pieceCount": .integer(trained.pieceCount),
                "tokenCount": JSONValue(trained.tokenCount),
                "bytesPerToken": JSONValue(trained.bytesPerToken),
                "seconds": .number(seconds),
            ])
            return
        }
        var table = Table([.init("measure"), .init("value", .right)])
        table.append(["model", definition.modelDescription])
        table.append(["vocabulary", "\(NumberFormat.count(vocabularySize)) tokens"])
        if let merges = definition.mergeCount { table.append(["merges", NumberFormat.count(merges)]) }
        table.append([
            "text",
            "\(NumberFormat.count(trained.textCount)) texts, \(NumberFormat.bytes(trained.byteCount))",
        ])
        if trained.pieceCount > 0 {
            table.append(["different pieces", NumberFormat.count(trained.pieceCount)])
        }
        if let bytesPerToken = trained.bytesPerToken {
            table.append(["bytes per token", NumberFormat.decimal(bytesPerToken, places: 3)])
        }
        table.append(["time", NumberFormat.duration(seconds)])
        try write(table.text())
        for loss in saved.losses { try write("not in the file: \(loss)\n") }
        try write("written: \(saved.files.joined(separator: ", "))\n")
    }
}

extension ModelKind {
    /// The rule that cuts when none is named.
    var split: String {
        switch self {
        case .bpe: "gpt2"
        case .lessIsBetter: "none"
        case .unigram: "metaspace"
        case .wordpiece: "bert"
        }
    }

    /// The normalizer when none is named.
    var normalizer: Normalizer? {
        switch self {
        case .bpe, .lessIsBetter: nil
        // As SentencePiece's `nmt_nfkc`, but for what its table has beyond NFKC.
        case .unigram:
            .sequence([.nmt, .unicode(.compatibleComposed), .replace(.expression(" {2,}"), with: " ")])
        case .wordpiece: .bert(cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: true)
        }
    }

    /// The special tokens when none is named.
    var specialTokens: [String] {
        switch self {
        case .bpe, .lessIsBetter: ["<|endoftext|>"]
        case .unigram: ["<unk>", "<s>", "</s>"]
        case .wordpiece: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        }
    }

    /// The unknown token among them.
    var unknownToken: String? {
        switch self {
        case .bpe, .lessIsBetter: nil
        case .unigram: "<unk>"
        case .wordpiece: "[UNK]"
        }
    }
}
