import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera lab", .enabled(if: ProcessInfo.processInfo.environment["TESSERA_LAB"] == "1"))
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
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "the wind in the winter\n", count: 400), to: "text.txt")
        let words = folder.path("words.json")
        let made = try Program.run([
            "tokenizer", "train", folder.path("text.txt"), "-n", "270", "-o", words,
        ])
        try #require(made.status == 0, "\(made.errors)")
        let model = folder.path("model")
        let trained = try Program.run([
            "train", "--tokenizer", words, "--corpus", folder.path("text.txt"), "--output", model, "--layers",
            "1", "--width", "16", "--heads", "2", "--context", "8", "--steps", "1", "--architecture", "gpt2",
        ])
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
            (["bench", "--model", model, "--batches", words], 1),
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
