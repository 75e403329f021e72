import Foundation
import TesseraCore
import TesseraDecoding
import TesseraFiles
import TesseraServer
import Testing

/// Every token of the tests' tokenizer is a byte, so that a text drawn by bytes, and one whose last token is drawn
/// again, must be the plain one.
@Suite("Prompts that end inside a token", .timeLimit(.minutes(2)))
struct PromptEndTests {
    private static let model = FakeModel(score: FakeModel.babbling)

    private static func body(_ fields: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject([("prompt", "zzyzyx"), ("ignore_eos", true), ("seed", 3)] + fields))
    }

    private static func texts(_ server: LiveServer, _ body: JSONValue) async throws -> [String] {
        let reply = try await server.send("POST", "/v1/completions", body)
        #expect(reply.status == 200, "\(reply.body)")
        let choices = try reply.json["choices"]
        return try choices.array().indices.map { try choices[$0]["text"].string() }
    }

    @Test("healing begins with what was taken back and does not say it again", arguments: [0, 0.7])
    func healed(_ temperature: Double) async throws {
        try await withServer(Self.model) { server in
            let sampling: [(String, JSONValue)] = [("temperature", .number(temperature))]
            let plain = try await Self.texts(server, Self.body(sampling + [("max_tokens", 10)]))
            #expect(plain[0].count >= 5)
            let healed = Self.body(sampling + [("max_tokens", 11), ("heal", true)])
            #expect(try await Self.texts(server, healed) == plain)
            let reply = try await server.send("POST", "/v1/completions", healed)
            #expect(try reply.json["usage"]["prompt_tokens"].integer() == 6)
            #expect(try reply.json["usage"]["completion_tokens"].integer() == 11)

            let many = sampling + [("n", 3), ("prompt", ["zzyzyx", "abab"])]
            let several = try await Self.texts(server, Self.body(many + [("max_tokens", 8)]))
            #expect(several.count == 6)
            #expect(
                try await Self.texts(server, Self.body(many + [("max_tokens", 9), ("heal", true)])) == several
            )
            // What was taken back is no part of what is said: it cannot stop the text.
            let stopped = Self.body(
                sampling + [("max_tokens", 11), ("heal", true), ("stop", "x"), ("echo", true)])
            #expect(try await Self.texts(server, stopped)[0].hasPrefix("zzyzyx"))
        }
    }

    @Test("healing and drafts go together")
    func healedWithDrafts() async throws {
        let healed = Self.body([("temperature", 0.7), ("max_tokens", 40), ("heal", true), ("n", 2)])
        let expected = try await withServer(Self.model) { try await Self.texts($0, healed) }
        let drafting = try BatchDrafting(.auto, size: .nodes(6), table: RecyclingTable(vocabularySize: 257))
        let (texts, accepted) = try await withServer(Self.model, drafting: drafting) { server in
            (try await Self.texts(server, healed), try await server.metric("accepted_tokens_total"))
        }
        #expect(texts == expected)
        #expect(accepted > 0)
    }

    @Test("bytes are drawn beside other texts, whole and streamed")
    func bytes() async throws {
        let plain = Self.body([("temperature", 0), ("max_tokens", 12)])
        let drawn = Self.body([("temperature", 0), ("max_tokens", 12), ("bytes", true), ("echo", true)])
        try await withServer(Self.model) { server in
            let expected = try await Self.texts(server, plain)
            let all = try await withThrowingTaskGroup(of: [String].self) { group in
                for index in 0..<6 {
                    group.addTask { try await Self.texts(server, index % 2 == 0 ? plain : drawn) }
                }
                var all: [[String]] = []
                for try await texts in group { all.append(texts) }
                return all
            }
            #expect(all.filter { $0 == expected }.count == 3)
            #expect(all.filter { $0 == ["zzyzyx" + expected[0]] }.count == 3)

            let stream = Self.body([
                ("temperature", 0), ("max_tokens", 12), ("bytes", true), ("stream", true),
                ("stream_options", ["include_usage": true]),
            ])
            let chunks = try await server.send("POST", "/v1/completions", stream).chunks
            let pieces = try chunks.dropLast().map { try $0["choices"][0]["text"].string() }
            #expect(pieces.joined() == expected[0] && pieces.count > 5)
            #expect(try chunks[chunks.count - 2]["choices"][0]["finish_reason"].string() == "length")
            #expect(try chunks[chunks.count - 1]["usage"]["completion_tokens"].integer() == 12)
            #expect(try await server.metric("generated_bytes_total") == 48)
            #expect(try await server.metric("texts_waiting") == 0)
        }
    }

    @Test("a client that has gone gets no bytes drawn, and the next one's are")
    func gone() async throws {
        let gate = Gate()
        let model = FakeModel(score: FakeModel.babbling, beforePass: gate.pass)
        try await withServer(model) { server in
            let text = server.request(
                "POST", "/v1/completions", Self.body([("max_tokens", 300), ("bytes", true)]))
            let client = try RawClient(port: server.port)
            client.send(text)
            #expect(await gate.arrival())
            client.close()
            gate.open(1000)
            #expect(try await server.eventually("texts_cancelled_total") { $0 == 1 })
            let next = Self.body([("max_tokens", 5), ("temperature", 0), ("bytes", true)])
            #expect(try await Self.texts(server, next)[0].utf8.count == 5)
            #expect(try await server.metric("texts_finished_total") == 1)
        }
        #expect(await model.givesPagesBack())
    }

    @Test("bytes and tokens share the cache: what does not fit now is told, and nothing is left behind")
    func noMemory() async throws {
        let model = FakeModel(pageLimit: 20, score: FakeModel.babbling)
        try await withServer(model) { server in
            let long = Self.body([("max_tokens", 60), ("temperature", 0)])
            async let plain = Self.texts(server, long)
            let reply = try await server.send(
                "POST", "/v1/completions",
                Self.body([("max_tokens", 70), ("temperature", 0), ("bytes", true)]))
            #expect(reply.status == 200 || reply.status == 503)
            if reply.status == 503 {
                #expect(try reply.json["error"]["code"].string() == "cache_exhausted")
            }
            #expect(try await plain[0].utf8.count == 60)
        }
        #expect(await model.givesPagesBack())
    }

    @Test(
        "what cannot be told of such a text is refused by name",
        arguments: [
            ("heal", "\"heal\": 1"), ("heal", "\"heal\": true, \"bytes\": true"),
            ("bytes", "\"bytes\": \"x\""),
            ("logprobs", "\"heal\": true, \"logprobs\": 1"), ("logprobs", "\"bytes\": true, \"logprobs\": 0"),
            ("heal", "\"heal\": true, \"json_schema\": true"),
            ("bytes", "\"bytes\": true, \"grammar\": \"root ::= \\\"a\\\"\""),
            ("n", "\"bytes\": true, \"n\": 2"), ("prompt", "\"bytes\": true, \"prompt\": [\"x\"]"),
            ("prompt", "\"bytes\": true, \"prompt\": [1, 2]"),
            ("logit_bias", "\"bytes\": true, \"logit_bias\": {\"65\": 1}"),
            ("repetition_penalty", "\"bytes\": true, \"repetition_penalty\": 1.1"),
            ("presence_penalty", "\"bytes\": true, \"presence_penalty\": 1"),
            ("frequency_penalty", "\"bytes\": true, \"frequency_penalty\": 1"),
            ("return_token_ids", "\"bytes\": true, \"return_token_ids\": true"),
            ("max_tokens", "\"bytes\": true, \"max_tokens\": 0, \"echo\": true"),
        ])
    func refused(field: String, fields: String) async throws {
        let text = "{" + (fields.contains("\"prompt\"") ? "" : "\"prompt\": \"x\", ") + fields + "}"
        try await withServer(Self.model) { server in
            let reply = try await server.send(
                raw: "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
            #expect(reply.status == 400)
            #expect(try reply.json["error"]["param"].string() == field)
        }
    }

    @Test("chats refuse both")
    func chats() async throws {
        try await withServer(Self.model) { server in
            for field in ["heal", "bytes"] {
                let messages: JSONValue = [["role": "user", "content": "x"]]
                let body = JSONValue.object(JSONObject([("messages", messages), (field, .bool(true))]))
                let reply = try await server.send("POST", "/v1/chat/completions", body)
                #expect(reply.status == 400)
                #expect(try reply.json["error"]["param"].string() == field)
            }
        }
    }
}
