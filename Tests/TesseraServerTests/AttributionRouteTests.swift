import Foundation
import TesseraCore
import TesseraFiles
import TesseraServer
import TesseraTokenizers
import Testing

@Suite("POST /attribute", .timeLimit(.minutes(2)))
struct AttributionRouteTests {
    /// Letters, of which the model's answer rests on two.
    private let text = "abcdefghij"
    private let target = 90

    /// The target's score is 4 for each of the two letters that is left.
    private func model(beforePass: @escaping @Sendable () -> Void = {}) -> FakeModel {
        let letters = byteTokenizer.tokenizer.encode(text, special: .asText)
        return FakeModel(
            score: { tokens, id in
                guard id == 90 else { return 0 }
                return Float([2, 7].count { tokens.count > $0 && tokens[$0] == letters[$0] }) * 4
            }, beforePass: beforePass)
    }

    private func best(_ reply: Reply) throws -> Set<Int> {
        let tokens = try reply.json["tokens"]
        let scores = try tokens.array().indices.map { try tokens[$0]["score"].double() }
        return Set(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(2))
    }

    @Test("finds the tokens that the prediction rests on", arguments: ["reagent", "occlusion"])
    func causes(_ method: String) async throws {
        try await withServer(model()) { server in
            let reply = try await server.send(
                "POST", "/attribute", ["prompt": .string(text), "method": .string(method)])
            #expect(reply.status == 200, "\(reply.body)")
            let json = try reply.json
            #expect(try json["target"]["id"].integer() == target)
            let share = exp(8.0) / (exp(8.0) + 256)
            #expect(abs(try json["target"]["probability"].double() - share) < 1e-4)
            #expect(try json["tokens"].array().count == 10)
            #expect(try json["tokens"][2]["text"].string() == "c")
            #expect(try json["passes"].integer() == (method == "reagent" ? 121 : 21))
            #expect(try json["is_informative"].bool())
            #expect(try best(reply) == [2, 7])
        }
    }

    @Test("a target can be named, by seed the answer is the same, and other texts run beside it")
    func named() async throws {
        try await withServer(model()) { server in
            let ask: JSONValue = ["prompt": .string(text), "target": 90, "seed": 3, "steps": 60]
            async let other = server.send("POST", "/v1/completions", ["prompt": "Hello", "max_tokens": 20])
            let first = try await server.send("POST", "/attribute", ask)
            #expect(try await other.status == 200)
            #expect(try await server.send("POST", "/attribute", ask).body == first.body)
            #expect(try best(first) == [2, 7])
            // A token that the model gives no more than any other rests on nothing.
            let unlikely = try await server.send(
                "POST", "/attribute", ["prompt": .string(text), "target": 5, "method": "occlusion"])
            #expect(try unlikely.json["target"]["id"].integer() == 5)
            #expect(try unlikely.json["target"]["probability"].double() < 1e-3)
            let scores = try unlikely.json["tokens"]
            #expect(try scores[2]["score"].double() < 0)
            #expect(try scores[0]["score"].double() == 0)
        }
    }

    @Test("what cannot be answered is refused with its field, before the model is asked")
    func refused() async throws {
        let model = model()
        try await withServer(model) { server in
            for (body, field) in [
                ([:], "prompt"), (["prompt": ""], "prompt"), (["prompt": "a"], "prompt"),
                (["prompt": .string(String(repeating: "a", count: 257))], "prompt"),
                (["prompt": ["ab", "cd"]], "prompt"), (["prompt": "abc", "target": 257], "target"),
                (["prompt": "abc", "target": -1], "target"), (["prompt": "abc", "steps": 0], "steps"),
                (["prompt": "abc", "steps": 601], "steps"), (["prompt": "abc", "seed": -1], "seed"),
                (["prompt": "abc", "method": "random"], "method"),
            ] as [(JSONValue, String)] {
                let reply = try await server.send("POST", "/attribute", body)
                #expect(reply.status == 400, "\(body)")
                #expect(try reply.json["error"]["param"].string() == field, "\(reply.body)")
            }
            let named = try await server.send("POST", "/attribute", ["prompt": "abc", "model": "gpt-4"])
            #expect(named.status == 404)
        }
        #expect(model.passes.isEmpty)
        let tiny = try TinyEncoder().served()
        try await withServer(encoder: tiny) { server in
            let reply = try await server.send("POST", "/attribute", ["prompt": "ab"])
            #expect(reply.status == 400)
        }
    }

    @Test("a client that leaves costs the texts of one job at most, and gives their memory back")
    func disconnect() async throws {
        let gate = Gate()
        let model = model(beforePass: gate.pass)
        try await withServer(model) { server in
            let client = try RawClient(port: server.port)
            client.send(server.request("POST", "/attribute", ["prompt": .string(text), "target": 90]))
            #expect(await gate.arrival())
            client.close()
            try await Task.sleep(for: .milliseconds(200))
            gate.open(1000)
            #expect(try await server.eventually("texts_running") { $0 == 0 })
            try await Task.sleep(for: .milliseconds(200))
            #expect(model.passes.count <= 2)
            #expect(await model.givesPagesBack())
        }
    }
}
