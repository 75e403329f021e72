import Foundation
import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraServer
import Testing

@Suite("POST /v1/embeddings", .timeLimit(.minutes(2)))
struct EmbeddingRouteTests {
    private let tiny: TinyEncoder

    init() throws { tiny = try TinyEncoder() }

    private func vector(_ field: JSONField) throws -> [Float] {
        try field.array().indices.map { Float(try field[$0].double()) }
    }

    @Test("takes a text, texts, ids and lists of ids, and gives the engine's vectors")
    func shapes() async throws {
        let expected = try tiny.load().embed([[2, 4, 31, 3], [2, 6, 3]])
        try await withServer(with: try tiny.served()) { server in
            let shapes: [(JSONValue, Int)] = [
                ("ab", 1), (["ab"], 1), ([2, 4, 31, 3], 1), ([[2, 4, 31, 3]], 1), (["ab", "c"], 2),
                ([[2, 4, 31, 3], [2, 6, 3]], 2),
            ]
            for (input, count) in shapes {
                let reply = try await server.send(
                    "POST", "/v1/embeddings", ["model": "tiny", "input": input, "user": "me"])
                #expect(reply.status == 200, "\(reply.body)")
                let json = try reply.json
                #expect(try json["object"].string() == "list")
                #expect(try json["model"].string() == "tiny")
                #expect(try json["data"].array().count == count)
                for index in 0..<count {
                    let entry = json["data"][index]
                    #expect(try entry["object"].string() == "embedding")
                    #expect(try entry["index"].integer() == index)
                    #expect(try self.vector(entry["embedding"]) == expected[index])
                }
                #expect(try json["usage"]["prompt_tokens"].integer() == (count == 1 ? 4 : 7))
                #expect(try json["usage"]["total_tokens"].integer() == (count == 1 ? 4 : 7))
            }
        }
    }

    @Test("base64 holds the same numbers in single precision")
    func base64() async throws {
        try await withServer(with: try tiny.served()) { server in
            let plain = try await server.send("POST", "/v1/embeddings", ["input": "abc"])
            let reply = try await server.send(
                "POST", "/v1/embeddings",
                ["input": "abc", "encoding_format": "base64", "dimensions": .integer(TinyEncoder.hidden)])
            let text = try reply.json["data"][0]["embedding"].string()
            let data = try #require(Data(base64Encoded: text))
            #expect(data.count == 4 * TinyEncoder.hidden)
            let numbers = data.withUnsafeBytes { bytes in
                (0..<TinyEncoder.hidden).map { index in
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
                }
            }
            #expect(try numbers == self.vector(plain.json["data"][0]["embedding"]))
        }
    }

    @Test(
        "what cannot be is refused by name",
        arguments: [
            ("input", "null"), ("input", "[]"), ("input", "\"\""), ("input[1]", "[\"a\", \"\"]"),
            ("input[1]", "[[2], []]"), ("input", "7"), ("input[1]", "[2, 56]"), ("input[0]", "[-1]"),
            ("input[0][0]", "[[\"a\"]]"), ("input[1]", "[2, 1.5]"), ("input[0]", "[null]"),
            ("input", "\"aaaaaaaaaaa\""), ("input[1]", "[\"a\", \"aaaaaaaaaaa\"]"),
            ("input", "[\"a\", \"a\", \"a\", \"a\"]"), ("encoding_format", "\"int8\""),
            ("encoding_format", "1"), ("dimensions", "8"), ("dimensions", "0"), ("dimensions", "1.5"),
            ("dimensions", "17"), ("user", "7"), ("model", "7"),
        ])
    func refused(field: String, value: String) async throws {
        let key = field.split(separator: "[").first.map(String.init) ?? field
        var limits = quickLimits
        limits.inputsPerRequest = 3
        try await withServer(limits: limits, with: try tiny.served()) { server in
            let text = "{\(key == "input" ? "" : "\"input\": \"a\", ")\"\(key)\": \(value)}"
            let reply = try await server.send(
                raw: "POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)")
            #expect(reply.status == 400)
            #expect(try reply.json["error"]["param"].string() == field)
            #expect(try reply.json["error"]["type"].string() == "invalid_request_error")
        }
    }

    @Test("the longest text fits, one more token does not; a body beyond the limit is refused")
    func length() async throws {
        var limits = quickLimits
        limits.bodyBytes = 200
        try await withServer(limits: limits, with: try tiny.served()) { server in
            // Two tokens are [CLS] and [SEP].
            let most = TinyEncoder.context - 2
            let fits = try await server.send(
                "POST", "/v1/embeddings", ["input": .string(String(repeating: "a", count: most))])
            #expect(try fits.json["usage"]["total_tokens"].integer() == TinyEncoder.context)
            let long = try await server.send(
                "POST", "/v1/embeddings", ["input": .string(String(repeating: "a", count: most + 1))])
            #expect(try long.json["error"]["code"].string() == "context_length_exceeded")
            let body = try await server.send(
                "POST", "/v1/embeddings", ["input": .string(String(repeating: " ", count: 300))])
            #expect(body.status == 413)
        }
    }

    @Test("both models are listed, each answers for itself, and vectors are counted")
    func beside() async throws {
        try await withServer(with: try tiny.served()) { server in
            let models = try await server.send("GET", "/v1/models").json["data"]
            #expect(try models.array().count == 2)
            #expect(try models[0]["id"].string() == "fake")
            #expect(try models[1]["id"].string() == "tiny")
            #expect(try models[1]["embedding_size"].integer() == TinyEncoder.hidden)
            #expect(try await server.send("GET", "/v1/models/tiny").status == 200)

            let text = try await server.send(
                "POST", "/v1/completions", ["model": "fake", "prompt": "x", "max_tokens": 1])
            #expect(text.status == 200)
            let swapped = try await server.send(
                "POST", "/v1/completions", ["model": "tiny", "prompt": "x", "max_tokens": 1])
            #expect(swapped.status == 400)
            #expect(try swapped.json["error"]["param"].string() == "model")
            #expect(try swapped.json["error"]["code"].string() == "model_cannot_generate")
            let other = try await server.send("POST", "/v1/embeddings", ["model": "fake", "input": "a"])
            #expect(other.status == 404)
            #expect(try other.json["error"]["code"].string() == "model_not_found")

            _ = try await server.send("POST", "/v1/embeddings", ["input": ["a", "bc"]])
            #expect(try await server.metric("embedding_requests_total") == 1)
            #expect(try await server.metric("embedding_tokens_total") == 7)
            #expect(try await server.metric("embedding_text_seconds_count") == 2)
            #expect(try await server.metric("embedding_texts_waiting") == 0)
        }
    }

    @Test("an encoder alone gives vectors and tokens, and refuses texts; without one the flag is named")
    func alone() async throws {
        try await withServer(encoder: try tiny.served()) { server in
            #expect(try await server.send("POST", "/v1/embeddings", ["input": "a"]).status == 200)
            let models = try await server.send("GET", "/v1/models").json["data"]
            #expect(try models.array().count == 1)
            #expect(try models[0]["id"].string() == "tiny")
            for (path, body) in [
                ("/v1/completions", ["prompt": "a", "model": "tiny"]), ("/v1/completions", ["prompt": "a"]),
                ("/v1/chat/completions", ["messages": [["role": "user", "content": "a"]]]),
            ] as [(String, JSONValue)] {
                let reply = try await server.send("POST", path, body)
                #expect(reply.status == 400)
                #expect(try reply.json["error"]["code"].string() == "model_cannot_generate")
                #expect(try reply.json["error"]["message"].string().contains("/v1/embeddings"))
            }
            let tokens = try await server.send("POST", "/tokenize", ["content": "ab"])
            #expect(try tokens.json["tokens"].array() == [4, 31])
            #expect(try await server.send("GET", "/tokenizer_info").status == 200)
            #expect(try await server.send("GET", "/health").status == 200)
        }
        try await withServer { server in
            let none = try await server.send("POST", "/v1/embeddings", ["input": "x"])
            #expect(none.status == 404)
            #expect(try none.json["error"]["message"].string().contains("--embedding-model"))
        }
    }

    @Test("a full queue answers 429 with Retry-After, and clients take turns")
    func queueFull() async throws {
        var limits = quickLimits
        limits.queuedInputs = 2
        let gate = Gate()
        try await withServer(limits: limits, with: try tiny.served(beforeText: gate.pass)) { server in
            async let first = server.send("POST", "/v1/embeddings", ["input": ["a", "b", "c"]])
            #expect(await gate.arrival())
            #expect(try await server.metric("embedding_texts_waiting") == 2)
            let refused = try await server.send("POST", "/v1/embeddings", ["input": "d"])
            #expect(refused.status == 429)
            #expect(Int(refused.field("Retry-After") ?? "").map { $0 >= 1 } == true)
            #expect(try await server.metric("requests_refused_total") == 1)
            // Generating goes on meanwhile only between the encoder's texts; other routes are not held up at all.
            #expect(try await server.send("GET", "/health").status == 200)
            gate.open(100)
            #expect(try await first.status == 200)
        }
    }

    @Test("a client that leaves costs at most the text under way")
    func disconnect() async throws {
        let gate = Gate()
        try await withServer(with: try tiny.served(beforeText: gate.pass)) { server in
            let client = try RawClient(port: server.port)
            client.send(server.request("POST", "/v1/embeddings", ["input": ["a", "b", "c", "d"]]))
            #expect(await gate.arrival())
            client.close()
            #expect(try await server.eventually("embedding_texts_waiting") { $0 == 0 })
            gate.open(100)
            #expect(try await server.send("POST", "/v1/embeddings", ["input": "e"]).status == 200)
            // The text under way and the last one.
            #expect(try await server.metric("embedding_text_seconds_count") == 2)
        }
    }

    @Test("a request to stop ends what still waits")
    func shutdown() async throws {
        let gate = Gate()
        try await withServer(with: try tiny.served(beforeText: gate.pass)) { server in
            async let reply = server.send("POST", "/v1/embeddings", ["input": ["a", "b", "c", "d"]])
            #expect(await gate.arrival())
            server.stop.cancel()
            let answer = try await reply
            #expect(answer.status == 503)
            #expect(try answer.json["error"]["code"].string() == "shutting_down")
            gate.open(100)
        }
    }
}
