internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTemplates
internal import TesseraTokenizers

/// `tessera demo`: the main jobs on real input.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show the main jobs on real input; ask your own question.",
        discussion: "Everything shown is computed now, by the model and its tokenizer: nothing is canned."
    )

    @OptionGroup var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "A question for the model.")
    var question = "Why is the sky blue?"

    func run() throws {
        let loaded = try model.load()
        let bill = LanguageBill(tokenizer: loaded.tokenizer.tokenizer)
        if output.json {
            let reply = try answer(loaded) { _ throws(LocatedError) in }
            try writeJSON([
                "languages": bill.json, "question": .string(question), "answer": reply.json,
                "evaluation": try measure(loaded).json,
            ])
            return
        }

        let vocabulary = NumberFormat.count(loaded.tokenizer.tokenizer.vocabularySize)
        try show(
            """
            1. What the same paragraph costs in twelve languages
               \(loaded.location.name), \(vocabulary) tokens in the vocabulary

            \(bill.table.text())
            2. A question, answered on \(loaded.threadCount) threads (\(loaded.instructionSetName))

            > \(question)

            """)
        let reply = try answer(loaded) { piece throws(LocatedError) in
            try StandardOutput.standard.stream(piece)
        }
        let evaluation = try measure(loaded)
        try show(
            """

              \(reply.summary)

            3. How well the model predicts the English paragraph

            \(evaluation.table.text())
            Next, try:
              \(program) demo "Your own question?"
              \(program) chat
              \(program) generate "Once upon a time" --temperature 0.8 --seed 7 --stats
              echo "Hello, world" | \(program) tokenizer inspect -
              \(program) evaluate README.md
              \(program) model info
              \(program) --help

            """)
    }

    /// The program as it was called, so that the next commands can be pasted.
    private var program: String { CommandLine.arguments.first ?? "tessera" }

    private func show(_ text: String) throws(LocatedError) {
        try StandardOutput.standard.stream(text)
    }

    private func answer(
        _ loaded: ModelOptions.Loaded, show: (String) throws(LocatedError) -> Void
    ) throws -> Generation {
        var session = try ChatSession(
            model: loaded.model, tokenizer: loaded.tokenizer.tokenizer,
            template: try loaded.tokenizer.requireChatTemplate(),
            options: GenerationOptions(maximumTokens: 200), capacity: min(2_048, loaded.model.contextLength))
        let reply = try session.reply(to: question, cancellation: Interruption.cancellation, show: show)
        try Interruption.cancellation.check()
        return reply.generation
    }

    private func measure(_ loaded: ModelOptions.Loaded) throws -> Evaluation {
        try evaluate(
            Array(DemoTexts.english.utf8), model: loaded.model, tokenizer: loaded.tokenizer.tokenizer,
            cancellation: Interruption.cancellation)
    }
}

/// What the demo's paragraph costs in each language with one tokenizer.
struct LanguageBill {
    private let rows: [(language: String, characters: Int, bytes: Int, tokens: Int)]

    init(tokenizer: any Tokenizer) {
        rows = DemoTexts.paragraphs.map { language, text in
            (language, text.count, text.utf8.count, tokenizer.encode(text, special: .asText).count)
        }
    }

    private var englishTokens: Int { max(1, rows.first?.tokens ?? 1) }

    var table: Table {
        var table = Table([
            .init("language"), .init("characters", .right), .init("bytes", .right), .init("tokens", .right),
            .init("× English", .right), .init(""),
        ])
        let most = max(1, rows.map(\.tokens).max() ?? 1)
        for row in rows {
            table.append([
                row.language, NumberFormat.count(row.characters), NumberFormat.count(row.bytes),
                NumberFormat.count(row.tokens),
                NumberFormat.decimal(Double(row.tokens) / Double(englishTokens), places: 2),
                String(repeating: "█", count: max(1, row.tokens * 30 / most)),
            ])
        }
        return table
    }

    var json: JSONValue {
        .array(
            rows.map { row in
                [
                    "language": .string(row.language), "characters": .integer(row.characters),
                    "bytes": .integer(row.bytes), "tokens": .integer(row.tokens),
                ]
            })
    }
}
