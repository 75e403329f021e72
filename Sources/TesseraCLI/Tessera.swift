internal import ArgumentParser

/// The command `tessera`.
struct Tessera: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tessera",
        abstract: "Everything about the token in language models.",
        discussion: """
            Cuts text into tokens, runs the models that read them, and measures both. \
            Start with `tessera demo`.
            """,
        version: version,
        subcommands: [
            DemoCommand.self, TokenizerCommand.self, RomanizeCommand.self, GenerateCommand.self,
            ChatCommand.self, GrammarCommand.self, AttributeCommand.self, ServeVerb.self,
            EvaluateCommand.self,
            BenchCommand.self,
            ModelCommand.self, TrainVerb.self, StudyVerb.self, LabVerb.self,
        ]
    )

    static let version = "0.1.0"
}
