import Foundation
import TesseraFiles
import TesseraServer
import Testing

@Suite("The other routes", .timeLimit(.minutes(2)))
struct OtherRouteTests {
    @Test("tokenize takes both shapes, detokenize gives both names")
    func tokenize() async throws {
        try await withServer { server in
            let plain = try await server.send("POST", "/tokenize", ["content": "Hé"])
            #expect(try plain.json["tokens"].array() == [72, 195, 169])
            #expect(plain.body == "{\"tokens\":[72,195,169]}")
            let other = try await server.send(
                "POST", "/tokenize", ["prompt": "Hé", "add_special_tokens": false])
            #expect(try other.json["tokens"].array() == [72, 195, 169])
            #expect(try other.json["count"].integer() == 3)
            #expect(try other.json["max_model_len"].integer() == 512)
            let pieces = try await server.send("POST", "/tokenize", ["content": "Hé", "with_pieces": true])
            #expect(try pieces.json["tokens"][0]["piece"].string() == "H")
            #expect(try pieces.json["tokens"][1]["piece"].array() == [195])
            let special = "<|end|>"
            let parsed = try await server.send("POST", "/tokenize", ["content": .string(special)])
            #expect(try parsed.json["tokens"].array() == [256])
            let text = try await server.send(
                "POST", "/tokenize", ["content": .string(special), "parse_special": false])
            #expect(try text.json["tokens"].array().count == 7)
            let offsets = try await server.send(
                "POST", "/tokenize", ["content": "aé", "with_pieces": true, "with_offsets": true])
            #expect(try offsets.json["tokens"][0]["offset"].array() == [0, 1])
            let chat = try await server.send(
                "POST", "/tokenize", ["messages": [["role": "user", "content": "Hi"]]])
            #expect(try chat.json["count"].integer() == 20)
            let back = try await server.send("POST", "/detokenize", ["tokens": [72, 195, 169]])
            #expect(try back.json["content"].string() == "Hé")
            #expect(try back.json["prompt"].string() == "Hé")
            for body in [["tokens": [257]], ["tokens": "x"], [:]] as [JSONValue] {
                #expect(try await server.send("POST", "/detokenize", body).status == 400)
            }
            #expect(
                try await server.send("POST", "/tokenize", ["content": "x", "tokenizer": "none"]).status
                    == 400)
        }
    }

    @Test("models, health, tokenizer, unknown paths and methods")
    func others() async throws {
        try await withServer { server in
            #expect(try await server.send("GET", "/health").json["status"].string() == "ok")
            let models = try await server.send("GET", "/v1/models").json
            #expect(try models["data"][0]["id"].string() == "fake")
            #expect(try await server.send("GET", "/v1/models/fake").status == 200)
            #expect(try await server.send("GET", "/v1/models/gpt-4").status == 404)
            let info = try await server.send("GET", "/tokenizer_info").json
            #expect(try info["eos_token"].string() == "<|end|>")
            #expect(try info["chat_template"].string().contains("assistant"))
            let unknown = try await server.send("GET", "/v2/nothing")
            #expect(unknown.status == 404)
            #expect(try unknown.json["error"]["message"].string().contains("/v2/nothing"))
            #expect(try await server.send("GET", "/v1/completions").status == 404)
        }
    }

    @Test("metrics count requests, tokens, cache and times")
    func metrics() async throws {
        try await withServer { server in
            let ask: JSONValue = ["prompt": "Hello", "max_tokens": 4, "ignore_eos": true]
            for _ in 0..<3 { _ = try await server.send("POST", "/v1/completions", ask) }
            let reply = try await server.send("GET", "/metrics")
            #expect(reply.field("Content-Type")?.contains("version=0.0.4") == true)
            #expect(reply.body.contains("\ntessera_requests_total 3\n"))
            #expect(reply.body.contains("\ntessera_generated_tokens_total 12\n"))
            #expect(reply.body.contains("\ntessera_prompt_tokens_total 15\n"))
            #expect(reply.body.contains("\ntessera_time_to_first_token_seconds_count 3\n"))
            #expect(reply.body.contains("\ntessera_time_per_token_seconds_count 9\n"))
            #expect(reply.body.contains("tessera_time_to_first_token_seconds_bucket{le=\"+Inf\"} 3"))
            #expect(try await server.eventually("texts_running") { $0 == 0 })
        }
    }

    @Test("the page comes with a strict policy and asks for nothing from elsewhere")
    func page() async throws {
        try await withServer { server in
            let page = try await server.send("GET", "/")
            #expect(page.status == 200)
            #expect(page.field("Content-Security-Policy")?.contains("default-src 'none'") == true)
            for path in ["/page.css", "/page.js"] {
                let file = try await server.send("GET", path)
                #expect(file.status == 200)
                #expect(!file.body.contains("https://"))
            }
            #expect(!page.body.contains("https://"))
            #expect(!page.body.contains("<script>"))
        }
    }
}
