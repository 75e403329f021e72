import Foundation
import Testing

@Suite("tessera generate --draft, bench decode --methods")
struct DraftCommandTests {
    private let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("tessera-draft-\(UUID().uuidString)")

    private func inFolder(_ body: (URL) throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test(
        "the text is the same with drafts, which save passes; with a grammar too",
        arguments: [[], ["--temperature", "0.8", "--seed", "5"], ["--regex", "(1, )*2"]])
    func identical(_ options: [String]) throws {
        let arguments = ["generate", "1, 1, 1, 1, 1, 1,", "-n", "32", "--json"] + options
        let plain = try Program.json(arguments)
        let tokens = try #require(plain["tokens"] as? [Int])
        for draft in [
            ["--draft", "lookup"], ["--draft", "recycling", "--draft-nodes", "7"], ["--draft", "adaptive"],
            ["--draft", "auto"], ["--draft-model", "smollm2", "--draft-nodes", "3"],
        ] {
            let drafted = try Program.json(arguments + draft)
            #expect(try #require(drafted["tokens"] as? [Int]) == tokens, "\(draft)")
            #expect(drafted["stopReason"] as? String == plain["stopReason"] as? String)
            let counts = try #require(drafted["drafts"] as? [String: Any])
            // Drawn at a temperature, the text need not repeat itself.
            #expect(options.first == "--temperature" || counts["passes"] as? Int ?? 99 < tokens.count - 1)
        }
    }

    @Test("a chat answers the same with drafts")
    func chat() throws {
        let input = Data("Say: one two three.\nSay it again.\n".utf8)
        let plain = try Program.run(["chat", "-n", "24"], input: input)
        let drafted = try Program.run(["chat", "-n", "24", "--draft", "auto", "--stats"], input: input)
        #expect(plain.status == 0 && drafted.status == 0)
        #expect(drafted.output == plain.output)
        #expect(drafted.errors.contains("drafts held"))
    }

    @Test("a table is made, used again, and refused where it does not belong")
    func table() throws {
        try inFolder { folder in
            let table = folder.appendingPathComponent("t.safetensors").path
            let arguments = [
                "generate", "Once upon a time", "-n", "16", "--draft", "recycling", "--draft-table",
            ]
            let first = try Program.run(arguments + [table])
            let second = try Program.run(arguments + [table])
            #expect(first.status == 0 && second.status == 0)
            #expect(first.output == second.output)

            var bytes = try Data(contentsOf: URL(fileURLWithPath: table))
            let mark = try #require(bytes.range(of: Data("fnv1a64:".utf8)))
            bytes[mark.upperBound] = bytes[mark.upperBound] == 48 ? 49 : 48
            let other = folder.appendingPathComponent("other.safetensors")
            try bytes.write(to: other)
            let refused = try Program.run(arguments + [other.path])
            #expect(refused.status == 1)
            #expect(refused.output.isEmpty && refused.errors.contains("tokenizer"))
            #expect(try Data(contentsOf: other) == bytes)

            try Data("no table".utf8).write(to: other)
            #expect(try Program.run(arguments + [other.path]).status == 1)
        }
    }

    @Test(
        "what does not go together is a mistake in the command",
        arguments: [
            ["--draft", "magic"], ["--draft-nodes", "4"], ["--draft", "auto", "--draft-nodes", "0"],
            ["--draft", "lookup", "--draft-table", "t"], ["--rollback", "1"],
            ["--draft", "auto", "--draft-model", "smollm2"],
            ["--draft", "auto", "--cache-policy", "h2o"],
        ])
    func mistakes(_ options: [String]) throws {
        #expect(try Program.run(["generate", "Hello"] + options).status == 2)
    }

    @Test("a draft that changes the text says how much, and is for greedy decoding")
    func bigLittle() throws {
        let arguments = [
            "generate", "Once upon a time", "-n", "16", "--draft-model", "smollm2", "--rollback", "2",
        ]
        // A small model that is the large one never differs from it.
        let counts = try #require(try Program.json(arguments + ["--json"])["drafts"] as? [String: Any])
        #expect(counts["tolerated"] as? Int == 0)
        #expect(try Program.run(arguments + ["--temperature", "1"]).status == 1)
        #expect(try Program.run(arguments.dropLast() + ["-1"]).status != 0)
    }

    @Test("bench decode compares methods on three kinds of prompts, all of them identical")
    func bench() throws {
        let object = try Program.json([
            "bench", "decode", "--methods", "lookup:4,auto,sinks:50%", "--generated-tokens", "4", "--json",
        ])
        let sets = try #require(object["sets"] as? [[String: Any]])
        #expect(sets.map { $0["name"] as? String } == ["code", "summary", "chat"])
        for set in sets {
            let methods = try #require(set["methods"] as? [[String: Any]])
            #expect(methods.map { $0["name"] as? String } == ["none", "lookup:4", "auto", "sinks:50%"])
            for method in methods {
                let isLossless = method["name"] as? String != "sinks:50%"
                #expect(method["prompts"] as? Int == 10)
                #expect(!isLossless || method["identical"] as? Int == 10)
                #expect((method["bytesOfCache"] as? Int ?? 0) > 0)
                #expect((method["tokensPerSecond"] as? Double ?? 0) > 0)
            }
        }
        #expect(try Program.run(["bench", "decode", "--methods", "magic"]).status == 1)
        #expect(try Program.run(["bench", "decode", "--methods", "lookup:many"]).status == 1)
    }
}
