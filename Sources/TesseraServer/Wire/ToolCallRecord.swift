internal import TesseraFiles

/// What has been said of one answer that may call functions: its content and its calls, and the changes that a stream
/// tells.
struct ToolCallRecord {
    private struct Call {
        let id = "call_\(String(UInt64.random(in: .min ... .max), radix: 16))"
        var name: String
        var arguments = ""
    }

    private var reader = ToolCallReader()
    private var content = ""
    private var calls: [Call] = []

    /// Whether any function was called.
    var hasCalls: Bool { !calls.isEmpty }

    /// Takes a piece of the text, the last one when `isEnd`; returns the changes in OpenAI's shape.
    mutating func take(_ piece: String, isEnd: Bool) -> [JSONValue] {
        var parts = reader.read(piece)
        if isEnd { parts += reader.finish() }
        return parts.map { change($0) }
    }

    private mutating func change(_ part: ToolCallReader.Part) -> JSONValue {
        switch part {
        case .text(let text):
            content += text
            return ["content": .string(text)]
        case .call(let name):
            calls.append(Call(name: name))
            return ["tool_calls": [Self.entry(calls[calls.count - 1], index: calls.count - 1)]]
        case .arguments(let text):
            if !calls.isEmpty { calls[calls.count - 1].arguments += text }
            return [
                "tool_calls": [
                    ["index": .integer(calls.count - 1), "function": ["arguments": .string(text)]]
                ]
            ]
        }
    }

    /// The message of the whole answer.
    var message: JSONValue {
        guard hasCalls else { return ["role": "assistant", "content": .string(content)] }
        return [
            "role": "assistant", "content": content.isEmpty ? .null : .string(content),
            "tool_calls": .array(calls.map { Self.entry($0, index: nil) }),
        ]
    }

    private static func entry(_ call: Call, index: Int?) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(call.id)), ("type", "function"),
            ("function", ["name": .string(call.name), "arguments": .string(call.arguments)]),
        ]
        if let index { members.insert(("index", .integer(index)), at: 0) }
        return .object(JSONObject(members))
    }
}
