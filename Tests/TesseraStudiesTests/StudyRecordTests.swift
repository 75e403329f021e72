import TesseraCore
import TesseraFiles
import TesseraReport
import TesseraStudies
import TesseraTestSupport
import Testing

@Suite("Records of studies")
struct StudyRecordTests {
    /// A study that measures what it is told to.
    struct Told: Study {
        let name = "qtok"
        let claim = "A number is large."
        let expectedSeconds = 1
        let trainsNetworks = false
        var values: [Double] = [2, 3]
        var bounds: [Threshold] = [.atLeast(1, "number"), .atMost(0.5, "rest")]

        func thresholds(at scale: StudyScale) -> [Threshold] { bounds }

        func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult {
            var result = StudyResult()
            result.measure("number", values)
            result.measure("rest", 0.25)
            result.measure("other", -1.5e-7)
            var table = Table([.init("name"), .init("value", .right)])
            table.append(["a | b", "<1>"])
            result.add(table, caption: "A table & more.")
            result.add(
                LineChart(
                    title: "Line <1>", xName: "x", yName: "y",
                    series: [.init("s", [.init(0, 1), .init(1, 2)])]))
            result.add(
                figure: "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n", title: "Second", suffix: "two")
            result.note("Something to know.")
            return result
        }
    }

    private func record(_ study: Told = Told()) throws -> StudyRecord {
        try StudyRecord(
            running: study, scale: .full, seed: 12_345_678_901_234_567_890, conditions: StudyConditions())
    }

    @Test("the claim holds when every value of every threshold does")
    func verdicts() throws {
        #expect(try record().verdict == .holds)
        #expect(try record().reasons.isEmpty)
        // A bound itself holds; one seed of several that misses it does not.
        #expect(try record(Told(values: [1, 5])).verdict == .holds)
        let missed = try record(Told(values: [5, 0.999]))
        #expect(missed.verdict == .doesNotHold)
        #expect(missed.reasons.count == 1 && missed.reasons[0].contains("0.999"))
        // What is no number, or was not measured, does not hold.
        #expect(try record(Told(values: [.nan])).verdict == .doesNotHold)
        #expect(try record(Told(values: [])).verdict == .doesNotHold)
        #expect(try record(Told(bounds: [.atLeast(0, "never measured")])).verdict == .doesNotHold)
        #expect(try record(Told(bounds: [])).verdict == .reportOnly)
    }

    @Test("another verdict than the one on record is told, the same is not")
    func differences() throws {
        let holds = try record()
        let fails = try record(Told(values: [0]))
        #expect(holds.difference(from: holds) == nil && fails.difference(from: fails) == nil)
        let error = try #require(fails.difference(from: holds))
        #expect(error.problem.contains("holds") && error.problem.contains("does not hold"))
    }

    @Test("what is written is read back, pictures and all")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let written = try record()
        let paths = try written.write(to: folder.path("deep/records"))
        #expect(
            FileSystem.names(in: folder.path("deep/records")) == [
                "qtok-two.svg", "qtok.json", "qtok.md", "qtok.svg",
            ])
        #expect(paths.first == folder.path("deep/records/qtok.json") && paths.count == 4)
        let read = try #require(try StudyRecord.read("qtok", in: folder.path("deep/records")))
        #expect(read.findings == written.findings)
        #expect(read.verdict == .holds && read.seed == 12_345_678_901_234_567_890)
        #expect(read.circumstances == written.circumstances)
        #expect(read.result.tables == written.result.tables && read.result.figures == written.result.figures)
        #expect(read.result.notes == written.result.notes)
        let again = try StudyRecord.read("qtok", in: folder.path("deep/records"))
        #expect(read.json() == again?.json())
        #expect(try StudyRecord.read("romanization", in: folder.path("deep/records")) == nil)
        let page = String(
            decoding: try MappedFile(path: folder.path("deep/records/qtok.md")).copy(), as: UTF8.self)
        #expect(page.contains("(qtok-two.svg)") && page.contains("| a \\| b | <1> |"))
    }

    @Test("a run that is not to replace the record is written beside it")
    func stem() throws {
        let folder = try TemporaryFolder()
        try record().write(to: folder.path, stem: "qtok-new")
        #expect(folder.names == ["qtok-new-two.svg", "qtok-new.json", "qtok-new.md", "qtok-new.svg"])
        let text = String(decoding: try MappedFile(path: folder.path("qtok-new.json")).copy(), as: UTF8.self)
        #expect(text.contains("qtok-new-two.svg"))
    }

    @Test("a folder that cannot be written leaves no half a record")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try folder.write("in the way", to: "file")
        expectLocatedError { try record().write(to: folder.path("file/records")) }
        #expect(folder.names == ["file"])
    }

    @Test(
        "a damaged record is told by its field",
        arguments: [
            ("\"scale\": \"full\"", "\"scale\": \"huge\"", "scale"),
            ("\"seed\": \"", "\"seed\": \"x", "seed"),
            ("\"≥\"", "\"?\"", "measurements[0].relation"),
            ("qtok-two.svg", "../qtok.svg", "figures[1].file"),
            ("\"claim\"", "\"claims\"", "claim"),
        ])
    func damaged(old: String, new: String, field: String) throws {
        let folder = try TemporaryFolder()
        try record().write(to: folder.path)
        let text = String(decoding: try MappedFile(path: folder.path("qtok.json")).copy(), as: UTF8.self)
        let parts = text.split(separator: old, maxSplits: 1).map(String.init)
        try #require(parts.count == 2)
        try folder.write(parts.joined(separator: new), to: "qtok.json")
        expectLocatedError(field: field) { _ = try StudyRecord.read("qtok", in: folder.path) }
    }

    @Test("the page of all records is one file that loads nothing")
    func page() throws {
        let folder = try TemporaryFolder()
        try record().write(to: folder.path)
        let page = try StudiesPage(recordsIn: folder.path)
        #expect(page.names == ["qtok"])
        #expect(page.html.hasPrefix("<!DOCTYPE html>") && page.html.contains("</html>"))
        #expect(page.html.contains("&lt;1&gt;") && !page.html.contains("<1>"))
        for loading in ["<script", "<link", "<img", "src=", "url(", "@import", "<iframe"] {
            #expect(!page.html.contains(loading), "\(loading)")
        }
        #expect(page.html.split(separator: "href=").dropFirst().allSatisfy { $0.hasPrefix("\"#") })
        #expect(page.html.split(separator: "<svg").count == 3)
    }
}
