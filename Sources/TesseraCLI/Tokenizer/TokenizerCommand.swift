internal import ArgumentParser

/// `tessera tokenizer`: the token-side verbs, none of which opens a model's weights.
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Cut text into tokens, put it together again, look inside.",
        subcommands: [EncodeCommand.self, DecodeCommand.self, InspectCommand.self]
    )
}
