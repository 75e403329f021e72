internal import ArgumentParser
internal import TesseraConsole
internal import TesseraFiles
internal import TesseraReport
internal import TesseraStudies

/// `tessera study list`: the studies that exist.
struct StudyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the studies, what each claims and what came of it.")

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let folder = StudyFolder.find()?.records
        let entries = try StudyRegistry.all.map { study in
            (study, try folder.flatMap { folder in try StudyRecord.read(study.name, in: folder) })
        }
        if json {
            let studies = entries.map { study, record -> JSONValue in
                [
                    "name": .string(study.name), "paper": .string(study.paper.title),
                    "arXiv": .string(study.paper.arXiv), "claim": .string(study.claim),
                    "expectedSeconds": .integer(study.expectedSeconds),
                    "trainsNetworks": .bool(study.trainsNetworks),
                    "thresholds": .array(
                        study.thresholds(at: .full).map {
                            [
                                "measurement": .string($0.measurement),
                                "relation": .string($0.relation.rawValue),
                                "bound": .number($0.bound),
                            ]
                        }),
                    "verdict": record.map { .string($0.verdict.rawValue) } ?? .null,
                ]
            }
            let value: JSONValue = ["studies": .array(studies)]
            try StandardOutput.standard.write(value.serialized() + "\n")
            return
        }
        var table = Table([.init("study"), .init("verdict"), .init("takes about", .right), .init("claim")])
        for (study, record) in entries {
            table.append([
                study.name, record?.verdict.rawValue ?? "not run yet",
                NumberFormat.duration(Double(study.expectedSeconds)), study.claim,
            ])
        }
        try StandardOutput.standard.write(table.text())
    }
}
