import Foundation
import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import Testing

/// The built program, which lies beside the tests, with the default model.
@Suite("tessera-server", .timeLimit(.minutes(3)), .serialized)
struct ProgramTests {
    private struct Running: @unchecked Sendable {
        let process: Process
        let output: Pipe
        let errors: Pipe

        init(_ arguments: [String]) throws {
            let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            process = Process()
            process.executableURL = folder.appendingPathComponent("tessera-server")
            process.arguments = arguments
            output = Pipe()
            errors = Pipe()
            process.standardOutput = output
            process.standardError = errors
            try process.run()
        }

        /// The first line of standard output; nil when the program ends without one.
        func line() -> String? {
            var bytes: [UInt8] = []
            while let byte = output.fileHandleForReading.readData(ofLength: 1).first, byte != 0x0A {
                bytes.append(byte)
            }
            return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
        }

        /// Waits for the end: the status, and what was said on standard error.
        func end() -> (status: Int32, errors: String) {
            let said = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: said, as: UTF8.self))
        }
    }

    @Test("serves the default model, lets a text end after Ctrl-C and exits with 130")
    func serves() async throws {
        let model = try DefaultModel.path()
        let running = try Running(["--model", model, "--name", "small", "--port", "0", "--json"])
        defer { running.process.terminate() }
        let line = try await blocking { running.line() }
        let ready = JSONField(try JSONValue(parsing: try #require(line)))
        #expect(try ready["model"].string() == "small")
        let server = LiveServer(port: try ready["port"].integer(), stop: .init())
        #expect(try await server.send("GET", "/health").status == 200)

        let ask: JSONValue = ["prompt": "The capital of France is", "max_tokens": 8, "temperature": 0]
        let reply = try await server.send("POST", "/v1/completions", ask)
        #expect(try reply.json["choices"][0]["text"].string().contains("Paris"))

        // Read as the tokens that it is, a prompt that ends inside a word goes on with hardly any word.
        for (field, count) in [("heal", 2), ("bytes", 3)] {
            var cut = JSONObject([("prompt", "The capital of France is Par"), ("temperature", 0)])
            cut["max_tokens"] = .integer(count)
            cut[field] = true
            let healed = try await server.send("POST", "/v1/completions", .object(cut))
            #expect(try healed.json["choices"][0]["text"].string().hasPrefix("is"), "\(healed.body)")
        }

        let schema: JSONValue = [
            "type": "object", "required": ["capital"], "additionalProperties": false,
            "properties": ["capital": ["type": "string", "maxLength": 20]],
        ]
        let messages: JSONValue = [["role": "user", "content": "What is the capital of France?"]]
        let formatted = try await server.send(
            "POST", "/v1/chat/completions",
            [
                "messages": messages, "max_tokens": 60,
                "response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": schema]],
            ])
        let content = try formatted.json["choices"][0]["message"]["content"].string()
        #expect(try JSONField(try JSONValue(parsing: content))["capital"].string().utf8.count <= 80)
        let called = try await server.send(
            "POST", "/v1/chat/completions",
            [
                "messages": messages, "max_tokens": 120, "tool_choice": "required",
                "parallel_tool_calls": false,
                "tools": [["type": "function", "function": ["name": "answer", "parameters": schema]]],
            ])
        let calls = try called.json["choices"][0]["message"]["tool_calls"]
        #expect(try calls.array().count == 1)
        let arguments = try JSONValue(parsing: try calls[0]["function"]["arguments"].string())
        #expect(try JSONField(arguments)["capital"].string().utf8.count <= 80)

        // A second server at the same port says so on one line.
        let second = try Running(["--model", model, "--port", "\(server.port)"])
        let (status, errors) = try await blocking { second.end() }
        #expect(status == 1)
        #expect(errors.hasPrefix("error: ") && errors.contains("\(server.port)"))
        #expect(errors.split(separator: "\n").count == 1)

        running.process.interrupt()
        let (ended, said) = try await blocking { running.end() }
        #expect(ended == 130)
        #expect(said == "")
    }

    @Test("answers with drafts are those without, from the default model")
    func drafts() async throws {
        let model = try DefaultModel.path()
        let code = "def add(first, second):\n    return first + second\n\n"
        let asks: [JSONValue] = [
            ["prompt": .string(code + code + "def add(first,"), "max_tokens": 40, "temperature": 0],
            [
                "prompt": "1, 2, 3, 1, 2, 3, 1, 2,", "max_tokens": 24, "temperature": 0.8, "seed": 5, "n": 2,
                "logprobs": 1,
            ],
        ]
        var answers: [[JSONValue?]] = []
        for arguments in [[], ["--draft", "auto", "--draft-nodes", "6"]] {
            let running = try Running(["--model", model, "--port", "0", "--json"] + arguments)
            defer { running.process.terminate() }
            let line = try await blocking { running.line() }
            let ready = JSONField(try JSONValue(parsing: try #require(line)))
            let server = LiveServer(port: try ready["port"].integer(), stop: .init())
            let together = try await withThrowingTaskGroup(of: (Int, JSONValue?).self) { group in
                for (index, ask) in asks.enumerated() {
                    group.addTask {
                        let reply = try await server.send("POST", "/v1/completions", ask)
                        return (index, try reply.json["choices"].value)
                    }
                }
                var together = [JSONValue?](repeating: nil, count: asks.count)
                for try await (index, answer) in group { together[index] = answer }
                return together
            }
            answers.append(together)
            let accepted = try await server.metric("accepted_tokens_total")
            #expect(arguments.isEmpty ? accepted == 0 : accepted > 20)
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0].allSatisfy { $0 != nil })
    }

    @Test("serves an encoder beside the model or alone, and says of two encoders that one is too many")
    func encoders() async throws {
        let tiny = try TinyEncoder()
        let folder = tiny.folder.path("")
        let expected = try tiny.load().embed([[2, 4, 31, 3]])[0]
        for arguments in [
            ["--model", try DefaultModel.path(), "--name", "small", "--embedding-model", folder],
            ["--model", folder, "--name", "small"],
        ] {
            let running = try Running(arguments + ["--port", "0", "--json", "--threads", "1"])
            defer { running.process.terminate() }
            let line = try await blocking { running.line() }
            let ready = JSONField(try JSONValue(parsing: try #require(line)))
            #expect(try ready["model"].string() == "small")
            let server = LiveServer(port: try ready["port"].integer(), stop: .init())
            let reply = try await server.send("POST", "/v1/embeddings", ["input": "ab"])
            let vector = try reply.json["data"][0]["embedding"]
            #expect(try vector.array().indices.map { Float(try vector[$0].double()) } == expected)
            running.process.interrupt()
            let (ended, _) = try await blocking { running.end() }
            #expect(ended == 130)
        }
        let both = try Running(["--model", folder, "--embedding-model", folder])
        let (status, errors) = try await blocking { both.end() }
        #expect(status == 1)
        #expect(errors.contains("--model") && errors.split(separator: "\n").count == 1)
    }

    @Test("arguments that make no sense exit with 2, values out of range with 1")
    func arguments() async throws {
        for (arguments, expected) in [
            (["--nonsense"], 2), (["--port", "70000"], 1), (["--max-running", "0"], 1),
            (["--log-level", "x"], 1), (["--draft", "x"], 2), (["--draft-nodes", "3"], 2),
            (["--draft", "auto", "--draft-nodes", "0"], 2),
            (["--draft", "lookup", "--draft-table", "t"], 2),
            (["--draft", "auto", "--draft-table", "/nowhere"], 1),
            (["--model", "/nowhere"], 1), (["--help"], 0),
        ] as [([String], Int32)] {
            let running = try Running(arguments)
            let (status, _) = try await blocking { running.end() }
            #expect(status == expected, "\(arguments)")
        }
    }
}
