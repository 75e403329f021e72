internal import ArgumentParser
internal import TesseraConsole
internal import TesseraFiles
internal import TesseraStudies

/// `tessera study systems`: the published systems and how far each has come.
struct StudySystemsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "systems",
        abstract: "Show all published systems, the commands that run them and the verdicts of their studies.")

    @Flag(help: "Write Documentation/Systems.md of the checkout instead of printing it.")
    var write = false

    func run() throws {
        let folder = try StudyFolder.require(or: "--write")
        let page = try SystemsPage(recordsIn: folder.records)
        if write {
            try writeAtomically(page.markdown, to: folder.systemsPage)
            try StandardOutput.standard.write("written: \(folder.systemsPage)\n")
        } else {
            try StandardOutput.standard.write(page.markdown)
        }
    }
}
