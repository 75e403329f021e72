import Foundation
import TesseraFiles
import TesseraServer
import Testing

/// Requests that other programs sent to the server, kept by `Scripts/server-peers.py --record`.
@Suite("Recorded requests of other programs", .timeLimit(.minutes(2)))
struct RecordedTests {
    @Test("are answered as those programs expect", arguments: ["openai", "lm-eval"])
    func replay(program: String) async throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Recorded")
        let text = try String(contentsOf: folder.appendingPathComponent("\(program).jsonl"), encoding: .utf8)
        let lines = try text.split(separator: "\n").map { JSONField(try JSONValue(parsing: String($0))) }
        #expect(lines.count >= 5)
        // A vocabulary as large as that of the model that the requests were made for, and room for prompts in bytes.
        let model = FakeModel(
            vocabularySize: 49_152, contextLength: 2048,
            score: { tokens, id in
                Float((id &* 31 &+ Int(tokens.last ?? 0) &* 7) % 1009) / 100
            })
        try await withServer(model, with: try TinyEncoder().served(name: "encoder")) { server in
            for line in lines {
                let path = try line["path"].string()
                guard case .object(var body)? = line["body"].value else {
                    let reply = try await server.send(try line["method"].string(), path)
                    #expect(try reply.status == line["status"].integer(), "\(path)")
                    continue
                }
                if body["model"] == "smollm2" { body["model"] = "fake" }
                let reply = try await server.send("POST", path, .object(body))
                let status = try line["status"].integer()
                #expect(reply.status == status, "\(path): \(reply.body.prefix(300))")
                guard status == 200 else { continue }
                if body["stream"] == true {
                    #expect(try !reply.chunks.isEmpty)
                } else if path == "/v1/embeddings" {
                    let entry = try reply.json["data"][1]["embedding"]
                    let isBase64 = body["encoding_format"] == "base64"
                    #expect(
                        try isBase64 ? !entry.string().isEmpty : entry.array().count == TinyEncoder.hidden)
                } else if body["response_format"] != nil {
                    let content = try reply.json["choices"][0]["message"]["content"].string()
                    _ = try JSONField(try JSONValue(parsing: content)).object()
                } else if path == "/v1/completions" {
                    try expectCompletion(try reply.json, for: JSONField(.object(body)))
                }
            }
        }
    }

    private func expectCompletion(_ answer: JSONField, for asked: JSONField) throws {
        var prompts = 1
        if case .array(let list)? = asked["prompt"].value, case .array? = list.first { prompts = list.count }
        #expect(try answer["choices"].array().count == prompts)
        guard asked["logprobs"].isPresent, try asked["echo"].optionalBool() == true else { return }
        for index in 0..<prompts {
            let count = try asked["prompt"][index].array().count
            let told = answer["choices"][index]["logprobs"]
            #expect(try told["token_logprobs"].array().count == count + 1)
            #expect(try told["top_logprobs"].array().count == count + 1)
        }
    }
}
