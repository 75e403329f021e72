internal import ArgumentParser

/// `tessera model`: models as files.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Fetch a model, or look inside one.",
        subcommands: [InfoCommand.self, FetchCommand.self])
}
