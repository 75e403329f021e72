internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
package import TesseraGrammar

/// What the texts of an answer must be, and the field of the request that says so.
package struct OutputFormat: Sendable {
    package var source: GrammarSource
    package var field: String

    /// Reads `response_format`, or llama.cpp's `grammar` (GBNF) and `json_schema`; nil when any text will do.
    ///
    /// A schema is always kept to, whatever `strict` says: it is never less than was asked for.
    ///
    /// - Throws: `APIError` 400 naming the field.
    package init?(_ fields: RequestFields) throws(APIError) {
        var formats: [OutputFormat] = []
        if let format = try Self.responseFormat(fields["response_format"]) { formats.append(format) }
        if let text = try fields["grammar"].text(), !text.isEmpty {
            formats.append(OutputFormat(source: .gbnf(text, file: "grammar"), field: "grammar"))
        }
        if fields.has("json_schema") { formats.append(try OutputFormat(schema: fields["json_schema"])) }
        guard let first = formats.first else { return nil }
        guard formats.count == 1 else {
            throw .badRequest(
                "\(formats[1].field): \(first.field) says already what the text must be; give one of the two",
                parameter: formats[1].field)
        }
        self = first
    }

    package init(source: GrammarSource, field: String) {
        self.source = source
        self.field = field
    }

    /// Refuses stop texts, which could cut a text short of the format.
    func check(_ field: JSONField, _ sampling: SamplingFields) throws(APIError) {
        guard sampling.options.stopStrings.isEmpty else {
            throw field.refusal("could cut the text short of its format; leave it out")
        }
    }

    private init(schema: JSONField) throws(APIError) {
        switch schema.value {
        case .object?, .bool?: break
        default: throw schema.refusal("expected a JSON Schema")
        }
        self.init(
            source: .jsonSchema(schema.value?.serialized() ?? "", file: schema.name), field: schema.name)
    }

    private static func responseFormat(_ format: JSONField) throws(APIError) -> OutputFormat? {
        guard format.isPresent else { return nil }
        switch try format["type"].text() {
        case "text"?: return nil
        case "json_object"?:
            // llama.cpp takes a schema here too.
            if format["schema"].isPresent { return try OutputFormat(schema: format["schema"]) }
            return OutputFormat(
                source: .jsonSchema(#"{"type": "object"}"#, file: format.name), field: format.name)
        case "json_schema"?:
            let described = format["json_schema"]
            _ = try described["name"].text()
            _ = try described["strict"].flag(false)
            return try OutputFormat(schema: described["schema"])
        default: throw format["type"].refusal("give text, json_object or json_schema")
        }
    }
}

extension APIError {
    /// A grammar that cannot be used, with the place in it that is wrong.
    init(_ error: LocatedError, inFormat field: String) {
        let place = error.file ?? field
        let pointer = error.field.flatMap { $0.hasPrefix("#") ? $0 : nil } ?? ""
        let message = error.file == nil ? "\(field): \(error.description)" : error.description
        self = .badRequest(message, parameter: place + pointer, code: "invalid_grammar")
    }
}
