internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraGrammar
internal import TesseraTemplates
internal import TesseraTokenizers

/// `tessera chat`: a conversation with a model.
struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk with a model, turn by turn.",
        discussion: """
            Each line of standard input is a message; the reply streams to standard output. Ends with the input \
            (Ctrl-D). The conversation is kept in the model's cache, so a turn costs only its new tokens; when it \
            outgrows the context, the oldest turns are forgotten and standard error says so.
            """
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var generation: GenerationFlags
    @OptionGroup var output: OutputOptions
    @OptionGroup var grammar: GrammarFlags
    @OptionGroup var drafts: DraftFlags

    @Option(help: "A message that sets the scene.")
    var system: String?

    @Flag(help: "Tell speeds on standard error after each reply.")
    var stats = false

    func run() throws {
        let options = generation.options(defaultMaximum: nil)
        try options.validate()
        // A mistake in it is told before the model is loaded.
        let wanted = try grammar.source()?.grammar()
        let loaded = try model.load()
        let constraint = try wanted.map { try GrammarFlags.constraint($0, for: loaded.tokenizer.tokenizer) }
        var session = try ChatSession(
            model: loaded.model, tokenizer: loaded.tokenizer.tokenizer,
            template: try loaded.tokenizer.requireChatTemplate(), system: system, options: options,
            constraint: constraint, capacity: generation.context,
            drafting: try drafts.drafting(for: loaded, sampling: options.sampling))
        let isConversation = Terminal.standardInputIsTerminal && !output.json
        if isConversation { writeToStandardError("\(loaded.location.name) · Ctrl-D ends the conversation\n") }

        var reader = LineReader()
        while true {
            if isConversation { writeToStandardError("> ") }
            guard let line = try reader.next() else { break }
            if line.allSatisfy(\.isWhitespace) { continue }
            let bar = ProgressBar()
            defer { bar.clear() }
            let answer = Result { () throws(LocatedError) in
                try session.reply(
                    to: line, cancellation: Interruption.cancellation, progress: bar.progress
                ) { piece throws(LocatedError) in
                    bar.clear()
                    if !output.json { try StandardOutput.standard.stream(piece) }
                }
            }
            if isConversation, case .failure(let error) = answer {
                // The conversation is as it was, so a person may say it another way.
                bar.clear()
                writeToStandardError("error: \(error)\n")
                continue
            }
            let reply = try answer.get()
            bar.clear()
            if output.json {
                try writeJSON(reply.generation.json)
                try StandardOutput.standard.flush()
            } else {
                try StandardOutput.standard.stream("\n")
            }
            if reply.forgottenMessageCount > 0 {
                writeToStandardError(
                    "(forgot the oldest \(reply.forgottenMessageCount) messages to make room)\n")
            }
            if stats { writeToStandardError(reply.generation.summary + "\n") }
            try drafts.save(session.drafting, for: loaded)
            try Interruption.cancellation.check()
        }
        if isConversation { writeToStandardError("\n") }
    }
}
