import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera lab", .enabled(if: Program.hasLab))
struct LabTests {
    @Test("tells what training runs on, by its name and as what is meant without one")
    func info() throws {
        for arguments in [["lab", "--json"], ["lab", "info", "--json"]] {
            let found = try Program.json(arguments)
            #expect((found["devices"] as? [String])?.first == "cpu")
            #expect((found["threads"] as? Int ?? 0) > 0 && found["libtorch"] as? String != nil)
        }
    }

    @Test("measures steps and prints logits of a folder, and refuses what is none")
    func folder() throws {
        let training = try TinyTraining()
        let folder = training.folder
        let model = folder.path("model")
        let trained = try Program.run(
            training.arguments(
                "model", steps: 1, ["--architecture", "gpt2", "--width", "16", "--context", "8"]))
        try #require(trained.status == 0, "\(trained.errors)")

        let printed = try Program.json(["lab", "logits", "--model", model, "--tokens", "5,0,7"])
        let rows = try #require(printed["logits"] as? [[Double]])
        #expect(rows.count == 3 && Set(rows.map(\.count)).count == 1)
        #expect(printed["tokens"] as? [Int] == [5, 0, 7])

        for precision in ["float32", "bfloat16"] {
            let measured = try Program.json([
                "lab", "bench", "--model", model, "--steps", "2", "--warmup", "1", "--threads", "1",
                "--precision", precision, "--json",
            ])
            #expect((measured["losses"] as? [Double])?.count == 3)
            #expect((measured["seconds"] as? [Double])?.count == 2)
            #expect(measured["tokensPerStep"] as? Int == 64 && measured["processes"] as? Int == 1)
        }

        let cases: [(arguments: [String], status: Int32)] = [
            (["logits", "--model", folder.path("none"), "--tokens", "1"], 1),
            (["logits", "--model", model, "--tokens", "1,,2"], 2),
            (["logits", "--model", model, "--tokens", "1,2,3,4,5,6,7,8,9"], 1),
            (["logits", "--model", model, "--tokens", "100000"], 1),
            (["bench", "--precision", "int8"], 2), (["bench", "--steps", "0"], 2),
            (["bench", "--model", model, "--batches", folder.path("words.json")], 1),
            (["bench", "--model", model, "--batches", model + "/model.safetensors"], 1),
        ]
        for (arguments, status) in cases {
            let run = try Program.run(["lab"] + arguments)
            #expect(run.status == status, "\(arguments): \(run.errors)")
            #expect(run.output.isEmpty && !run.errors.isEmpty)
            #expect(status == 2 || run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        }
    }
}
