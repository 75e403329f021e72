internal import ArgumentParser

/// `tessera tokenizer`: the token-side verbs, none of which opens a model's weights.
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Cut text into tokens and back; train, convert, look inside.",
        subcommands: [
            EncodeCommand.self, DecodeCommand.self, InspectCommand.self, TrainCommand.self, CountCommand.self,
            ConvertCommand.self, EditCommand.self, VerifyCommand.self, CompareCommand.self,
            MixtureVerb.self,
        ]
    )
}
