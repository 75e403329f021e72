import Foundation
import Testing

@Suite("tessera generate, chat, evaluate, bench")
struct GenerationCommandTests {
    @Test("greedy generation knows the capital of France, and says the same twice")
    func greedy() throws {
        let arguments = ["generate", "The capital of France is", "-n", "8", "--json"]
        let first = try Program.json(arguments)
        let second = try Program.json(arguments)
        let text = try #require(first["text"] as? String)
        #expect(text.hasPrefix(" Paris"))
        #expect(second["text"] as? String == text)
        #expect((first["tokens"] as? [Int])?.count == 8)
        #expect(first["stopReason"] as? String == "maximum-tokens")
    }

    @Test("streamed text is the JSON text and a newline; --stats goes to standard error")
    func streaming() throws {
        let arguments = ["generate", "Once upon a time", "-n", "12", "--temperature", "0.9", "--seed", "3"]
        let streamed = try Program.run(arguments + ["--stats"])
        let object = try Program.json(arguments + ["--json"])
        #expect(streamed.output == "\(try #require(object["text"] as? String))\n")
        #expect(streamed.errors.contains("12 generated"))
    }

    @Test("seeds matter, and each seed repeats itself")
    func seeds() throws {
        let texts = try [1, 1, 2].map { seed in
            try Program.run([
                "generate", "My favourite", "-n", "16", "--temperature", "1", "--seed", "\(seed)",
            ])
            .output
        }
        #expect(texts[0] == texts[1])
        #expect(texts[0] != texts[2])
    }

    @Test("a stop string ends the text before it")
    func stop() throws {
        let whole = try Program.run(["generate", "Count: 1, 2, 3,", "-n", "24"]).output
        let stopped = try Program.json(["generate", "Count: 1, 2, 3,", "-n", "24", "--stop", " 6", "--json"])
        #expect(whole.contains(" 6"))
        #expect(stopped["stopReason"] as? String == "stop-string")
        let text = try #require(stopped["text"] as? String)
        #expect(whole.hasPrefix(text) && !text.contains(" 6"))
    }

    @Test("chat remembers the turn before, and reuses its cache")
    func chat() throws {
        let input = Data("Remember the number 7421.\nWhich number did I tell you?\n".utf8)
        let run = try Program.run(["chat", "--json", "-n", "40"], input: input)
        #expect(run.status == 0)
        let replies = try run.output.split(separator: "\n").map { try Program.object(String($0)) }
        try #require(replies.count == 2)
        #expect((replies[1]["text"] as? String)?.contains("7421") == true)
        let prompt = try #require(replies[1]["prompt"] as? [String: Any])
        #expect((prompt["reusedTokens"] as? Int ?? 0) > 20)
    }

    @Test("evaluate finds a proverb likelier than the same words shuffled")
    func evaluate() throws {
        func bits(_ text: String) throws -> Double {
            let object = try Program.json(["evaluate", "--json", "-"], input: Data(text.utf8))
            return try #require(object["bitsPerByte"] as? Double)
        }
        let good = try bits("A journey of a thousand miles begins with a single step.")
        let bad = try bits("Miles step a single journey with of thousand begins a a.")
        #expect(good < 1.2)
        #expect(bad > 1.5 * good)
    }

    @Test("bench decode prints both rates")
    func bench() throws {
        let object = try Program.json([
            "bench", "decode", "--prompt-tokens", "32", "--generated-tokens", "8", "--repetitions", "2",
            "--json",
        ])
        for job in ["prompt", "generation"] {
            let rates = try #require(object[job] as? [String: Any])
            #expect((rates["tokensPerSecond"] as? Double ?? 0) > 1)
            #expect((rates["runs"] as? [Double])?.count == 2)
        }
    }

    @Test("bench kernels prints the times of several tokens beside that of one")
    func benchKernels() throws {
        let object = try Program.json([
            "bench", "kernels", "--formats", "q4_k", "--tokens", "4,2", "--layers", "1", "--rounds", "1",
            "--json",
        ])
        let formats = try #require(object["formats"] as? [[String: Any]])
        let times = try #require(formats.first?["times"] as? [[String: Any]])
        #expect(formats.count == 1 && formats.first?["format"] as? String == "Q4_K")
        #expect(times.map { $0["tokens"] as? Int } == [1, 2, 4])
        #expect(times.allSatisfy { ($0["seconds"] as? Double ?? 0) > 0 })
        #expect([1, 2, 4].contains(formats.first?["treeSize"] as? Int))

        for wrong in [["--formats", "Q9_9"], ["--tokens", "1,many"], ["--layers", "0"]] {
            #expect(try Program.run(["bench", "kernels"] + wrong).status == 2)
        }
    }

    @Test("Ctrl-C ends a generation with status 130 and keeps what was shown")
    func interrupt() throws {
        let run = try Program.run(
            ["generate", "Once upon a time", "-n", "4000", "--context", "4096", "--temperature", "1"],
            signal: (SIGINT, afterBytes: 20), timeoutSeconds: 60)
        #expect(run.status == 130)
        #expect(run.output.utf8.count >= 20)
    }

    @Test("a reader that leaves early ends it quietly")
    func brokenPipe() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c",
            "\"$0\" generate 'Once upon a time' -n 3000 --temperature 1 2>errors.$$ | head -c 10 >/dev/null; cat errors.$$; rm errors.$$",
            try Program.path(),
        ]
        shell.currentDirectoryURL = FileManager.default.temporaryDirectory
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let errors = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(errors.isEmpty)
    }
}
