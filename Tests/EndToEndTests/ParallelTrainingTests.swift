import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera train in several processes", .enabled(if: Program.hasLab), .serialized)
struct ParallelTrainingTests {
    private let training: TinyTraining

    private var folder: TemporaryFolder { training.folder }

    init() throws { training = try TinyTraining() }

    private func arguments(_ name: String, steps: Int, _ more: [String] = []) -> [String] {
        training.arguments(name, steps: steps, ["--checkpoint-every", "5"] + more)
    }

    /// Starts both processes of a group, each with its outputs in files `NAME.RANK.out` and `NAME.RANK.err`.
    private func start(_ name: String, _ arguments: [String]) throws -> [Process] {
        // Whoever listens on it before the first process does takes it away: no other test listens on such ports.
        let port = 20_000 + Int(getpid()) % 10_000 + name.utf8.reduce(0) { $0 + Int($1) }
        return try (0..<2).map { rank in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try Program.path())
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging([
                "RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
            ]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try output("\(name).\(rank).out")
            process.standardError = try output("\(name).\(rank).err")
            try process.run()
            return process
        }
    }

    private func output(_ name: String) throws -> FileHandle {
        try #require(FileHandle(forWritingAtPath: folder.write("", to: name)))
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    /// Waits until `condition` holds, at most for a minute.
    private func wait(_ what: String, until condition: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 60)
        while !condition() {
            try #require(Date() < deadline, "\(what) took more than a minute")
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    private func losses(_ name: String) throws -> [Double] {
        try text("\(name)/training/metrics.jsonl").split(separator: "\n").compactMap {
            try Program.object(String($0))["loss"] as? Double
        }
    }

    @Test("has the losses that one process has on the batches of all")
    func sameLosses() throws {
        let alone = try Program.run(arguments("alone", steps: 30, ["--accumulate", "2"]))
        #expect(alone.status == 0, "\(alone.errors)")
        let processes = try start("both", arguments("both", steps: 30))
        try wait("a short training") { !processes.contains { $0.isRunning } }
        for (rank, process) in processes.enumerated() {
            let errors = try text("both.\(rank).err")
            #expect(process.terminationStatus == 0, "\(errors)")
        }
        let (expected, found) = (try losses("alone"), try losses("both"))
        #expect(expected.count == 30 && found.count == 30)
        for (one, other) in zip(expected, found) { #expect(abs(one - other) < 1e-3 * one) }
        // The first speaks for all.
        #expect(try text("both.0.out").contains("next: tessera generate"))
        #expect(try text("both.1.out").isEmpty)
        #expect(try text("both.1.err").isEmpty)
        let generated = try Program.run(["generate", "--model", folder.path("both"), "the wind", "-n", "4"])
        #expect(generated.status == 0, "\(generated.errors)")
    }

    @Test("ends when one of them is killed, with an error and a checkpoint to go on from", arguments: [0, 1])
    func killed(rank: Int) throws {
        let name = "killed\(rank)"
        let processes = try start(name, arguments(name, steps: 400))
        let checkpoints = folder.path("\(name)/training/checkpoints")
        try wait("the first checkpoint") {
            (try? FileManager.default.contentsOfDirectory(atPath: checkpoints))?
                .contains { !$0.hasPrefix(".") } == true
        }
        kill(processes[rank].processIdentifier, SIGKILL)
        let other = processes[1 - rank]
        try wait("the end of the other process") { !other.isRunning }
        #expect(other.terminationStatus == 1)
        let errors = try text("\(name).\(1 - rank).err")
        #expect(errors.contains("lost another process"), "\(errors)")
        #expect(errors.contains("checkpoint of step") && errors.split(separator: "\n").count == 1)
        // As many processes go on from it, since their number decides what is learned.
        let resume = ["train", "--resume", "--output", folder.path(name), "--threads", "1", "--json"]
        let alone = try Program.run(resume)
        #expect(alone.status == 1 && alone.errors.contains("processes: is 1 now and was 2"))
        let resumed = try start("\(name).resumed", resume)
        try wait("the rest of the training") { !resumed.contains { $0.isRunning } }
        #expect(resumed.allSatisfy { $0.terminationStatus == 0 })
        #expect(try Program.object(text("\(name).resumed.0.out"))["steps"] as? Int == 400)
    }

    @Test("names the variable that is missing")
    func missingVariable() throws {
        let run = try Program.run(arguments("x", steps: 1), environment: ["WORLD_SIZE": "2"])
        #expect(run.status == 1 && run.errors.contains("RANK: is not set"))
        #expect(run.errors.split(separator: "\n").count == 1 && run.errors.contains("torchrun"))
    }
}
