public import TesseraCore
internal import TesseraReport

/// All records of studies on one page that loads nothing.
public struct StudiesPage: Sendable {
    /// The names of the studies on it.
    public let names: [String]
    /// The page.
    public let html: String

    /// Makes the page of the records in a folder.
    ///
    /// - Throws: `LocatedError` when one is damaged.
    public init(recordsIn folder: String) throws(LocatedError) {
        let records = try studyRecords(in: folder)
        names = records.map(\.name)
        var page = HTMLPage(title: "Studies of Tessera")
        page.paragraph(
            "Each study puts the claim of a paper to the test at our scale. What it must reach was fixed before it was run."
        )
        var overview = Table([
            .init("study"), .init("verdict"), .init("run"), .init("took", .right), .init("claim"),
        ])
        for record in records {
            overview.append([
                record.name, record.verdict.rawValue, record.circumstances.date,
                NumberFormat.duration(record.seconds), record.claim,
            ])
        }
        page.table(overview, caption: "What came of each")
        for record in records { page.add(record) }
        html = page.html()
    }
}

extension HTMLPage {
    fileprivate mutating func add(_ record: StudyRecord) {
        section(record.name)
        paragraph("\(record.paper.title) (arXiv \(record.paper.arXiv)).")
        paragraph("Claim: \(record.claim)")
        paragraph("Verdict: \(record.verdictText)")
        table(record.findingTable, caption: "Measured, and needed")
        for note in record.result.notes { paragraph(note) }
        for figure in record.result.figures { picture(svg: figure.svg) }
        for entry in record.result.tables { table(entry.table, caption: entry.caption) }
        paragraph(record.origin)
    }
}
