internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraTokenizers

/// How a prompt is continued that ends inside a token.
struct ByteFlags: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Draw bytes, not tokens: exact where the prompt ends inside a token; -n counts bytes."))
    var bytes = false

    @Flag(help: "Take the prompt's last token back and begin with one that spells it and may go on.")
    var heal = false

    @Option(
        help: ArgumentHelp(
            "With --bytes: another model, of any vocabulary, that predicts the text too; may be given more than once.",
            valueName: "model"))
    var ensemble: [String] = []

    @Option(
        help: ArgumentHelp(
            "With --ensemble: how probabilities become one.", valueName: "mean|product"))
    var ensembleRule = "mean"

    @Option(
        help: ArgumentHelp(
            "With --bytes: write what stands between the prompt and this text, for models trained for it.",
            valueName: "file"))
    var suffix: String?

    @Option(
        help: ArgumentHelp(
            "With --bytes: print the most likely next bytes, and do not generate.", valueName: "count"))
    var next: Int?

    @Flag(help: "With --bytes: do not test whether the tokenizer would make the tokens that may come next.")
    var fast = false

    func validate() throws {
        if bytes, heal { throw ValidationError("give one of --bytes and --heal: --bytes needs no healing") }
        for (isGiven, name) in [
            (!ensemble.isEmpty, "--ensemble"), (suffix != nil, "--suffix"), (next != nil, "--next"),
            (fast, "--fast"),
        ] where isGiven && !bytes {
            throw ValidationError("\(name) needs --bytes")
        }
        if suffix != nil, !ensemble.isEmpty { throw ValidationError("give one of --suffix and --ensemble") }
        guard ByteEnsemble.Rule(rawValue: ensembleRule) != nil else {
            throw ValidationError("--ensemble-rule is mean or product")
        }
        if let next, next < 1 { throw ValidationError("--next needs a count of at least 1") }
    }

    /// Whether the text is not generated token by token from the whole prompt.
    var changesGeneration: Bool { bytes || heal }

    /// The constraint and the shorter prompt of --heal; nil without it.
    func healing(_ tokens: [TokenID], _ loaded: ModelOptions.Loaded) throws(LocatedError) -> TokenHealing? {
        guard heal else { return nil }
        let tokenizer = loaded.tokenizer.tokenizer
        return TokenHealing(tokens, tokenizer: tokenizer, vocabulary: try ByteVocabulary(tokenizer))
    }

    /// A reader of bytes of a model.
    private func reader(_ loaded: ModelOptions.Loaded, context: Int?) throws -> ExactBytes<DecoderModel> {
        let tokenizer = loaded.tokenizer.tokenizer
        return try ExactBytes(
            model: loaded.model, tokenizer: tokenizer, vocabulary: ByteVocabulary(tokenizer),
            capacity: context, effort: fast ? .fast : .bounded)
    }

    /// The models that predict a text together, read up to its end.
    ///
    /// - Throws: `CancelledError` when stopped.
    func start(
        _ prompt: [UInt8], _ loaded: ModelOptions.Loaded, model: ModelOptions, context: Int?
    ) throws -> any ByteSource {
        let after = try suffix.map { try InputText(path: $0).bytes }
        let bar = ProgressBar()
        defer { bar.clear() }
        var first = try reader(loaded, context: context)
        if let after {
            guard
                try first.start(
                    between: prompt, and: after, FillInTheMiddle(loaded.tokenizer.tokenizer),
                    cancellation: Interruption.cancellation, progress: bar.progress)
            else { throw CancelledError() }
            return first
        }
        var source: any ByteSource = first
        if !ensemble.isEmpty {
            let others = try ensemble.map { name in
                var options = model
                options.model = name
                return try reader(try options.load(), context: context)
            }
            source = try ByteEnsemble(
                [first] + others, rule: ByteEnsemble.Rule(rawValue: ensembleRule) ?? .mean)
        }
        guard
            try source.start(
                with: prompt, special: .asTokens, cancellation: Interruption.cancellation,
                progress: bar.progress)
        else { throw CancelledError() }
        return source
    }
}
