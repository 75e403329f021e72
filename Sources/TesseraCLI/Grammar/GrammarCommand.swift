internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraGrammar
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera grammar`: grammars without a model.
struct GrammarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grammar", abstract: "Check grammars, and texts against them.",
        subcommands: [GrammarCheckCommand.self, GrammarAcceptsCommand.self])
}

/// Which grammar a command reads: GBNF, or a JSON Schema when the file's name ends in `.json`.
struct GrammarFile: ParsableArguments {
    @Argument(help: "A GBNF or EBNF grammar, or a JSON Schema (.json).")
    var file: String

    /// Reads the file.
    func source() throws -> GrammarSource {
        let input = try InputText(path: file, limitInBytes: GrammarLimits().sourceBytes)
        return file.hasSuffix(".json")
            ? .jsonSchema(input.text, file: input.name) : .gbnf(input.text, file: input.name)
    }
}

/// `tessera grammar check`: whether a grammar can be used, and what it becomes.
struct GrammarCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell whether a grammar can be used, and what it becomes.")

    @OptionGroup var grammar: GrammarFile
    @OptionGroup var tokenizer: TokenizerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let grammar = try grammar.source().grammar()
        let vocabulary = TokenVocabulary(try tokenizer.load().tokenizer)
        let start = ContinuousClock.now
        let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary)
        let seconds = (ContinuousClock.now - start).inSeconds
        let statistics = compiled.statistics
        let example = String(decoding: GrammarMatcher(compiled).shortestCompletion, as: UTF8.self)
        if output.json {
            return try writeJSON([
                "rules": .integer(statistics.rules), "states": .integer(statistics.states),
                "masks": .integer(statistics.masks), "dependentTokens": .integer(statistics.dependentTokens),
                "maskBytes": .integer(statistics.maskBytes), "tableBytes": .integer(statistics.tableBytes),
                "compileSeconds": .number(seconds), "shortestText": .string(example),
            ])
        }
        try write(
            """
            rules            \(NumberFormat.count(statistics.rules))
            states           \(NumberFormat.count(statistics.states))
            masks            \(NumberFormat.count(statistics.masks)), \(NumberFormat.count(statistics.maskBytes)) bytes
            tables           \(NumberFormat.count(statistics.tableBytes)) bytes
            dependent tokens \(NumberFormat.count(statistics.dependentTokens))
            compiled in      \(NumberFormat.duration(seconds))
            a shortest text  \(example)

            """)
    }
}

/// `tessera grammar accepts`: whether a text belongs to a grammar.
struct GrammarAcceptsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accepts", abstract: "Tell whether a text belongs to a grammar, and where it leaves it.",
        discussion: "Exits with 1 when it does not.")

    @OptionGroup var grammar: GrammarFile

    @Argument(help: "The text, or - for standard input.")
    var text: String

    func run() throws {
        let source = try grammar.source()
        let input = text == "-" ? try InputText(path: "-").bytes : Array(text.utf8)
        let vocabulary = TokenVocabulary(bytes: [], special: SpecialTokens())
        let compiled = try CompiledGrammar(source.grammar(), vocabulary: vocabulary, makesMasks: false)
        var matcher = GrammarMatcher(compiled)
        if let offset = try matcher.advance(input) {
            throw LocatedError(
                file: grammar.file, field: "byte \(offset)", problem: "the text leaves the grammar here",
                remedy: "compare the text with the grammar at this place")
        }
        guard matcher.canEnd else {
            let rest = String(decoding: matcher.shortestCompletion, as: UTF8.self)
            throw LocatedError(
                file: grammar.file, field: "byte \(input.count)", problem: "the text ends too early",
                remedy: "go on, for example with \(rest)")
        }
        try write("accepted\n")
    }
}
