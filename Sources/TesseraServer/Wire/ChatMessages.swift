internal import TesseraFiles
internal import TesseraGrammar
internal import TesseraTemplates

/// The messages of a conversation; parts of a message's content must be texts and are joined.
///
/// Calls of functions and what came of them are written as text, the same for every model: templates that know calls
/// each have a notation of their own, and answers are held to one.
///
/// - Parameter tools: a description of the functions that may be called, for the system message.
private func chatMessages(_ field: JSONField, tools: String?) throws(APIError) -> [ChatMessage] {
    guard let elements = try field.elements(), !elements.isEmpty else {
        throw field.refusal("missing or empty; give at least one message")
    }
    var messages: [ChatMessage] = []
    var called: Set<String> = []
    var wasTool = false
    for element in elements {
        guard let role = try element["role"].text() else {
            throw element["role"].refusal("missing; give system, user or assistant")
        }
        guard role != "function", !element["function_call"].isPresent else {
            throw element.refusal("write calls as tool_calls, and what came of them with the role tool")
        }
        var text = try contentText(element["content"])
        for call in try element["tool_calls"].elements() ?? [] {
            if !text.isEmpty { text += ToolCallFormat.separator }
            text += try callText(call["function"])
            if let id = try call["id"].text() { called.insert(id) }
        }
        if role == "tool" {
            if let id = try element["tool_call_id"].text(), !called.contains(id) {
                throw element["tool_call_id"].refusal("no call before it has this id")
            }
            // The results of one turn are one message: many templates want turns to alternate.
            let result = "<tool_response>\n\(text)\n</tool_response>"
            if wasTool {
                messages[messages.count - 1].content += "\n" + result
            } else {
                messages.append(ChatMessage(role: "user", content: result))
            }
        } else {
            // OpenAI's newer name.
            messages.append(ChatMessage(role: role == "developer" ? "system" : role, content: text))
        }
        wasTool = role == "tool"
    }
    guard let tools else { return messages }
    if messages[0].role == "system" {
        messages[0].content += "\n\n" + tools
    } else {
        messages.insert(ChatMessage(role: "system", content: tools), at: 0)
    }
    return messages
}

extension ServedModel {
    /// The prompt of a conversation: the fields `messages`, `tools` and `add_generation_prompt`.
    func prompt(_ fields: RequestFields, tools: ToolFields) throws(APIError) -> String {
        try render(
            try chatMessages(fields["messages"], tools: tools.description),
            addGenerationPrompt: try fields["add_generation_prompt"].flag(true))
    }
}

private func contentText(_ content: JSONField) throws(APIError) -> String {
    guard case .array? = content.value else { return try content.text() ?? "" }
    var text = ""
    for part in try content.elements() ?? [] {
        guard try part["type"].text() == "text", let piece = try part["text"].text() else {
            throw part.refusal("only parts of type text are possible")
        }
        text += piece
    }
    return text
}

private func callText(_ function: JSONField) throws(APIError) -> String {
    guard let name = try function["name"].text(), let arguments = try function["arguments"].text() else {
        throw function.refusal("give the function's name and its arguments as a text")
    }
    return ToolCallFormat.call(name, arguments: arguments)
}
