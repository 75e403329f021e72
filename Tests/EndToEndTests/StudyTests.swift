import Foundation
import TesseraTestSupport
import Testing

/// `tessera study`, handed over to `tessera-lab` beside it.
@Suite("Studies", .enabled(if: Program.hasLab))
struct StudyTests {
    @Test("are listed with what each claims")
    func list() throws {
        let json = try Program.json(["study", "list", "--json"])
        let studies = try #require(json["studies"] as? [[String: Any]])
        #expect(studies.contains { $0["name"] as? String == "less-is-better" })
        #expect(studies.allSatisfy { !(($0["claim"] as? String) ?? "").isEmpty })
        let text = try Program.run(["study", "list"])
        #expect(text.status == 0 && text.output.contains("tokenization-counts"))
    }

    @Test("run in seconds at the small scale, and write nothing unless told where")
    func small() throws {
        let folder = try TemporaryFolder()
        let before = try FileManager.default.contentsOfDirectory(
            atPath: Program.packageRoot.appendingPathComponent("Documentation/Studies").path)
        let json = try Program.json(["study", "run", "tokenization-counts", "--small", "--json"])
        #expect(json["verdict"] as? String == "holds" && json["scale"] as? String == "small")
        #expect((json["files"] as? [String])?.isEmpty == true)
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: Program.packageRoot.appendingPathComponent("Documentation/Studies").path) == before)
        let run = try Program.run([
            "study", "run", "tokenization-counts", "--small", "--seed", "3", "--output", folder.path("out"),
        ])
        #expect(run.status == 0 && run.output.contains("verdict: holds"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted()
                == ["tokenization-counts.json", "tokenization-counts.md"])
    }

    @Test("tell an unknown name with those that exist, and which arguments are missing")
    func refusals() throws {
        let unknown = try Program.run(["study", "run", "nothing"])
        #expect(unknown.status == 1 && unknown.output.isEmpty)
        #expect(unknown.errors.contains("\"nothing\"") && unknown.errors.contains("less-is-better"))
        #expect(unknown.errors.split(separator: "\n").count == 1)
        #expect(try Program.run(["study", "run"]).status == 2)
        #expect(try Program.run(["study", "run", "qtok", "--all"]).status == 2)
        #expect(try Program.run(["study", "run", "qtok", "--seed", "-1"]).status == 2)
    }

    @Test("are reported on one page")
    func report() throws {
        let folder = try TemporaryFolder()
        let records = folder.path("records")
        #expect(
            try Program.run([
                "study", "run", "tokenization-counts", "--small", "--output", records,
            ]).status == 0)
        let run = try Program.run([
            "study", "report", "--records", records, "--output", folder.path("studies.html"),
        ])
        #expect(run.status == 0)
        let html = try String(contentsOfFile: folder.path("studies.html"), encoding: .utf8)
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("tokenization-counts"))
        let missing = try Program.run(["study", "report", "--output", folder.path("no/such/studies.html")])
        #expect(missing.status == 1 && missing.errors.contains("no/such"))
    }
}
