internal import ArgumentParser

/// `tessera tokenizer`, as far as the lab runs it.
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Look inside tokenizers, by what only the lab can compute.",
        subcommands: [MixtureCommand.self]
    )
}
