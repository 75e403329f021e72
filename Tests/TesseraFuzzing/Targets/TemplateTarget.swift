internal import TesseraCore
internal import TesseraFiles
internal import TesseraTemplates

extension FuzzTarget {
    /// Chat templates: parsed, then rendered with a conversation that has tools and calls, or with `variables.json`.
    static let template = FuzzTarget(
        "template", file: "template.jinja", vocabulary: TemplateWords.all
    ) { input, folder in
        guard let source = input.parts.first(where: { $0.name == "template.jinja" }) else { return }
        let template = try ChatTemplate(String(decoding: source.bytes, as: UTF8.self), file: "template.jinja")
        folder.markLoaded()
        var variables = TemplateWords.variables
        if let part = input.parts.first(where: { $0.name == "variables.json" }),
            case .object(let members)? = try? JSONValue(parsing: part.bytes)
        {
            for (key, value) in members { variables[key] = TemplateValue(value) }
        }
        let once = try template.render(variables)
        let twice = try template.render(variables)
        try require(once.utf8.elementsEqual(twice.utf8), "a template renders otherwise the second time")
    }
}

private enum TemplateWords {
    static let all = [
        "{%", "%}", "{{", "}}", "{%-", "-%}", "{#", "#}", "for", "in", "if", "elif", "else", "endif",
        "endfor", "set",
        "endset", "macro", "endmacro", "raw", "endraw", "not", "and", "or", "is", "defined", "none", "true",
        "namespace",
        "loop", "loop.index0", "loop.previtem", "range(100000)",
        "range(-9223372036854775807, 9223372036854775807)",
        "messages", "tools", "message.content", "recursive", "break", "continue", "generation",
        "endgeneration",
        "| tojson", "| tojson(indent=4)", "| length", "| join(',')", "| replace('a', 'aa')", "| list",
        "| sort",
        "| map(attribute='role')", "| selectattr('role', 'equalto', 'user')", "| rejectattr('x')",
        "| default('')",
        "| int", "| float", "| string", "| indent(100)", "| unique", "| items", "| dictsort",
        "| groupby('role')",
        "| batch(3)", "| slice(2)", "| round(400)", "| title", "| wordcount", "| center(1000000)", "| first",
        "| last",
        "[::-1]", "[-1:]", "[:9223372036854775807]", ".split('a')", ".strip()", ".items()", ".append(1)",
        "** 99999",
        "* 1000000", "// 0", "% 0", "~", "9223372036854775807", "1e308", "'\\u0041'", ".format(1)",
        "strftime_now('%Y')",
        "raise_exception('x')", "dict(a=1)", "cycler", "joiner", "lipsum", "caller()", "self", "varargs",
        "kwargs",
    ]

    static let variables: [String: TemplateValue] = {
        let text = """
            {"messages": [{"role": "system", "content": "Be brief."},
             {"role": "user", "content": [{"type": "text", "text": "Hi é"}, {"type": "image"}]},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function":
              {"name": "weather", "arguments": {"city": "Oslo", "days": 3, "unit": null, "x": 1.5e300}}}]},
             {"role": "tool", "tool_call_id": "c1", "name": "weather", "content": "cold"},
             {"role": "user", "content": "Thanks <|im_end|> {{ x }}"}],
             "tools": [{"type": "function", "function": {"name": "weather", "description": "a \\"b\\"", "parameters":
              {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}}}],
             "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true, "numbers": [3, 1, 2, -9223372036854775808]}
            """
        guard case .object(let members)? = try? JSONValue(parsing: text) else { return [:] }
        return Dictionary(
            members.map { ($0.key, TemplateValue($0.value)) }, uniquingKeysWith: { first, _ in first })
    }()
}

extension TemplateValue {
    fileprivate init(_ value: JSONValue) {
        switch value {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(elements.map(TemplateValue.init))
        case .object(let members):
            self = .dictionary(TemplateDictionary(members.map { ($0.key, TemplateValue($0.value)) }))
        }
    }
}
