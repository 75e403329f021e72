import Foundation
import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraServer
import TesseraTokenizers
import Testing

/// The scores of the model are noise, so what keeps to a format does so because it is held to it.
@Suite("Answers that keep to a format", .timeLimit(.minutes(2)))
struct GrammarRouteTests {
    private let messages: JSONValue = [["role": "user", "content": "Hi"]]
    private let schema: JSONValue = [
        "type": "object", "required": ["city", "size"], "additionalProperties": false,
        "properties": ["city": ["type": "string", "maxLength": 6], "size": ["type": "integer"]],
    ]

    private func chat(_ fields: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject([("messages", messages), ("max_tokens", 60), ("seed", 3)] + fields))
    }

    private func completion(_ fields: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject([("prompt", "Hi"), ("max_tokens", 60), ("seed", 3)] + fields))
    }

    private func format(_ schema: JSONValue) -> JSONValue {
        ["type": "json_schema", "json_schema": ["name": "city", "strict": true, "schema": schema]]
    }

    @Test("a schema, as response_format and as json_schema, whole and streamed, for several choices")
    func schemas() async throws {
        try await withServer(FakeModel(contextLength: 1024)) { server in
            let bodies: [(String, JSONValue)] = [
                ("chat/", self.chat([("response_format", self.format(self.schema)), ("n", 3)])),
                ("chat/", self.chat([("json_schema", self.schema), ("n", 3)])),
                (
                    "chat/",
                    self.chat([
                        ("response_format", ["type": "json_object", "schema": self.schema]), ("n", 3),
                    ])
                ),
                ("", self.completion([("json_schema", self.schema), ("n", 3)])),
                ("", self.completion([("response_format", self.format(self.schema)), ("n", 3)])),
            ]
            for (place, body) in bodies {
                let reply = try await server.send("POST", "/v1/\(place)completions", body)
                #expect(reply.status == 200, "\(reply.body)")
                guard reply.status == 200 else { continue }
                for index in 0..<3 {
                    let choice = try reply.json["choices"][index]
                    let text =
                        try place.isEmpty ? choice["text"].string() : choice["message"]["content"].string()
                    try expectCity(text)
                    #expect(try choice["finish_reason"].string() == "stop")
                }
            }
            var streamed = bodies[1].1
            if case .object(var object) = streamed {
                object["stream"] = true
                object["n"] = 1
                streamed = .object(object)
            }
            let chunks = try await server.send("POST", "/v1/chat/completions", streamed).chunks
            try expectCity(
                try chunks.map { try $0["choices"][0]["delta"]["content"].optionalString() ?? "" }.joined())
        }
    }

    private func expectCity(_ text: String) throws {
        let value = JSONField(try JSONValue(parsing: text))
        #expect(try value["city"].string().unicodeScalars.count <= 6)
        _ = try value["size"].integer()
        #expect(try value.object().count == 2)
    }

    @Test("json_object gives objects, a grammar its texts, ignore_eos and a bias notwithstanding")
    func others() async throws {
        try await withServer(FakeModel(contextLength: 1024)) { server in
            let object = try await server.send(
                "POST", "/v1/chat/completions", self.chat([("response_format", ["type": "json_object"])]))
            _ = try JSONField(
                try JSONValue(parsing: try object.json["choices"][0]["message"]["content"].string())
            ).object()
            let grammar = try await server.send(
                "POST", "/v1/completions",
                self.completion([
                    ("grammar", #"root ::= "yes" | "no""#), ("ignore_eos", true),
                    ("logit_bias", ["65": 100]), ("logprobs", 2),
                ]))
            let choice = try grammar.json["choices"][0]
            #expect(["yes", "no"].contains(try choice["text"].string()))
            #expect(try choice["finish_reason"].string() == "stop")
            // The probabilities told are the model's, before the mask.
            #expect(try choice["logprobs"]["token_logprobs"][0].double() < -3)
            let letters = try await server.send(
                "POST", "/v1/completions",
                self.completion([("grammar", "root ::= [a-f]+"), ("ignore_eos", true), ("n", 4)]))
            for index in 0..<4 {
                let text = try letters.json["choices"][index]["text"].string()
                #expect(text.wholeMatch(of: #/[a-f]+/#) != nil, "\(text)")
            }
            let empty = try await server.send(
                "POST", "/v1/completions",
                self.completion([("grammar", #"root ::= "abcdefgh"?"#), ("max_tokens", 1)]))
            #expect(try empty.json["choices"][0]["text"].string() == "")
            let free = try await server.send(
                "POST", "/v1/completions", self.completion([("grammar", ""), ("ignore_eos", true)]))
            #expect(try free.json["choices"][0]["finish_reason"].string() == "length")
        }
    }

    @Test("what cannot be kept to is refused with its place, and nothing is generated")
    func refused() async throws {
        let deep = String(repeating: "(", count: 10_000)
        let bad: [(String, JSONValue, String)] = [
            (
                "response_format", format(["type": "object", "properties": ["a": ["not": [:]]]]),
                "response_format.json_schema.schema#/properties/a/not"
            ),
            ("json_schema", ["type": "string", "minContains": 1], "json_schema#/minContains"),
            ("json_schema", "x", "json_schema"),
            ("response_format", ["type": "json_schema"], "response_format.json_schema.schema"),
            ("response_format", ["type": "xml"], "response_format.type"),
            ("response_format", 7, "response_format.type"),
            ("grammar", "root ::= (", "grammar"), ("grammar", "root ::= root", "grammar"),
            ("grammar", 7, "grammar"), ("grammar", .string("root ::= \(deep)"), "grammar"),
            ("grammar", #"root ::= "a"{1,1000000}"#, "grammar"),
            ("grammar", #"root ::= (("a"{1000}){1000}){1000}"#, "grammar"),
            ("json_schema", ["type": "integer", "minimum": 2, "maximum": 1], "json_schema"),
            ("json_schema", [:], "stop"), ("guided_json", [:], "guided_json"),
            ("structured_outputs", [:], "structured_outputs"),
        ]
        let model = FakeModel(contextLength: 1024)
        try await withServer(model) { server in
            for (name, value, parameter) in bad {
                let stop: [(String, JSONValue)] = parameter == "stop" ? [("stop", "}")] : []
                let reply = try await server.send(
                    "POST", "/v1/chat/completions", self.chat([(name, value)] + stop))
                #expect(reply.status == 400, "\(name) \(value.serialized().prefix(80))")
                #expect(try reply.json["error"]["param"].string() == parameter)
                #expect(
                    try reply.json["error"]["message"].string().hasPrefix(parameter == "stop" ? "stop" : name)
                )
            }
            let two = try await server.send(
                "POST", "/v1/completions",
                self.completion([("grammar", "root ::= \"a\""), ("json_schema", [:])]))
            #expect(try two.json["error"]["param"].string() == "json_schema")
            let short = try await server.send(
                "POST", "/v1/completions",
                self.completion([("json_schema", self.schema), ("max_tokens", 12)]))
            #expect(try short.json["error"]["param"].string() == "max_tokens")
            #expect(try await server.metric("grammars_refused_total") >= 6)
        }
        #expect(model.passes.isEmpty)
    }

    @Test("left recursion and stars of stars are followed")
    func recursion() async throws {
        try await withServer(FakeModel(contextLength: 1024)) { server in
            let reply = try await server.send(
                "POST", "/v1/completions",
                self.completion([
                    ("grammar", #"root ::= root "+" [0-9] | ([0-9]*)* "." "#), ("max_tokens", 24),
                ]))
            let text = try reply.json["choices"][0]["text"].string()
            #expect(text.wholeMatch(of: #/[0-9]*\.(\+[0-9])*/#) != nil, "\(text)")
        }
    }

    @Test("requests with and without grammars run together, and each says what it says alone")
    func together() async throws {
        let bodies = (0..<12).map { index -> JSONValue in
            var fields: [(String, JSONValue)] = [("seed", .integer(index))]
            switch index % 3 {
            case 0: fields.append(("json_schema", self.schema))
            case 1: fields.append(("grammar", .string("root ::= [a-\(index % 2 == 0 ? "f" : "k")]+")))
            default: fields.append(("ignore_eos", true))
            }
            return self.completion(fields)
        }
        try await withServer(FakeModel(contextLength: 1024)) { server in
            var alone: [String] = []
            for body in bodies {
                alone.append(
                    try await server.send("POST", "/v1/completions", body).json["choices"][0]["text"].string()
                )
            }
            let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (index, body) in bodies.enumerated() {
                    group.addTask {
                        let reply = try await server.send("POST", "/v1/completions", body)
                        return (index, try reply.json["choices"][0]["text"].string())
                    }
                }
                var texts = [String](repeating: "", count: bodies.count)
                for try await (index, text) in group { texts[index] = text }
                return texts
            }
            #expect(together == alone)
            for index in stride(from: 0, to: 12, by: 3) { try self.expectCity(together[index]) }
        }
    }

    @Test("grammars are compiled once, kept to a size, and counted")
    func kept() async throws {
        var limits = quickLimits
        limits.grammarCacheBytes = 60_000
        try await withServer(FakeModel(contextLength: 1024), limits: limits) { server in
            for index in 0..<60 {
                let schema: JSONValue = ["const": .integer(index)]
                for _ in 0..<2 {
                    let reply = try await server.send(
                        "POST", "/v1/completions", self.completion([("json_schema", schema)]))
                    #expect(try reply.json["choices"][0]["text"].string() == "\(index)")
                }
            }
            #expect(try await server.metric("grammars_compiled_total") == 60)
            #expect(try await server.metric("grammars_reused_total") == 60)
            #expect(try await server.metric("grammars_kept_bytes") <= 60_000)
            #expect(try await (1..<60).contains(server.metric("grammars_kept")))
            #expect(try await server.metric("grammar_compile_seconds_count") == 60)
            #expect(try await server.metric("grammar_mask_seconds_count") >= 120)
        }
    }

    @Test("more grammars than may wait are refused with 429")
    func full() async throws {
        let metrics = ServerMetrics()
        var limits = ServerLimits()
        limits.queuedGrammars = 0
        let queue = GrammarQueue(tokenizer: byteTokenizer.tokenizer, limits: limits, metrics: metrics)
        let format = OutputFormat(source: .regularExpression("a"), field: "grammar")
        do {
            _ = try await queue.grammar(format)
            Issue.record("a grammar was compiled beyond what may wait")
        } catch { #expect(error.status == 429 && error.retryAfterSeconds ?? 0 > 0) }
        #expect(metrics.refused.total == 1)
        let open = GrammarQueue(tokenizer: byteTokenizer.tokenizer, limits: ServerLimits(), metrics: metrics)
        _ = try await open.grammar(format)
        do {
            _ = try await open.grammar(
                OutputFormat(source: .regularExpression("b"), field: "grammar"), isWanted: { false })
            Issue.record("a grammar that nobody wants was compiled")
        } catch { #expect(error.status == 499) }
        open.stop()
        do {
            _ = try await open.grammar(OutputFormat(source: .regularExpression("c"), field: "grammar"))
            Issue.record("a grammar was compiled after the end")
        } catch { #expect(error.status == 503) }
    }
}
