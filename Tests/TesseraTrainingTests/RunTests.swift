import Foundation
import TesseraArchitectures
import TesseraCore
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import TesseraTraining
import Testing

@Suite("Runs of training")
struct RunTests {
    private let storage: TemporaryFolder
    private typealias Run = TrainingRun<NextTokenObjective<LlamaNetwork>>

    init() throws { storage = try TemporaryFolder() }

    private func folder(_ name: String) -> RunFolder { RunFolder(storage.path(name)) }

    /// A run that measures the loss of a batch it never trains on.
    private func run(
        _ name: String, _ options: TrainingOptions = Tiny.options(), network: LlamaNetwork,
        begins: Bool = true
    ) throws -> Run {
        if begins { try folder(name).begin(["seed": 7], replaces: false) }
        let trainer = try Tiny.trainer(options, network: network)
        let held = try Batch(windows: [(0..<17).map { TokenID($0 % 32) }])
        return Run(trainer, in: folder(name), configuration: .object(options.fields)) { cancellation, _ in
            try cancellation.check()
            let loss = try withoutGradients { try NextTokenObjective().loss(of: network, on: held) }
            return [.init("loss", try loss.sum.item() / loss.count)]
        }
    }

    private func lines(_ name: String, heldOut: Bool) throws -> [String] {
        try String(contentsOfFile: folder(name).metrics, encoding: .utf8).split(separator: "\n").map(
            String.init
        )
        .filter { $0.contains("heldOut") == heldOut }
    }

    /// What a run of 20 steps without a stop comes to.
    private func straight() throws -> (parameters: [[Float]], heldOut: [String]) {
        let network = try Tiny.network()
        var whole = try run("straight", network: network)
        let outcome = try whole.run()
        #expect(outcome.steps == 20 && outcome.measurement?.step == 20)
        return (try numbers(network), try lines("straight", heldOut: true))
    }

    @Test("twenty steps are ten, a stop by Ctrl-C and ten more, bit for bit", arguments: [3, 10, 15])
    func resumes(stop: Int) throws {
        let straight = try straight()
        #expect(straight.heldOut.count == 4)
        let cancellation = Cancellation()
        let network = try Tiny.network()
        var first = try run("stopped", network: network)
        let watch = Progress { if $0.label == "training", $0.completed == stop { cancellation.cancel() } }
        #expect(throws: CancelledError.self) { try first.run(progress: watch, cancellation: cancellation) }
        #expect(try numbers(network) != straight.parameters)

        // Another process has another network, whose numbers are replaced.
        let fresh = try Tiny.network(seed: 99)
        var second = try run("stopped", network: fresh, begins: false)
        #expect(try second.resume() == stop)
        try second.run()
        #expect(try numbers(fresh) == straight.parameters)
        #expect(try lines("stopped", heldOut: true) == straight.heldOut)
        #expect(try lines("stopped", heldOut: false).count == 20)
        let chart = try String(contentsOfFile: folder("stopped").chart, encoding: .utf8)
        #expect(chart.contains("<polyline") && chart.contains("held-out text"))
    }

    @Test("a run stopped while it measures measures when it goes on")
    func stoppedMeasuring() throws {
        let straight = try straight()
        let cancellation = Cancellation()
        var first = try run("measuring", network: Tiny.network())
        let measure = try #require(first.measure)
        var calls = 0
        first.measure = { given, progress in
            calls += 1
            if calls == 2 { cancellation.cancel() }
            return try measure(given, progress)
        }
        #expect(throws: CancelledError.self) { try first.run(cancellation: cancellation) }
        #expect(try lines("measuring", heldOut: true).count == 1)
        let fresh = try Tiny.network(seed: 99)
        var second = try run("measuring", network: fresh, begins: false)
        #expect(try second.resume() == 10)
        try second.run()
        #expect(try lines("measuring", heldOut: true) == straight.heldOut)
        #expect(try numbers(fresh) == straight.parameters)
    }

    @Test("a run that was killed goes on from its last checkpoint, and forgets what came after it")
    func killed() throws {
        let straight = try straight()
        var options = Tiny.options()
        options.keptCheckpoints = 10
        var whole = try run("killed", options, network: Tiny.network())
        try whole.run()
        // As if it had been killed in step 13, while a checkpoint was written.
        let checkpoints = folder("killed").checkpoints
        for step in ["step-15", "step-20"] {
            try FileManager.default.removeItem(atPath: "\(checkpoints)/\(step)")
        }
        try storage.write("half", to: "killed/training/checkpoints/.partial-15/model.safetensors")
        let metrics = try String(contentsOfFile: folder("killed").metrics, encoding: .utf8)
        try storage.write(metrics + "{\"step\":13,\"lo", to: "killed/training/metrics.jsonl")
        let fresh = try Tiny.network(seed: 99)
        var rest = try run("killed", options, network: fresh, begins: false)
        #expect(try rest.resume() == 10)
        try rest.run()
        #expect(try numbers(fresh) == straight.parameters)
        #expect(try lines("killed", heldOut: true) == straight.heldOut)
        #expect(try lines("killed", heldOut: false).count == 20)
        #expect(!FileManager.default.fileExists(atPath: "\(checkpoints)/.partial-15"))
    }

    @Test(
        "another configuration is refused by the name of the field, and other rooms for checkpoints are not")
    func otherConfiguration() throws {
        var first = try run("configured", network: Tiny.network())
        try first.run()
        let changes: [(String, (inout TrainingOptions) -> Void)] = [
            ("steps", { $0.steps = 30 }), ("rate", { $0.rate = 0.02 }), ("seed", { $0.seed = 8 }),
            ("schedule", { $0.schedule = .linear }), ("clip", { $0.gradientLimit = nil }),
        ]
        for (name, change) in changes {
            var options = Tiny.options()
            change(&options)
            var second = try run("configured", options, network: Tiny.network(), begins: false)
            let error = expectLocatedError(file: folder("configured").path, field: name) {
                try second.resume()
            }
            #expect(error?.problem.contains("when the run began") == true)
        }
        var options = Tiny.options()
        options.checkpointEvery = 3
        var second = try run("configured", options, network: Tiny.network(), begins: false)
        #expect(try second.resume() == 20)
        var wide = try Run(
            Tiny.trainer(network: Tiny.network(vocabularySize: 40)), in: folder("configured"),
            configuration: .object(Tiny.options().fields))
        expectLocatedError(field: "tensor model.embed_tokens.weight", problem: "shape") { try wide.resume() }
    }

    @Test("the last checkpoints stay, as many as wanted")
    func kept() throws {
        var options = Tiny.options()
        options.checkpointEvery = 3
        options.keptCheckpoints = 3
        var whole = try run("kept", options, network: Tiny.network())
        try whole.run()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder("kept").checkpoints)
        #expect(names.sorted() == ["step-15", "step-18", "step-20"])
    }

    @Test("a loss that is no number names the step and keeps the checkpoint before it")
    func notANumber() throws {
        let network = try Tiny.network()
        var poisoned = try run("nan", network: network)
        let weight = try #require(network.parameters.last?.tensor)
        let watch = Progress { if $0.completed == 12 { try? weight.assign(.full(.nan, [1])) } }
        expectLocatedError(file: folder("nan").path, field: "step 13", problem: "checkpoint of step 10") {
            try poisoned.run(progress: watch)
        }
        let fresh = try Tiny.network(seed: 99)
        var rest = try run("nan", network: fresh, begins: false)
        #expect(try rest.resume() == 10)
        try rest.run()
        #expect(try numbers(fresh).joined().allSatisfy { $0.isFinite })
    }

    @Test("a checkpoint that cannot be written is told, and the one before it stays")
    func unwritable() throws {
        let network = try Tiny.network()
        var stuck = try run("full", network: network)
        // Writing fails right after the first checkpoint.
        try? FileManager.default.createDirectory(
            atPath: folder("full").chart, withIntermediateDirectories: false)
        expectLocatedError(file: folder("full").chart, problem: "folder") { try stuck.run() }
        let fresh = try Tiny.network(seed: 99)
        var rest = try run("full", network: fresh, begins: false)
        #expect(try rest.resume() == 5)
    }

    @Test("a damaged checkpoint is told by its file")
    func damaged() throws {
        var first = try run("damaged", network: Tiny.network())
        try first.run()
        let last = "damaged/training/checkpoints/step-20"
        try storage.write("{\"version\":1,\"step\":-4}", to: "\(last)/state.json")
        var second = try run("damaged", network: Tiny.network(), begins: false)
        expectLocatedError(file: storage.path("\(last)/state.json")) { try second.resume() }
        try storage.write("{\"version\":9}", to: "\(last)/state.json")
        expectLocatedError(field: "version") { try second.resume() }
        try FileManager.default.removeItem(atPath: storage.path(last))
        try storage.write("", to: "damaged/training/checkpoints/step-15/optimizer.safetensors")
        expectLocatedError(file: storage.path("damaged/training/checkpoints/step-15/optimizer.safetensors")) {
            try second.resume()
        }
    }
}
