internal import ArgumentParser

/// `tessera lab`: what training runs on, and how fast.
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Show what the lab runs on, and how fast it trains.",
        subcommands: [LabInfoCommand.self, LabBenchCommand.self, LabLogitsCommand.self],
        defaultSubcommand: LabInfoCommand.self
    )
}
