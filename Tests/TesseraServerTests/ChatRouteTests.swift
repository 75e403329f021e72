import Foundation
import TesseraFiles
import TesseraServer
import Testing

@Suite("POST /v1/chat/completions", .timeLimit(.minutes(2)))
struct ChatRouteTests {
    private let messages: JSONValue = [["role": "user", "content": "Hi"]]

    @Test("answers whole and streamed with the same text")
    func wholeAndStreamed() async throws {
        try await withServer { server in
            let ask: JSONValue = [
                "messages": self.messages, "max_completion_tokens": 7, "seed": 5, "ignore_eos": true,
                "logprobs": true, "top_logprobs": 2,
            ]
            let whole = try await server.send("POST", "/v1/chat/completions", ask)
            #expect(whole.status == 200)
            let choice = try whole.json["choices"][0]
            let text = try choice["message"]["content"].string()
            #expect(try choice["message"]["role"].string() == "assistant")
            #expect(try choice["finish_reason"].string() == "length")
            #expect(try choice["logprobs"]["content"].array().count == 7)
            #expect(try choice["logprobs"]["content"][0]["top_logprobs"].array().count == 2)
            #expect(try choice["logprobs"]["content"][0]["bytes"].array().count == 1)
            // "user: Hi\nassistant: "
            #expect(try whole.json["usage"]["prompt_tokens"].integer() == 20)

            guard case .object(var object) = ask else { return }
            object["stream"] = true
            let chunks = try await server.send("POST", "/v1/chat/completions", .object(object)).chunks
            #expect(try chunks[0]["choices"][0]["delta"]["role"].string() == "assistant")
            #expect(try chunks[0]["object"].string() == "chat.completion.chunk")
            let pieces = try chunks.map { try $0["choices"][0]["delta"]["content"].optionalString() ?? "" }
            #expect(pieces.joined() == text)
            #expect(try chunks[chunks.count - 1]["choices"][0]["finish_reason"].string() == "length")
            let told = try chunks.map {
                try $0["choices"][0]["logprobs"]["content"].optionalArray()?.count ?? 0
            }
            #expect(told.reduce(0, +) == 7)
        }
    }

    @Test("joins parts of text; refuses others, empty conversations and what makes no sense")
    func parts() async throws {
        try await withServer { server in
            let parts: JSONValue = [
                [
                    "role": "user",
                    "content": [["type": "text", "text": "H"], ["type": "text", "text": "i"]],
                ]
            ]
            func prompt(_ messages: JSONValue) async throws -> String {
                try await server.send("POST", "/apply-template", ["messages": messages]).json["prompt"]
                    .string()
            }
            #expect(try await prompt(parts) == "user: Hi\nassistant: ")
            #expect(try await prompt(self.messages) == prompt(parts))

            let bad: [(JSONValue, String)] = [
                (["messages": []], "messages"), ([:], "messages"),
                (["messages": [["content": "x"]]], "messages[0].role"),
                (
                    ["messages": [["role": "user", "content": [["type": "image_url"]]]]],
                    "messages[0].content[0]"
                ),
                (["messages": self.messages, "top_logprobs": 2], "top_logprobs"),
                (["messages": self.messages, "response_format": ["type": "xml"]], "response_format.type"),
                (["messages": self.messages, "functions": []], "functions"),
                (["messages": self.messages, "max_tokens": 0], "max_tokens"),
            ]
            for (body, field) in bad {
                let reply = try await server.send("POST", "/v1/chat/completions", body)
                #expect(reply.status == 400)
                #expect(try reply.json["error"]["param"].string() == field)
            }
            let allowed = try await server.send(
                "POST", "/v1/chat/completions",
                [
                    "messages": self.messages, "response_format": ["type": "text"], "tools": [],
                    "max_tokens": 1,
                ])
            #expect(allowed.status == 200)
        }
    }
}
