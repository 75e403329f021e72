internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraGrammar
internal import TesseraTokenizers

/// The grammar that a generation must match.
struct GrammarFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Generate only texts of this GBNF or EBNF grammar.", valueName: "file"))
    var grammar: String?

    @Option(help: ArgumentHelp("Generate only JSON that this schema allows.", valueName: "file"))
    var jsonSchema: String?

    @Option(
        help: ArgumentHelp(
            "Generate only texts that this regular expression matches.", valueName: "expression"))
    var regex: String?

    @Option(
        help: ArgumentHelp(
            "With --json-schema: the space between the parts of the JSON.",
            valueName: "flexible|spaced|compact"))
    var spacing = "flexible"

    /// Refuses more than one grammar.
    func validate() throws {
        guard [grammar, jsonSchema, regex].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("give one of --grammar, --json-schema and --regex")
        }
    }

    /// The source of the grammar; nil when there is none.
    func source() throws -> GrammarSource? {
        let spacing = try choice(spacing, of: JSONSpacing.self, "--spacing")
        if let grammar {
            let input = try InputText(path: grammar, limitInBytes: GrammarLimits().sourceBytes)
            return .gbnf(input.text, file: input.name)
        }
        if let jsonSchema {
            let input = try InputText(path: jsonSchema, limitInBytes: GrammarLimits().sourceBytes)
            return .jsonSchema(input.text, spacing: spacing, file: input.name)
        }
        return regex.map { .regularExpression($0) }
    }

    /// The source of the grammar where a command cannot do without.
    func requiredSource() throws -> GrammarSource {
        guard let source = try source() else {
            throw LocatedError(
                field: "--grammar", problem: "there is no grammar",
                remedy: "give one of --grammar, --json-schema and --regex")
        }
        return source
    }

    /// The constraint that a grammar is for a generation.
    static func constraint(_ grammar: Grammar, for tokenizer: PipelineTokenizer) throws -> GrammarConstraint {
        // One generation needs few of the masks: they are made when it comes to them.
        GrammarConstraint(
            try CompiledGrammar(grammar, vocabulary: TokenVocabulary(tokenizer), makesMasks: false))
    }
}
