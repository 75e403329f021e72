internal import TesseraFiles
package import TesseraGrammar

/// The functions that a chat may call: `tools`, `tool_choice` and `parallel_tool_calls`.
package struct ToolFields: Sendable {
    /// How calls are written; nil when none may come.
    package private(set) var format: ToolCallFormat?

    /// What the model is told of them; nil when there are none.
    package private(set) var description: String?

    private static let mostTools = 128

    /// Reads the fields.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init(_ fields: RequestFields) throws(APIError) {
        var tools: [ToolCallFormat.Tool] = []
        var lines: [String] = []
        let listed = try fields["tools"].elements() ?? []
        guard listed.count <= Self.mostTools else {
            throw fields["tools"].refusal("has \(listed.count) functions; give at most \(Self.mostTools)")
        }
        for element in listed {
            let tool = try Self.tool(element)
            guard !tools.contains(where: { $0.name == tool.name }) else {
                throw element["function"]["name"].refusal("\(tool.name) comes twice")
            }
            tools.append(tool)
            if let function = element["function"].value { lines.append(function.serialized()) }
        }
        let several = try fields["parallel_tool_calls"].flag(true)
        let choice = fields["tool_choice"]
        guard !tools.isEmpty else {
            if choice.isPresent, choice.value != "none", choice.value != "auto" {
                throw choice.refusal("needs tools")
            }
            return
        }
        let wanted = try Self.choice(choice, among: tools.map(\.name))
        description = Self.description(lines)
        switch wanted {
        case .none: format = nil
        case .auto: format = ToolCallFormat(tools: tools, mustCall: false, allowsSeveral: several)
        case .required: format = ToolCallFormat(tools: tools, mustCall: true, allowsSeveral: several)
        case .named(let name):
            tools.removeAll { $0.name != name }
            format = ToolCallFormat(tools: tools, mustCall: true, allowsSeveral: false)
        }
    }

    private enum Choice {
        case none, auto, required
        case named(String)
    }

    private static func choice(_ field: JSONField, among names: [String]) throws(APIError) -> Choice {
        switch field.value {
        case nil, .null?, "auto"?: return .auto
        case "none"?: return .none
        case "required"?: return .required
        case .object?:
            guard try field["type"].text() == "function", let name = try field["function"]["name"].text()
            else {
                throw field.refusal(
                    "name a function as {\"type\": \"function\", \"function\": {\"name\": …}}")
            }
            guard names.contains(name) else {
                throw field["function"]["name"].refusal("\(name) is not among the tools")
            }
            return .named(name)
        default: throw field.refusal("give none, auto, required or a function")
        }
    }

    private static func tool(_ field: JSONField) throws(APIError) -> ToolCallFormat.Tool {
        guard try field["type"].text() ?? "function" == "function" else {
            throw field["type"].refusal("only functions can be called")
        }
        let function = field["function"]
        guard let name = try function["name"].text() else {
            throw function["name"].refusal("missing; give the function a name")
        }
        guard ToolCallFormat.isName(name) else {
            throw function["name"].refusal("use 1 to 64 letters, digits, _ and -")
        }
        _ = try function["description"].text()
        _ = try function["strict"].flag(false)
        let parameters = function["parameters"]
        var schema = try parameters.members() ?? ["properties": [:], "additionalProperties": false]
        // Arguments are an object, whatever the schema says besides.
        let own = schema["type"]
        var allowsObjects = own == nil || own == "object"
        if case .array(let types)? = own { allowsObjects = types.contains("object") }
        guard allowsObjects else {
            throw parameters["type"].refusal("the arguments of a function are an object")
        }
        schema["type"] = "object"
        return ToolCallFormat.Tool(
            name: name, parameters: JSONValue.object(schema).serialized(), file: parameters.name)
    }

    /// What stands before a conversation in which functions may be called.
    private static func description(_ functions: [String]) -> String {
        """
        You may call functions to help the user. These are the functions, each with the JSON Schema of its arguments:
        \(functions.joined(separator: "\n"))

        To call one, write its name and its arguments as JSON, like this:
        \(ToolCallFormat.call("name", arguments: "{…}"))
        """
    }
}
