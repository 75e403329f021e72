import TesseraCore
import TesseraFiles
import TesseraTemplates
import Testing

extension TemplateValue {
    /// The value that `json` stands for.
    fileprivate init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .list(values.map { TemplateValue($0) })
        case .object(let object):
            self = .dictionary(TemplateDictionary(object.map { ($0.key, TemplateValue($0.value)) }))
        }
    }
}

@Suite("Chat templates against Jinja")
struct TokenizerTemplateTests {
    @Test("templates render as in Jinja 3.1.6, and refuse what it refuses")
    func golden() throws {
        for line in try goldenLines("tokenizer-templates.jsonl") {
            let name = try line["name"].string()
            var variables: [String: TemplateValue] = [:]
            for (key, value) in try line["variables"].object() { variables[key] = TemplateValue(value) }
            let template = try ChatTemplate(try line["template"].string(), file: nil)
            if line["error"].isPresent {
                #expect(throws: LocatedError.self, "\(name)") { try template.render(variables) }
            } else {
                #expect(try template.render(variables) == line["text"].string(), "\(name)")
            }
        }
    }
}
