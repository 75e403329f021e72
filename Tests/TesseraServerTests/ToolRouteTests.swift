import Foundation
import TesseraFiles
import TesseraServer
import Testing

/// The scores of the model are noise, so calls come because they must, and arguments match because they are held to.
@Suite("Calls of functions", .timeLimit(.minutes(2)))
struct ToolRouteTests {
    private let tools: JSONValue = [
        [
            "type": "function",
            "function": [
                "name": "weather", "description": "The weather of a city.", "strict": true,
                "parameters": [
                    "type": "object", "required": ["city", "unit"], "additionalProperties": false,
                    "properties": [
                        "city": ["type": "string", "maxLength": 5], "unit": ["enum": ["C", "F"]],
                    ],
                ],
            ],
        ],
        [
            "type": "function",
            "function": [
                "name": "roll_dice",
                "parameters": [
                    "$defs": ["side": ["enum": [4, 6, 20]]],
                    "properties": ["sides": ["$ref": "#/$defs/side"]],
                    "required": ["sides"], "additionalProperties": false,
                ],
            ],
        ],
        ["type": "function", "function": ["name": "now"]],
    ]

    private func ask(_ choice: JSONValue, _ fields: [(String, JSONValue)] = []) -> JSONValue {
        .object(
            JSONObject(
                [
                    ("messages", [["role": "user", "content": "What now?"]]), ("tools", tools),
                    ("tool_choice", choice), ("max_tokens", 220), ("seed", 4),
                ] + fields))
    }

    private func model() -> FakeModel { FakeModel(contextLength: 4096) }

    /// Checks the arguments of a call by hand.
    private func expectFits(_ name: String, _ arguments: String) throws {
        let value = JSONField(try JSONValue(parsing: arguments))
        switch name {
        case "weather":
            #expect(try value["city"].string().unicodeScalars.count <= 5)
            #expect(["C", "F"].contains(try value["unit"].string()))
            #expect(try value.object().count == 2)
        case "roll_dice":
            #expect([4, 6, 20].contains(try value["sides"].integer()))
            #expect(try value.object().count == 1)
        case "now": #expect(try value.object().isEmpty)
        default: Issue.record("\(name) is no function")
        }
    }

    @Test("a named function is called once, a required call is one of all", arguments: 0..<6)
    func forced(seed: Int) async throws {
        try await withServer(model()) { server in
            let named = try await server.send(
                "POST", "/v1/chat/completions",
                self.ask(
                    ["type": "function", "function": ["name": "weather"]], [("seed", .integer(seed))]))
            #expect(named.status == 200, "\(named.body)")
            let choice = try named.json["choices"][0]
            #expect(try choice["finish_reason"].string() == "tool_calls")
            #expect(choice["message"]["content"].value == .null)
            #expect(try choice["message"]["tool_calls"].array().count == 1)
            let call = choice["message"]["tool_calls"][0]
            #expect(try call["id"].string().hasPrefix("call_"))
            #expect(try call["type"].string() == "function")
            #expect(try call["function"]["name"].string() == "weather")
            try self.expectFits("weather", try call["function"]["arguments"].string())

            let required = try await server.send(
                "POST", "/v1/chat/completions",
                self.ask("required", [("seed", .integer(seed)), ("n", 2)]))
            for index in 0..<2 {
                let calls = try required.json["choices"][index]["message"]["tool_calls"]
                #expect(try !calls.array().isEmpty)
                for place in try calls.array().indices {
                    try self.expectFits(
                        try calls[place]["function"]["name"].string(),
                        try calls[place]["function"]["arguments"].string())
                }
            }
        }
    }

    @Test("streamed calls give the same as whole ones, in OpenAI's pieces")
    func streamed() async throws {
        try await withServer(model()) { server in
            for seed in 0..<4 {
                let fields: [(String, JSONValue)] = [("seed", .integer(seed))]
                let whole = try await server.send(
                    "POST", "/v1/chat/completions", self.ask("required", fields))
                let chunks = try await server.send(
                    "POST", "/v1/chat/completions", self.ask("required", fields + [("stream", true)])
                ).chunks
                var names: [String] = []
                var ids: Set<String> = []
                var arguments: [String] = []
                for chunk in chunks {
                    let delta = chunk["choices"][0]["delta"]
                    #expect(try delta["content"].optionalString() ?? "" == "")
                    guard delta["tool_calls"].isPresent else { continue }
                    let call = delta["tool_calls"][0]
                    let index = try call["index"].integer()
                    if let name = try call["function"]["name"].optionalString() {
                        #expect(index == names.count)
                        names.append(name)
                        ids.insert(try call["id"].string())
                        arguments.append("")
                    }
                    #expect(arguments.indices.contains(index))
                    arguments[index] += try call["function"]["arguments"].string()
                }
                let calls = try whole.json["choices"][0]["message"]["tool_calls"]
                #expect(try calls.array().count == names.count)
                for place in names.indices {
                    #expect(try calls[place]["function"]["name"].string() == names[place])
                    #expect(try calls[place]["function"]["arguments"].string() == arguments[place])
                }
                #expect(ids.count == names.count)
                #expect(try chunks[chunks.count - 1]["choices"][0]["finish_reason"].string() == "tool_calls")
            }
        }
    }

    @Test("with auto the model may say what it likes or call; once it begins a call it is held to it")
    func auto() async throws {
        // Wants to write this and then an end, whatever the grammar says.
        let wish = Array("Sure. <tool <tool_call>\nnonsense".utf8)
        let model = FakeModel(contextLength: 4096) { tokens, id in
            // Tokens are bytes; the prompt ends with the beginning of the assistant's turn.
            let text = tokens.map { UInt8(truncatingIfNeeded: $0) }
            let mark = Array("assistant: ".utf8)
            guard
                let end = (0...text.count).last(where: { text[..<$0].suffix(mark.count).elementsEqual(mark) })
            else { return 0 }
            let said = text.count - end
            return said < wish.count && id == Int(wish[said]) ? 50 : -Float(id % 7)
        }
        try await withServer(model) { server in
            let reply = try await server.send(
                "POST", "/v1/chat/completions", self.ask("auto", [("temperature", 0)]))
            let message = try reply.json["choices"][0]["message"]
            #expect(try message["content"].string() == "Sure. <tool ")
            let calls = message["tool_calls"]
            #expect(try !calls.array().isEmpty)
            try self.expectFits(
                try calls[0]["function"]["name"].string(), try calls[0]["function"]["arguments"].string())

            let none = try await server.send(
                "POST", "/v1/chat/completions",
                self.ask("none", [("temperature", 0), ("max_tokens", 32), ("ignore_eos", true)]))
            #expect(
                try none.json["choices"][0]["message"]["content"].string()
                    == "Sure. <tool <tool_call>\nnonsense")
            let short = try await server.send(
                "POST", "/v1/chat/completions", self.ask("auto", [("temperature", 0), ("max_tokens", 4)]))
            #expect(try short.json["choices"][0]["message"]["content"].string() == "Sure")
            #expect(try short.json["choices"][0]["finish_reason"].string() == "length")
        }
    }

    @Test("the functions, calls and what came of them are in the prompt")
    func prompt() async throws {
        try await withServer(model()) { server in
            let messages: JSONValue = [
                ["role": "user", "content": "Roll"],
                [
                    "role": "assistant", "content": nil,
                    "tool_calls": [
                        [
                            "id": "call_1", "type": "function",
                            "function": ["name": "roll_dice", "arguments": #"{"sides": 6}"#],
                        ]
                    ],
                ],
                ["role": "tool", "tool_call_id": "call_1", "content": "5"],
                ["role": "tool", "tool_call_id": "call_1", "content": "6"],
            ]
            let prompt = try await server.send(
                "POST", "/apply-template", ["messages": messages, "tools": self.tools]
            ).json["prompt"].string()
            #expect(prompt.hasPrefix("system: You may call functions"))
            #expect(prompt.contains(#""name":"roll_dice""#) || prompt.contains(#""name": "roll_dice""#))
            #expect(
                prompt.contains(
                    "assistant: <tool_call>\n{\"name\": \"roll_dice\", \"arguments\": {\"sides\": 6}}\n</tool_call>"
                ))
            #expect(
                prompt.contains(
                    "user: <tool_response>\n5\n</tool_response>\n<tool_response>\n6\n</tool_response>\n"))
            let counted = try await server.send(
                "POST", "/tokenize", ["messages": messages, "tools": self.tools])
            #expect(try counted.json["count"].integer() == prompt.utf8.count)
        }
    }

    @Test("what makes no sense is refused by name")
    func refused() async throws {
        let function: JSONValue = [
            "type": "function", "function": ["name": "f", "parameters": ["not": [:]]],
        ]
        func arguments(_ schema: JSONValue) -> [(String, JSONValue)] {
            [("tools", [["type": "function", "function": ["name": "f", "parameters": schema]]])]
        }
        let bad: [([(String, JSONValue)], String)] = [
            ([("tools", [function])], "tools[0].function.parameters#/not"),
            ([("tools", [["type": "search"]])], "tools[0].type"),
            ([("tools", [["type": "function"]])], "tools[0].function.name"),
            ([("tools", [["type": "function", "function": ["name": "a b"]]])], "tools[0].function.name"),
            ([("tools", 7)], "tools"), ([("tools", []), ("tool_choice", "required")], "tool_choice"),
            (
                [("tool_choice", ["type": "function", "function": ["name": "fly"]])],
                "tool_choice.function.name"
            ),
            ([("tool_choice", "always")], "tool_choice"), ([("stop", "}")], "stop"),
            (arguments(["type": "string"]), "tools[0].function.parameters.type"),
            (arguments(["type": ["array", "null"]]), "tools[0].function.parameters.type"),
            (arguments(["enum": [1]]), "tools[0].function.parameters"),
            (arguments(["anyOf": [["type": "string"]]]), "tools[0].function.parameters"),
            ([("messages", [["role": "function", "content": "x"]])], "messages[0]"),
            (
                [("messages", [["role": "tool", "content": "x", "tool_call_id": "call_9"]])],
                "messages[0].tool_call_id"
            ),
            ([("response_format", ["type": "json_object"])], "response_format"),
            ([("functions", [])], "functions"),
            ([("tool_choice", "required"), ("max_tokens", 9)], "max_tokens"),
        ]
        let model = model()
        try await withServer(model) { server in
            for (fields, parameter) in bad {
                let reply = try await server.send("POST", "/v1/chat/completions", self.ask("auto", fields))
                #expect(reply.status == 400, "\(parameter): \(reply.body)")
                #expect(try reply.json["error"]["param"].string() == parameter)
            }
            let twice = try await server.send(
                "POST", "/v1/chat/completions",
                self.ask(
                    "auto",
                    [
                        (
                            "tools",
                            [
                                ["type": "function", "function": ["name": "f"]],
                                ["type": "function", "function": ["name": "f"]],
                            ]
                        )
                    ]))
            #expect(try twice.json["error"]["param"].string() == "tools[1].function.name")
            let completion = try await server.send(
                "POST", "/v1/completions", ["prompt": "x", "tools": self.tools])
            #expect(try completion.json["error"]["param"].string() == "tools")
        }
        #expect(model.passes.isEmpty)
    }
}
