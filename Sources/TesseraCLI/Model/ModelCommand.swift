internal import ArgumentParser

/// `tessera model`: models as files.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Fetch a model, look inside one, or write it in another format.",
        subcommands: [InfoCommand.self, FetchCommand.self, ModelConvertCommand.self, QuantizeCommand.self])
}
