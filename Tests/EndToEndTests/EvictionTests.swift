import Foundation
import Testing

@Suite("tessera generate and evaluate with a cache policy")
struct EvictionCommandTests {
    /// About 400 tokens.
    private let text =
        (1...24).map { "Day \($0): the ship sailed on, and the captain wrote of wind and weather.\n" }
        .joined()

    @Test("memory is half after the prompt, and what was kept and freed is told")
    func generate() throws {
        let arguments = ["generate", text + "Day", "-n", "12", "--cache-policy", "keyformer"]
        let object = try Program.json(arguments + ["--json"])
        let cache = try #require(object["cache"] as? [String: Int])
        let (kept, read) = (try #require(cache["keptTokens"]), try #require(cache["textTokens"]))
        #expect((object["tokens"] as? [Int])?.count == 12)
        #expect(kept == (read - 11) / 2)
        #expect(try #require(cache["bytes"]) < (try #require(cache["promptBytes"])) * 2 / 3)
        #expect(try Program.json(arguments + ["--json"])["text"] as? String == object["text"] as? String)
        let run = try Program.run(arguments + ["--stats"])
        #expect(run.errors.contains("\(kept) of \(read) tokens kept"))
    }

    @Test("full attention with a policy's loop writes what plain generation writes")
    func full() throws {
        let plain = try Program.run(["generate", text + "Day", "-n", "12"])
        for policy in [["full"], ["h2o", "--cache-budget", "5000"]] {
            let run = try Program.run(["generate", text + "Day", "-n", "12", "--cache-policy"] + policy)
            #expect(run.output == plain.output)
        }
    }

    @Test("evaluate compares policies and budgets on one text")
    func evaluate() throws {
        let object = try Program.json(
            [
                "evaluate", "--cache-policy", "window,sinks,h2o", "--cache-budget", "25%,50%", "--json", "-",
            ], input: Data(text.utf8))
        let policies = try #require(object["policies"] as? [[String: Any]])
        #expect(
            policies.compactMap { $0["policy"] as? String }
                == ["full", "window", "window", "sinks", "sinks", "h2o", "h2o"])
        let losses = policies.compactMap { $0["extraNatsPerToken"] as? Double }
        #expect(losses.count == 7 && losses[0] == 0)
        #expect(losses[3] < losses[1] && losses[4] < losses[2])  // what sinks are for
        let table = try Program.run(
            ["evaluate", "--cache-policy", "sinks", "-"], input: Data(text.utf8)
        ).output
        #expect(table.contains("sinks") && table.contains("50%") && table.contains("full"))
    }

    @Test(
        "a wrong flag is one line, before the first token",
        arguments: [
            (["--cache-policy", "snapkv"], "--cache-policy"), (["--cache-policy", ""], "--cache-policy"),
            (["--cache-policy", "h2o", "--cache-budget", "7"], "--cache-budget"),
            (["--cache-policy", "h2o", "--cache-budget", "0%"], "--cache-budget"),
            (["--cache-policy", "h2o", "--cache-budget", "101%"], "--cache-budget"),
            (["--cache-policy", "h2o", "--cache-recent", "120%"], "--cache-recent"),
            (["--cache-policy", "keyformer", "--cache-temperature", "0:1"], "--cache-temperature"),
            (["--cache-policy", "keyformer", "--cache-temperature", "1"], "--cache-temperature"),
            (["--cache-policy", "h2o,sinks"], "--cache-policy"),
        ] as [([String], String)])
    func refusals(_ flags: [String], _ field: String) throws {
        let run = try Program.run(["generate", "Hello", "-n", "4"] + flags)
        #expect(run.status != 0 && run.output.isEmpty)
        #expect(run.errors.contains(field) && run.errors.split(separator: "\n").count == 1)
    }
}
