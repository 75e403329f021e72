import Foundation
import Testing

@Suite("Architecture")
struct ArchitectureTests {
    /// Read once: each reading starts a process.
    private static let reading = Result { try Manifest.read(at: packageRoot) }
    private let manifest: Manifest

    init() throws {
        manifest = try Self.reading.get()
    }

    @Test("the manifest has no edge that the rows forbid")
    func manifestEdges() {
        #expect(manifest.targets.contains { $0.name == "TesseraCLI" })
        #expect(manifest.targets.contains { $0.name == "TesseraLabCLI" })
        #expect(objections(to: manifest) == [])
    }

    @Test("no import line crosses the rows or skips the manifest")
    func importLines() throws {
        let sources = packageRoot.appendingPathComponent("Sources")
        var read = 0
        for path in try files(below: sources, withExtension: "swift") {
            let source = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            let target = String(path.prefix { $0 != "/" })
            let found = objections(
                toImportsOf: source, path: "Sources/\(path)", target: target, manifest: manifest)
            #expect(found == [])
            read += 1
        }
        #expect(read > 40)
    }

    @Test("nothing in the sources can trap on purpose or unwraps what may be nil")
    func noTraps() throws {
        let sources = packageRoot.appendingPathComponent("Sources")
        for path in try files(below: sources, withExtension: "swift") {
            let source = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            for (line, text) in traps(in: source) { Issue.record("Sources/\(path):\(line): \(text)") }
        }
    }

    @Test("folder names of targets differ by more than letter case")
    func folderNames() throws {
        let names = manifest.targets.map { $0.name.lowercased() }
        #expect(Set(names).count == names.count)
    }
}

@Suite("The architecture test itself")
struct ArchitectureCheckerTests {
    private func manifest(_ target: String, uses dependencies: [String]) throws -> Manifest {
        let list = dependencies.map { "{\"byName\": [\"\($0)\", null]}" }.joined(separator: ", ")
        let json =
            "{\"targets\": [{\"name\": \"\(target)\", \"type\": \"regular\", \"dependencies\": [\(list)]}]}"
        return try JSONDecoder().decode(Manifest.self, from: Data(json.utf8))
    }

    @Test(
        "refuses an edge upwards, sideways or outside, and a target without a row",
        arguments: [
            ("TesseraCore", "TesseraFiles"), ("TesseraTokenizers", "TesseraEngine"),
            ("TesseraReport", "TesseraFiles"), ("TesseraEngine", "ArgumentParser"),
            ("TesseraServer", "TesseraTensor"), ("TesseraDecoding", "CTesseraTorch"),
            ("TesseraTensor", "TesseraEngine"), ("TesseraLabCLI", "TesseraServer"),
            ("TesseraNew", "TesseraCore"),
        ])
    func refuses(target: String, dependency: String) throws {
        #expect(objections(to: try manifest(target, uses: [dependency])).count == 1)
    }

    @Test("accepts an edge downwards")
    func accepts() throws {
        #expect(
            objections(to: try manifest("TesseraDecoding", uses: ["TesseraCore", "TesseraEngine"])) == [])
    }

    @Test(
        "sees every spelling of an import",
        arguments: [
            "import TesseraEngine", "  public import TesseraEngine", "@_exported import TesseraEngine",
            "internal import struct TesseraEngine.KeyValueCache",
            "@preconcurrency package import TesseraEngine",
        ])
    func spellings(line: String) throws {
        let source = "// a comment\n\(line)\n"
        let found = importedModules(in: source)
        #expect(found.map(\.module) == ["TesseraEngine"])
        #expect(found.map(\.line) == [2])
        let tokenizers = try manifest("TesseraTokenizers", uses: ["TesseraEngine"])
        let objections = objections(
            toImportsOf: source, path: "x.swift", target: "TesseraTokenizers", manifest: tokenizers)
        #expect(objections.count == 1)
    }

    @Test("refuses an import that the manifest does not declare")
    func undeclared() throws {
        let decoding = try manifest("TesseraDecoding", uses: ["TesseraEngine"])
        let found = objections(
            toImportsOf: "import TesseraCore\n", path: "x.swift", target: "TesseraDecoding",
            manifest: decoding)
        #expect(
            found == ["x.swift:1: TesseraDecoding imports TesseraCore without declaring it in Package.swift"])
    }

    @Test("an import inside a comment or a word does not count")
    func notImports() {
        #expect(importedModules(in: "// import X\nlet important = 1\nimportant(x)\n").isEmpty)
    }
}
