internal import ArgumentParser

/// The verbs of `tessera` that stand on libtorch; `tessera` hands over to this program, and people name that one.
struct TesseraLab: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tessera",
        abstract: "The verbs of tessera that train and study.",
        subcommands: [
            TrainCommand.self, StudyCommand.self, TokenizerCommand.self, LabCommand.self,
        ]
    )
}
