internal import ArgumentParser

/// `tessera study`: the experiments of the papers.
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Run the experiments of the papers.",
        discussion: """
            A study puts the claim of a paper to the test, with thresholds that were fixed before. Full runs need texts \
            and tokenizers that Scripts/setup.sh fetches; --small runs check what must hold exactly, in seconds.
            """,
        subcommands: [
            StudyListCommand.self, StudyRunCommand.self, StudyReportCommand.self, StudySystemsCommand.self,
        ]
    )
}
