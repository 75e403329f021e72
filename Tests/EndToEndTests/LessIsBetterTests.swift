import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera tokenizer train --model less-is-better")
struct LessIsBetterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func corpus(_ name: String, seed: UInt64) throws -> String {
        var generator = SeededGenerator(seed: seed)
        let words = ["winter", "wind", "windows", "indeed", "in the", "of", "été", "东京"]
        return try folder.write(
            (0..<80).map { _ in
                (0..<8).map { _ in words[Int.random(in: words.indices, using: &generator)] }
                    .joined(separator: " ") + "\n"
            }.joined(), to: name)
    }

    private func train(_ arguments: [String], to name: String) throws -> String {
        let path = folder.path(name)
        let run = try Program.run(
            ["tokenizer", "train", "--article", "30", "-o", path] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return path
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test("a training that is resumed gives the same file as one that was not stopped")
    func resuming() throws {
        let text = try corpus("a.txt", seed: 1)
        let model = ["--model", "less-is-better", "--seed", "3"]
        let whole = try train(model + ["--epochs", "50", text], to: "whole.json")
        let half = try train(model + ["--epochs", "20", "--corpus", text], to: "half.json")
        let second = try train(["--resume", half, "--epochs", "30", text], to: "second.json")
        #expect(try bytes(second) == bytes(whole))
        #expect(try bytes(half) != bytes(whole))
        let other = try Program.run([
            "tokenizer", "train", "--resume", half, "--alpha", "0.5", "-o", folder.path("x.json"), text,
        ])
        #expect(other.status == 1)
        #expect(other.errors.contains("--alpha") && other.errors.contains("0.25"))
        #expect(folder.names.contains("x.json") == false)
    }

    @Test("the commands for tokenizers work on it as on any other")
    func commands() throws {
        let text = try corpus("a.txt", seed: 1)
        let file = try train(
            ["--model", "less-is-better", "--epochs", "80", "--target-size", "120", text], to: "lib.json")
        let input = Data("in the winter, 東 winds\n".utf8)
        let encoded = try Program.json(
            ["tokenizer", "encode", "--tokenizer", file, "--json", "-"], input: input)
        let ids = try #require(encoded["ids"] as? [Int])
        let decoded = try Program.run(
            ["tokenizer", "decode", "--tokenizer", file] + ids.map(String.init))
        #expect(decoded.output.hasPrefix("in the winter, 東 winds"))
        let top = try Program.json([
            "tokenizer", "inspect", "--tokenizer", file, "--top", "5", "--multiword", "--json", text,
        ])
        let types = try #require(top["types"] as? [[String: Any]])
        #expect(types.count == 5)
        #expect(types.allSatisfy { $0["multiword"] as? Bool == true })
        let measured = try #require(top["text"] as? [String: Any])
        #expect((measured["charactersPerToken"] as? Double ?? 0) > 2)
        let verified = try Program.run(["tokenizer", "verify", file, file, "--corpus", text])
        #expect(verified.status == 0, "\(verified.errors)")
        let compared = try Program.json(["tokenizer", "compare", file, "--corpus", text, "--json"])
        #expect(compared["tokenizers"] != nil)
        let saved = try Program.run(["tokenizer", "convert", file, folder.path("lib.gguf")])
        #expect(saved.status == 1 && saved.errors.contains("unigramify"), "\(saved.errors)")
        let edited = try Program.run([
            "tokenizer", "edit", "unigramify", file, "--corpus", text, "-o", folder.path("uni.json"),
        ])
        #expect(edited.status == 0, "\(edited.errors)")
        let described = try Program.json([
            "tokenizer", "inspect", "--tokenizer", folder.path("uni.json"), "--json",
        ])
        #expect(described["model"] as? String == "Unigram")
    }

    @Test(
        "what cannot be is told with the option's name",
        arguments: [
            (["--alpha", "0"], "--alpha"), (["--omega", "1"], "--omega"), (["--life", "0"], "--life"),
            (["--epochs", "0"], "--epochs"), (["--max-length", "1"], "--max-length"),
            (["-n", "100"], "--vocab-size"), (["--counts", "a.counts"], "--counts"),
            (["--target-size=-1"], "--target-size"), (["--split", "gpt2"], "--split"),
            (["--memory", "100"], "--memory"), (["--resume", "Package.swift"], "Package.swift"),
        ])
    func badOptions(options: [String], name: String) throws {
        let text = try corpus("a.txt", seed: 1)
        let files = options.first == "--counts" ? [] : [text]
        let run = try Program.run(
            ["tokenizer", "train", "--model", "less-is-better", "-o", folder.path("x.json")] + files + options
        )
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains(name), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
        let empty = try folder.write("", to: "empty.txt")
        let none = try Program.run(
            ["tokenizer", "train", "--model", "less-is-better", "-o", folder.path("x.json"), empty])
        #expect(none.status == 1 && none.errors.contains("no text"), "\(none.errors)")
    }
}
