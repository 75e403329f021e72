internal import ArgumentParser
internal import TesseraConsole
internal import TesseraFiles
internal import TesseraStudies

/// `tessera study report`: all records on one page.
struct StudyReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write all records of studies as one HTML page that loads nothing.")

    @Option(
        help: ArgumentHelp(
            "The folder of records; Documentation/Studies of the checkout.", valueName: "folder"))
    var records: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Write the page here.", valueName: "file"))
    var output = "studies.html"

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let folder = try records ?? StudyFolder.require(or: "--records").records
        let page = try StudiesPage(recordsIn: folder)
        try writeAtomically(page.html, to: output)
        if json {
            let value: JSONValue = [
                "file": .string(output), "studies": .array(page.names.map { .string($0) }),
            ]
            try StandardOutput.standard.write(value.serialized() + "\n")
        } else {
            try StandardOutput.standard.write("\(page.names.count) studies written to \(output)\n")
        }
    }
}
