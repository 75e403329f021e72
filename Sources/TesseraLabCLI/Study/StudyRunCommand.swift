internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraStudies

/// `tessera study run`: one experiment, or all.
struct StudyRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a study and hold what it measures against its thresholds.",
        discussion: """
            A full run writes NAME.json, NAME.svg and NAME.md to Documentation/Studies of the checkout, or to --output. \
            When its verdict differs from the one on record there, the record stays, the run is written beside it as \
            NAME-new, and the exit status is 1; --accept puts it in the record's place. --small takes seconds, writes \
            only to --output, and fails when something that must hold exactly does not.
            """)

    @Argument(help: ArgumentHelp("The study; see tessera study list.", valueName: "name"))
    var name: String?

    @Flag(help: "Run all studies one after another, those that train no network first.")
    var all = false

    @Flag(help: "Check properties and exactness only: five seconds at most, nothing fetched.")
    var small = false

    @Option(help: "What all random numbers follow from.")
    var seed: UInt64 = 1

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to this folder.", valueName: "folder"))
    var output: String?

    @Flag(help: "Replace the record even when the verdict differs.")
    var accept = false

    @Flag(help: "Print one JSON object for each study.")
    var json = false

    func validate() throws {
        guard (name == nil) == all else {
            throw ValidationError(all ? "Name one study, or give --all." : "Name a study, or give --all.")
        }
    }

    func run() throws {
        let studies = try name.map { [try StudyRegistry.study(named: $0)] } ?? StudyRegistry.all
        let records = small || output != nil ? StudyFolder.find() : try StudyFolder.require(or: "--output")
        var failure: LocatedError?
        for study in studies {
            do {
                try run(study, records)
            } catch let error as LocatedError where all {
                // The others are run all the same; the first failure is told again at the end.
                writeToStandardError("error: \(error)\n")
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func run(_ study: any Study, _ folder: StudyFolder?) throws {
        let onRecord = small ? nil : try folder.flatMap { try StudyRecord.read(study.name, in: $0.records) }
        let bar = ProgressBar()
        defer { bar.clear() }
        let record = try StudyRecord(
            running: study, scale: small ? .small : .full, seed: seed,
            conditions: StudyConditions(progress: bar.progress, cancellation: Interruption.cancellation),
            checkout: folder?.checkout)
        bar.clear()
        let difference = onRecord.flatMap(record.difference)
        var paths: [String] = []
        if let output {
            paths = try record.write(to: output)
        } else if !small, let folder {
            paths = try record.write(
                to: folder.records, stem: difference == nil || accept ? nil : "\(study.name)-new")
        }
        try show(record, paths)
        if small, record.verdict == .doesNotHold {
            throw LocatedError(
                field: study.name, problem: record.reasons.joined(separator: "; "),
                remedy: "these must hold exactly: something is broken")
        }
        if let difference, !accept { throw difference }
    }

    private func show(_ record: StudyRecord, _ paths: [String]) throws(LocatedError) {
        let output = StandardOutput.standard
        if json {
            guard case .object(var object) = record.json() else { return }
            object["files"] = .array(paths.map { .string($0) })
            return try output.write(JSONValue.object(object).serialized() + "\n")
        }
        try output.write("\(record.name): \(record.paper.title)\n\n\(record.claim)\n\n")
        for entry in record.result.tables { try output.write("\(entry.caption)\n\n\(entry.table.text())\n") }
        try output.write("\(record.findingTable.text())\nverdict: \(record.verdictText)\n\(record.origin)\n")
        if !paths.isEmpty { try output.write("written: \(paths.joined(separator: ", "))\n") }
        try output.flush()
    }
}
