public import TesseraCore
public import TesseraFiles

/// The space between the parts of JSON texts that a schema's grammar allows.
public enum JSONSpacing: String, Hashable, Sendable, CaseIterable {
    /// None.
    case compact

    /// One space after each comma and colon, as Python's `json.dumps` writes.
    case spaced

    /// None, one space, or a new line with up to twenty blanks: whatever a model was trained on, but bounded, so that
    /// it cannot go on with blanks for ever.
    case flexible
}

extension Grammar {
    /// The JSON texts that a schema (JSON Schema, draft 2020-12) allows.
    ///
    /// Every text of the grammar is valid; of the valid texts those are left out that `Documentation/Grammars.md`
    /// lists, such as other orders of an object's properties.
    ///
    /// - Parameter file: what errors call the schema.
    /// - Throws: `LocatedError` whose field is the JSON pointer of a keyword that is not supported or makes no sense.
    public init(
        jsonSchema: JSONValue, spacing: JSONSpacing = .flexible, file: String? = nil,
        limits: GrammarLimits = GrammarLimits()
    ) throws(LocatedError) {
        var compiler = SchemaCompiler(jsonSchema, spacing: spacing, file: file, limits: limits)
        self = try compiler.grammar()
    }

    /// Any JSON text (RFC 8259).
    public static func json(spacing: JSONSpacing = .flexible) throws(LocatedError) -> Grammar {
        try Grammar(jsonSchema: .bool(true), spacing: spacing)
    }
}
