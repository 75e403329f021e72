public import TesseraCore
internal import TesseraReport

/// The published systems and how far each has come, as `Documentation/Systems.md` shows them.
public struct SystemsPage: Sendable {
    private let records: [StudyRecord]

    /// Reads the records of all studies in a folder.
    ///
    /// - Throws: `LocatedError` when one is damaged.
    public init(recordsIn folder: String) throws(LocatedError) {
        records = try studyRecords(in: folder)
    }

    /// The page.
    public var markdown: String {
        var table = Table([
            .init("system"), .init("paper"), .init("what it is for"), .init("command"), .init("study"),
            .init("verdict"),
        ])
        for system in PublishedSystem.all {
            let record = records.first { $0.name == system.name }
            let hasStudy = StudyRegistry.all.contains { $0.name == system.name }
            table.append([
                system.name, "\(system.paper.title), arXiv \(system.paper.arXiv)", system.purpose,
                system.command.map { "`tessera \($0)`" } ?? "not built yet",
                record == nil
                    ? (hasStudy ? "not run yet" : "none yet") : "[study](Studies/\(system.name).md)",
                record?.verdict.rawValue ?? "",
            ])
        }
        let built = PublishedSystem.all.count { $0.command != nil }
        return """
            # Systems

            The \(PublishedSystem.all.count) published systems that Tessera is to hold, and what came of each. \
            \(built) are built. A study puts a paper's claim to the test at our scale, with thresholds fixed before \
            it is run; a claim that does not hold is shown as such. Written by `tessera study systems --write`.

            \(table.markdown())
            """
    }
}

/// The records of all studies in a folder, in the order of the registry; those that have not been run are left out.
///
/// - Throws: `LocatedError` when one is damaged.
func studyRecords(in folder: String) throws(LocatedError) -> [StudyRecord] {
    var records: [StudyRecord] = []
    for study in StudyRegistry.all {
        if let record = try StudyRecord.read(study.name, in: folder) { records.append(record) }
    }
    return records
}
