import Foundation
import TesseraTestSupport
import Testing

/// How `make bench` holds its ratios: `Scripts/bench_baseline.py`.
@Suite("The baseline of the benchmarks")
struct BenchmarkBaselineTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func compare(_ baseline: String, _ found: String) throws -> (status: Int32, output: String) {
        let files = [
            try folder.write(baseline, to: "baseline.json"), try folder.write(found, to: "found.json"),
        ]
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = Program.packageRoot.appendingPathComponent("Scripts/bench_baseline.py").path
        process.arguments = ["python3", "-B", script] + files
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test("a ratio may fall by a tenth and no further")
    func falls() throws {
        let baseline = #"{"a/cold/fastest": 1.0, "b/cold/fastest": 2.0}"#
        #expect(try compare(baseline, #"{"a/cold/fastest": 0.91, "b/cold/fastest": 1.81}"#).status == 0)
        #expect(try compare(baseline, #"{"a/cold/fastest": 3.0, "b/cold/fastest": 2.5}"#).status == 0)
        let fallen = try compare(baseline, #"{"a/cold/fastest": 1.0, "b/cold/fastest": 1.79}"#)
        #expect(fallen.status == 1)
        #expect(fallen.output == "MISSED b/cold/fastest: 1.79, fell from 2.00\n")
    }

    @Test("a ratio that was not found is missed, and a new one is not")
    func missing() throws {
        let missing = try compare(#"{"a/cold/fastest": 1.0}"#, "{}")
        #expect(missing.status == 1)
        #expect(missing.output.contains("a/cold/fastest: was 1.00, could not be measured"))
        #expect(try compare("{}", #"{"a/cold/fastest": 0.1}"#).status == 0)
    }
}
