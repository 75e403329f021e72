package import TesseraFiles
internal import TesseraGrammar
package import TesseraTemplates

/// The messages of a conversation; parts of a message's content must be texts and are joined.
///
/// Calls of functions and what came of them are written as text, the same for every model: templates that know calls
/// each have a notation of their own, and answers are held to one.
///
/// - Parameter tools: a description of the functions that may be called, for the system message.
package func chatMessages(_ field: JSONField, tools: String? = nil) throws(APIError) -> [ChatMessage] {
    guard let elements = try field.elements(), !elements.isEmpty else {
        throw field.refusal("missing or empty; give at least one message")
    }
    var messages: [ChatMessage] = []
    for element in elements {
        guard let role = try element["role"].text() else {
            throw element["role"].refusal("missing; give system, user or assistant")
        }
        var text = try contentText(element["content"])
        for call in try element["tool_calls"].elements() ?? [] {
            if !text.isEmpty { text += ToolCallFormat.separator }
            text += try callText(call["function"])
        }
        if role == "tool" {
            messages.append(
                ChatMessage(role: "user", content: "<tool_response>\n\(text)\n</tool_response>"))
        } else {
            messages.append(ChatMessage(role: role, content: text))
        }
    }
    guard let tools else { return messages }
    if messages[0].role == "system" {
        messages[0].content += "\n\n" + tools
    } else {
        messages.insert(ChatMessage(role: "system", content: tools), at: 0)
    }
    return messages
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
    return ToolCallFormat.opening + ToolCallFormat.beforeName + name + ToolCallFormat.beforeArguments
        + arguments + ToolCallFormat.closing
}
