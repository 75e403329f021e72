import Foundation
import TesseraCore
import TesseraFiles
import TesseraServer
import Testing

@Suite("POST /v1/completions", .timeLimit(.minutes(2)))
struct CompletionRouteTests {
    private let ask: JSONValue = [
        "model": "fake", "prompt": "Hello", "max_tokens": 6, "temperature": 1, "seed": 3, "ignore_eos": true,
    ]

    private func asking(_ changes: [(String, JSONValue)]) -> JSONValue {
        guard case .object(var object) = ask else { return ask }
        for (key, value) in changes { object[key] = value }
        return .object(object)
    }

    @Test("answers whole and streamed with the same text, reason and counts")
    func wholeAndStreamed() async throws {
        try await withServer { server in
            let whole = try await server.send("POST", "/v1/completions", self.ask)
            #expect(whole.status == 200)
            let json = try whole.json
            #expect(try json["object"].string() == "text_completion")
            #expect(try json["model"].string() == "fake")
            let text = try json["choices"][0]["text"].string()
            #expect(try json["choices"][0]["finish_reason"].string() == "length")
            #expect(try json["usage"]["prompt_tokens"].integer() == 5)
            #expect(try json["usage"]["completion_tokens"].integer() == 6)
            #expect(try json["usage"]["total_tokens"].integer() == 11)

            let streamed = try await server.send(
                "POST", "/v1/completions",
                self.asking([("stream", true), ("stream_options", ["include_usage": true])]))
            #expect(streamed.field("Content-Type")?.hasPrefix("text/event-stream") == true)
            let chunks = try streamed.chunks
            let pieces = try chunks.dropLast().map { try $0["choices"][0]["text"].string() }
            #expect(pieces.joined() == text)
            #expect(try chunks[chunks.count - 2]["choices"][0]["finish_reason"].string() == "length")
            let usage = chunks[chunks.count - 1]
            #expect(try usage["choices"].array().isEmpty)
            #expect(try usage["usage"]["completion_tokens"].integer() == 6)
            #expect(Set(try chunks.map { try $0["id"].string() }).count == 1)
        }
    }

    @Test("takes a text, texts, ids and lists of ids")
    func promptShapes() async throws {
        try await withServer { server in
            let shapes: [JSONValue] = [
                "Hello", ["Hello"], [72, 101, 108, 108, 111], [[72, 101, 108, 108, 111]],
            ]
            var texts: Set<String> = []
            for shape in shapes {
                let reply = try await server.send("POST", "/v1/completions", self.asking([("prompt", shape)]))
                texts.insert(try reply.json["choices"][0]["text"].string())
            }
            #expect(texts.count == 1)

            let several = try await server.send(
                "POST", "/v1/completions", self.asking([("prompt", ["Hello", "World"]), ("n", 2)]))
            let choices = try several.json["choices"]
            #expect(try choices.array().count == 4)
            #expect(try (0..<4).map { try choices[$0]["index"].integer() } == [0, 1, 2, 3])
            #expect(try choices[0]["text"].string() == texts.first)
        }
    }

    @Test("lm-evaluation-harness gets the prompt's probabilities")
    func echo() async throws {
        try await withServer { server in
            let reply = try await server.send(
                "POST", "/v1/completions",
                [
                    "model": "fake", "prompt": [[72, 105, 33], [72, 105]], "max_tokens": 1, "temperature": 0,
                    "logprobs": 1, "echo": true, "seed": 1234,
                ])
            let json = try reply.json
            let first = json["choices"][0]
            #expect(try first["text"].string().hasPrefix("Hi!"))
            let told = first["logprobs"]
            #expect(try told["tokens"].array().prefix(3) == ["H", "i", "!"])
            #expect(try told["token_logprobs"].array().count == 4)
            #expect(told["token_logprobs"][0].isPresent == false)
            #expect(try told["token_logprobs"][1].double() < 0)
            #expect(try told["top_logprobs"].array().count == 4)
            #expect(try told["top_logprobs"][1].object().count == 1)
            #expect(try told["text_offset"].array() == [0, 1, 2, 3])
            #expect(try json["choices"][1]["logprobs"]["token_logprobs"].array().count == 3)

            let onlyPrompt = try await server.send(
                "POST", "/v1/completions",
                ["prompt": "Hi!", "max_tokens": 0, "logprobs": 0, "echo": true])
            #expect(try onlyPrompt.json["choices"][0]["text"].string() == "Hi!")
            #expect(try onlyPrompt.json["choices"][0]["logprobs"]["token_logprobs"].array().count == 3)
            #expect(try onlyPrompt.json["usage"]["completion_tokens"].integer() == 0)
        }
    }

    @Test(
        "every number out of range, and what is not there yet, is refused by name",
        arguments: [
            ("max_tokens", "-1"), ("max_tokens", "1.5"), ("max_tokens", "99999999999"),
            ("max_tokens", "\"a\""),
            ("temperature", "-0.1"), ("temperature", "1e300"), ("top_p", "1.1"), ("top_k", "-2"),
            ("min_p", "2"),
            ("n", "0"), ("n", "17"), ("logprobs", "21"), ("logprobs", "-1"), ("seed", "1.5"),
            ("seed", "1e30"),
            ("presence_penalty", "3"), ("frequency_penalty", "-3"), ("repetition_penalty", "0"),
            ("logit_bias.99999", "{\"99999\": 1}"), ("logit_bias.65", "{\"65\": 101}"),
            ("logit_bias.-1", "{\"-1\": 1}"), ("logit_bias", "[1]"), ("stop", "[\"\"]"), ("stop", "7"),
            ("stop[0]", "[7]"), ("stream", "1"), ("echo", "\"yes\""), ("best_of", "3"), ("suffix", "\"x\""),
            ("response_format.type", "{\"type\": \"xml\"}"), ("tools", "[{}]"), ("grammar", "\"root\""),
            ("prompt", "null"), ("prompt", "[]"), ("prompt", "\"\""), ("prompt[1]", "[1, 257]"),
            ("prompt[0]", "[-1]"), ("prompt[0][1]", "[[1, \"a\"]]"), ("prompt", "{}"), ("model", "7"),
            ("prompt[1]", "[1, 18446744073709551616]"),
        ])
    func refused(field: String, value: String) async throws {
        let key = field.split(whereSeparator: { ".[".contains($0) }).first.map(String.init) ?? field
        try await withServer { server in
            let body =
                "{\"max_tokens\": 2, \(key == "prompt" ? "" : "\"prompt\": \"x\", ")\"\(key)\": \(value)}"
            // Of two members with one key none would be clear: the parser refuses them.
            let text =
                key == "max_tokens" ? body.replacingOccurrences(of: "\"max_tokens\": 2, ", with: "") : body
            let reply = try await server.send(
                raw: "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
            #expect(reply.status == 400)
            let error = try reply.json["error"]
            #expect(try error["param"].string() == field)
            #expect(try error["message"].string().contains(key))
            #expect(try error["type"].string() == "invalid_request_error")
        }
    }

    @Test(
        "bodies that are no JSON object are refused",
        arguments: [
            "", "{", "[]", "1", "{\"prompt\": \"x\", \"prompt\": \"y\"}", "\u{0}",
            "{\"prompt\": \"\\ud800\"}",
        ])
    func noObject(body: String) async throws {
        try await withServer { server in
            let reply = try await server.send(
                raw: "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            #expect(reply.status == 400)
            #expect(try !reply.json["error"]["message"].string().isEmpty)
        }
    }

    @Test("a prompt longer than the context and another model's name are refused")
    func tooLong() async throws {
        try await withServer(FakeModel(contextLength: 32)) { server in
            let long = try await server.send(
                "POST", "/v1/completions",
                self.asking([("prompt", .string(String(repeating: "x", count: 32)))]))
            #expect(long.status == 400)
            #expect(try long.json["error"]["code"].string() == "context_length_exceeded")
            let fits = try await server.send(
                "POST", "/v1/completions",
                self.asking([("prompt", .string(String(repeating: "x", count: 31)))]))
            #expect(try fits.json["choices"][0]["finish_reason"].string() == "length")
            let other = try await server.send("POST", "/v1/completions", self.asking([("model", "gpt-4")]))
            #expect(other.status == 404)
            #expect(try other.json["error"]["code"].string() == "model_not_found")
        }
    }
}
