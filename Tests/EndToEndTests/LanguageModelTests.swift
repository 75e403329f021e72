import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera train", .enabled(if: Program.hasLab), .serialized)
struct LanguageModelTests {
    private let training: TinyTraining

    private var folder: TemporaryFolder { training.folder }

    init() throws { training = try TinyTraining() }

    private func arguments(_ name: String, _ more: [String] = [], steps: Int = 200) -> [String] {
        training.arguments(name, steps: steps, ["--evaluate-every", "20"] + more)
    }

    private func resume(_ name: String) -> [String] {
        ["train", "--resume", "--output", folder.path(name), "--threads", "1"]
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
    }

    @Test("a training that Ctrl-C stopped goes on, and gives the model that it would have given")
    func interrupted() throws {
        let whole = try Program.run(arguments("whole"))
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(
            whole.output.contains("held-out bits per byte") && whole.output.contains("next: tessera generate")
        )

        // Some lines of measurements have come, and most of the steps are still to do.
        let stopped = try Program.run(arguments("run"), signal: (SIGINT, 170))
        #expect(stopped.status == 130)
        #expect(stopped.errors.contains("tessera train --resume --output \(folder.path("run"))"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("run/model.safetensors")))
        let result = try Program.json(resume("run") + ["--json"])
        #expect(result["steps"] as? Int == 200)
        #expect(try bytes("run/model.safetensors") == bytes("whole/model.safetensors"))

        let generated = try Program.run(["generate", "--model", folder.path("run"), "the wind", "-n", "8"])
        #expect(generated.status == 0 && !generated.output.isEmpty, "\(generated.errors)")
        let evaluated = try Program.json([
            "evaluate", "--model", folder.path("run"), folder.path("text.txt"), "--window", "32", "--json",
        ])
        #expect((evaluated["bitsPerByte"] as? Double ?? 9) < 1.5)
        let other = try Program.run(resume("run") + ["--steps", "300"])
        #expect(other.status == 1 && other.errors.contains("steps: is 300 now and was 200"))
    }

    @Test("a full disk is told, and the training goes on from its last checkpoint when there is room")
    func fullDisk() throws {
        let stopped = try Program.run(arguments("full"), signal: (SIGINT, 170))
        #expect(stopped.status == 130)
        // Room for the file of metrics and for no checkpoint.
        let full = try Program.run(resume("full"), fileSizeLimit: 200)
        #expect(full.status == 1)
        #expect(full.errors.contains("checkpoints") && full.errors.contains("larger than a file may be"))
        #expect(full.errors.split(separator: "\n").count == 1)
        let resumed = try Program.run(resume("full"))
        #expect(resumed.status == 0, "\(resumed.errors)")
    }

    @Test("what cannot be trained is told on one line")
    func errors() throws {
        try folder.write("mine", to: "mine/notes.txt")
        let cases: [(arguments: [String], status: Int32, says: String)] = [
            (arguments("x", ["--width", "30"]), 1, "heads"), (arguments("x", steps: 0), 1, "steps"),
            (arguments("x", ["--context", "0"]), 1, "context"), (arguments("mine"), 1, "no run"),
            (arguments("x", ["--layers", "1000000000000000000"]), 1, "layers"),
            (arguments("x", ["--corpus", folder.path("none")]), 1, "none"),
            (arguments("x", ["--threads", "0"]), 1, "--threads"), (resume("none"), 1, "no run"),
            (["train", "--output", folder.path("x")], 2, "--tokenizer is missing"),
            (arguments("x", ["--dtype", "int8"]), 2, "float32"),
            (arguments("x", ["--resume", "--overwrite"]), 2, "exclude each other"),
        ]
        for (arguments, status, says) in cases {
            let run = try Program.run(arguments)
            #expect(run.status == status && run.errors.contains(says), "\(arguments): \(run.errors)")
            #expect(status == 2 || run.errors.split(separator: "\n").count == 1)
            #expect(run.output.isEmpty)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
        #expect(try bytes("mine/notes.txt") == Data("mine".utf8))
    }

    @Test("help tells a newcomer what to type")
    func help() throws {
        for arguments in [["help", "train"], ["train", "--help"]] {
            let run = try Program.run(arguments)
            #expect(run.status == 0)
            for word in ["tessera tokenizer train book.txt", "--resume", "tessera generate --model"] {
                #expect(run.output.contains(word))
            }
        }
    }
}
