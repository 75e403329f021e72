internal import ArgumentParser
internal import TesseraAnalysis
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraGrammar
internal import TesseraReport
internal import TesseraTemplates
internal import TesseraTokenizers

/// `tessera generate`: continue a prompt.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Continue a text, or answer it with --chat.",
        discussion: """
            The text streams to standard output as it is made. Without a prompt, or with -, the prompt is read \
            from standard input. A prompt that ends inside a word is continued best with --bytes, which predicts the \
            next bytes exactly, or with --heal, which is as fast as usual and undoes one token.
            """
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var generation: GenerationFlags
    @OptionGroup var output: OutputOptions
    @OptionGroup var grammar: GrammarFlags
    @OptionGroup var cache: CacheFlags
    @OptionGroup var bytes: ByteFlags
    @OptionGroup var drafts: DraftFlags

    @Flag(help: "Wrap the prompt in the model's chat template, as a message from the user.")
    var chat = false

    @Option(help: "With --chat: a message that sets the scene.")
    var system: String?

    @Option(
        help: ArgumentHelp(
            "Write the numbers of the prompt in groups, such as r2l:3:, for 1,234,567: models that cut numbers from "
                + "the left add them up better so.", valueName: "rule"))
    var regroupDigits: String?

    @Flag(help: "Print the prompt with its numbers in groups, and do not generate.")
    var dryRun = false

    @Flag(help: "Tell speeds on standard error when done.")
    var stats = false

    @Argument(help: "The text to go on from, or - for standard input.")
    var prompt = "-"

    func validate() throws {
        if system != nil, !chat { throw ValidationError("--system needs --chat") }
        if bytes.changesGeneration, grammar.isGiven {
            throw ValidationError("a grammar needs tokens: leave out --bytes and --heal")
        }
        if bytes.bytes, cache.cachePolicy != nil || drafts.isGiven {
            throw ValidationError("cache policies and drafts need tokens: leave out --bytes")
        }
        if !bytes.ensemble.isEmpty || bytes.suffix != nil, chat {
            throw ValidationError("--chat is for one model that continues a conversation")
        }
        if dryRun, regroupDigits == nil { throw ValidationError("--dry-run needs --regroup-digits") }
        if cache.cachePolicy != nil, drafts.isGiven {
            throw ValidationError("--cache-policy and drafts exclude each other")
        }
    }

    func run() throws {
        let options = generation.options(defaultMaximum: 256)
        try options.validate()
        let rewriter = try regroupDigits.map { rule throws(LocatedError) in
            DigitRewriter(try NumberStyle(parsing: rule))
        }
        func promptText() throws -> String {
            let text = prompt == "-" ? try InputText(path: "-").text : prompt
            return rewriter?.rewrite(text) ?? text
        }
        if dryRun {
            let text = try promptText()
            return try write(text.hasSuffix("\n") ? text : text + "\n")
        }
        // Mistakes in these are told before the model is loaded.
        let evictions = try cache.options(stepCount: options.maximumTokens ?? 256, seed: generation.seed)
        guard evictions.count <= 1 else {
            throw LocatedError(
                field: "--cache-policy", problem: "a text has one policy and one budget",
                remedy: "compare several with: tessera evaluate --cache-policy")
        }
        let wanted = try grammar.source()?.grammar()
        let loaded = try model.load()
        let constraint = try wanted.map { try GrammarFlags.constraint($0, for: loaded.tokenizer.tokenizer) }
        let text = try rendered(try promptText(), loaded)
        if bytes.bytes { return try generateByBytes(text, loaded, options: options) }
        let tokens = loaded.tokenizer.tokenizer.promptTokens(of: text)
        let healing = try bytes.healing(tokens, loaded)
        let limits: (any LogitConstraint)? = if let healing { healing } else { constraint }
        let kept = healing?.prompt.count ?? tokens.count

        let tokenizer = loaded.tokenizer.tokenizer
        // What the tokens of the prompt that do not stay spell is generated again, and not shown.
        let taken = tokenizer.decodedBytes(of: tokens[kept...]).count
        var known = taken
        let bar = ProgressBar()
        defer { bar.clear() }
        func show(_ piece: String) throws(LocatedError) {
            bar.clear()
            let new = piece.utf8.dropFirst(known)
            known -= piece.utf8.count - new.count
            if !output.json { try StandardOutput.standard.stream(String(Substring(new))) }
        }
        var result: Generation
        var memory: EvictionUse?
        if let eviction = evictions.first {
            var read = try ReadText(model: eviction.evicting(loaded.model), capacity: generation.context)
            result = try TesseraDecoding.generate(
                from: Array(tokens[..<kept]), in: &read, tokenizer: tokenizer, options: options,
                constraint: limits, cancellation: Interruption.cancellation, progress: bar.progress,
                show: show)
            memory = read.cache.use
        } else {
            var drafting = try drafts.drafting(for: loaded, sampling: options.sampling)
            var read = try ReadText(model: loaded.model, capacity: generation.context)
            result = try TesseraDecoding.generate(
                from: Array(tokens[..<kept]), in: &read, drafting: &drafting, tokenizer: tokenizer,
                options: options, constraint: limits, cancellation: Interruption.cancellation,
                progress: bar.progress, show: show)
            try drafts.save(drafting, for: loaded)
        }
        bar.clear()
        result.text = String(Substring(result.text.utf8.dropFirst(taken)))
        if output.json {
            var members = result.members
            members["cache"] = memory?.json
            try writeJSON(.object(members))
        } else {
            try write("\n")
        }
        if stats {
            writeToStandardError(result.summary + "\n")
            if let memory { writeToStandardError(memory.summary + "\n") }
        }
        try Interruption.cancellation.check()
    }

    /// The prompt as the model reads it.
    private func rendered(_ text: String, _ loaded: ModelOptions.Loaded) throws(LocatedError) -> String {
        guard chat else { return text }
        let template = try loaded.tokenizer.requireChatTemplate()
        let opening = system.map { [ChatMessage(role: "system", content: $0)] } ?? []
        return try template.render(
            messages: opening + [ChatMessage(role: "user", content: text)], addGenerationPrompt: true)
    }
}

extension Generation {
    /// The counts, speeds and reason on one line.
    var summary: String {
        var parts = ["\(NumberFormat.count(promptTokenCount)) prompt tokens"]
        if let rate = promptTokensPerSecond { parts[0] += " at \(NumberFormat.significant(rate))/s" }
        parts.append("\(NumberFormat.count(tokens.count)) generated")
        if let rate = generatedTokensPerSecond { parts[1] += " at \(NumberFormat.significant(rate))/s" }
        if let drafts, let perPass = tokensPerPass {
            parts.append(
                "\(NumberFormat.decimal(perPass, places: 2)) tokens a pass, "
                    + "\(NumberFormat.count(drafts.accepted)) of \(NumberFormat.count(drafts.drafted)) drafts held"
            )
            if drafts.tolerated > 0 {
                parts.append("\(NumberFormat.count(drafts.tolerated)) other than the model's own")
            }
        }
        if let first = firstTokenSeconds { parts.append("first after \(NumberFormat.duration(first))") }
        parts.append("stopped: \(stopReason.rawValue)")
        return parts.joined(separator: " · ")
    }

    /// Everything, for machines.
    var json: JSONValue { .object(members) }

    /// The members of that.
    var members: JSONObject {
        var object: JSONObject = [
            "text": .string(text),
            "tokens": JSONValue(tokens),
            "stopReason": .string(stopReason.rawValue),
            "prompt": [
                "tokens": .integer(promptTokenCount),
                "reusedTokens": .integer(reusedTokenCount),
                "seconds": .number(promptSeconds),
                "tokensPerSecond": JSONValue(promptTokensPerSecond),
            ],
            "generation": [
                "tokens": .integer(tokens.count),
                "seconds": .number(generationSeconds),
                "firstTokenSeconds": JSONValue(firstTokenSeconds),
                "tokensPerSecond": JSONValue(generatedTokensPerSecond),
            ],
        ]
        if let drafts {
            object["drafts"] = [
                "passes": .integer(drafts.passes),
                "drafted": .integer(drafts.drafted),
                "accepted": .integer(drafts.accepted),
                "tolerated": .integer(drafts.tolerated),
                "tokensPerPass": JSONValue(tokensPerPass),
            ]
        }
        return object
    }
}
