public import TesseraCore
internal import TesseraFiles

/// The text that a grammar is made from.
public enum GrammarSource: Hashable, Sendable {
    /// GBNF or EBNF.
    case gbnf(String, file: String? = nil)

    /// A JSON Schema.
    case jsonSchema(String, spacing: JSONSpacing = .flexible, file: String? = nil)

    /// A regular expression that whole texts match.
    case regularExpression(String)

    /// Calls of functions.
    case toolCalls(ToolCallFormat)

    /// Reads the text.
    ///
    /// - Throws: `LocatedError` with the place of what is wrong.
    public func grammar(limits: GrammarLimits = GrammarLimits()) throws(LocatedError) -> Grammar {
        switch self {
        case .gbnf(let text, let file): return try Grammar(gbnf: text, file: file, limits: limits)
        case .jsonSchema(let text, let spacing, let file):
            guard text.utf8.count <= limits.sourceBytes else {
                throw LocatedError(
                    file: file, field: "#", problem: "the schema has more than \(limits.sourceBytes) bytes",
                    remedy: "shorten it")
            }
            return try Grammar(
                jsonSchema: JSONValue(parsing: text, file: file), spacing: spacing, file: file, limits: limits
            )
        case .regularExpression(let text): return try Grammar(regularExpression: text, limits: limits)
        case .toolCalls(let format): return try Grammar(toolCalls: format, limits: limits)
        }
    }

    /// The text alone.
    var text: String {
        switch self {
        case .gbnf(let text, _), .jsonSchema(let text, _, _), .regularExpression(let text): text
        case .toolCalls(let format):
            format.tools.map { "\($0.name)\0\($0.parameters)" }.joined(separator: "\0")
        }
    }

    /// The bytes of the text.
    var sizeInBytes: Int { text.utf8.count }
}
