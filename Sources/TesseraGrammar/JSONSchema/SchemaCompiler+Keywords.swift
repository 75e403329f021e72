internal import TesseraCore
internal import TesseraFiles

/// What a schema's keywords are about.
enum SchemaKeywords {
    static let annotations: Set<String> = [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment",
        "$schema",
        "$defs", "definitions", "contentMediaType", "contentEncoding", "contentSchema",
    ]
    static let string: Set<String> = ["minLength", "maxLength", "pattern", "format"]
    static let number: Set<String> = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ]
    static let object: Set<String> = [
        "properties", "required", "additionalProperties", "patternProperties", "minProperties",
        "maxProperties",
    ]
    static let array: Set<String> = ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]
    static let general: Set<String> = ["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref"]
    static let typed = string.union(number).union(object).union(array)
    static let types = ["object", "array", "string", "number", "integer", "boolean", "null"]
}

extension SchemaCompiler {
    /// The levels of `allOf`, `anyOf` and `$ref` that are joined into one schema.
    private static let joinLimit = 24

    /// What a schema allows.
    mutating func expression(
        _ schema: JSONValue, _ path: String, depth: Int
    ) throws(LocatedError) -> GrammarExpression {
        guard depth < Self.joinLimit else {
            throw error(
                path,
                "its $ref, allOf and anyOf go round in a circle or are more than \(Self.joinLimit) deep",
                remedy: "refer to a recursive schema by a $ref without other keywords beside it")
        }
        switch schema {
        case .bool(true): return try any("value")
        case .bool(false): return .choice([])
        case .object(let keywords):
            try check(keywords, path)
            if case .string(let pointer)? = keywords["$ref"],
                keywords.allSatisfy({ $0.key == "$ref" || SchemaKeywords.annotations.contains($0.key) })
            {
                return .rule(try reference(pointer, from: path))
            }
            guard let joined = try joined(keywords, path, depth: depth) else { return .choice([]) }
            return try alternatives(joined, path, depth: depth)
        default:
            throw error(
                path, "a schema is an object or a truth value, not \(schema.kind)",
                remedy: "correct the schema")
        }
    }

    /// Refuses keywords that are not understood.
    private func check(_ keywords: JSONObject, _ path: String) throws(LocatedError) {
        for (key, value) in keywords
        where !SchemaKeywords.annotations.contains(key) && !SchemaKeywords.typed.contains(key)
            && !SchemaKeywords.general.contains(key)
        {
            if key == "$id", path == "#" { continue }
            if key == "unevaluatedProperties" || key == "unevaluatedItems" || key == "propertyNames",
                value == .bool(true)
            {
                continue
            }
            throw error(
                "\(path)/\(Self.step(key))", "this keyword is not supported",
                remedy: "leave it out and check what is generated, or say the same with the keywords that "
                    + "Documentation/Grammars.md lists")
        }
    }

    /// The keywords of a schema together with those of its `$ref` and `allOf`; nil when they contradict each other.
    private mutating func joined(
        _ keywords: JSONObject, _ path: String, depth: Int
    ) throws(LocatedError) -> JSONObject? {
        try check(keywords, path)
        // The depth alone does not bound them: ten levels of ten branches each are ten billion.
        joinCount += 1
        guard joinCount <= limits.rules else {
            throw error(
                path, "the $ref and allOf of the schema are joined more than \(limits.rules) times",
                remedy: "write joined schemas out in one place")
        }
        guard depth < Self.joinLimit else {
            throw error(
                path, "its $ref and allOf go round in a circle or are more than \(Self.joinLimit) deep",
                remedy: "refer to a recursive schema by a $ref without other keywords beside it")
        }
        var made = keywords
        made["$ref"] = nil
        made["allOf"] = nil
        var parts: [(JSONValue, String)] = []
        if let reference = keywords["$ref"] {
            guard case .string(let pointer) = reference else {
                throw error(
                    "\(path)/$ref", "is \(reference.kind), expected a string", remedy: "correct the schema")
            }
            parts.append((try target(of: pointer, from: path), pointer))
        }
        for (index, branch) in try schemas(keywords, "allOf", path).enumerated() {
            parts.append((branch, "\(path)/allOf/\(index)"))
        }
        for (part, place) in parts {
            switch part {
            case .bool(true): continue
            case .bool(false): return nil
            case .object(let other):
                guard let other = try joined(other, place, depth: depth + 1),
                    let both = try merged(made, other, place)
                else { return nil }
                made = both
            default:
                throw error(place, "is \(part.kind), expected a schema", remedy: "correct the schema")
            }
        }
        return made
    }

    /// The schemas of a keyword that has a list of them; empty when it is absent.
    func schemas(_ keywords: JSONObject, _ key: String, _ path: String) throws(LocatedError) -> [JSONValue] {
        guard let value = keywords[key] else { return [] }
        guard case .array(let schemas) = value, !schemas.isEmpty else {
            throw error("\(path)/\(key)", "expected a list of schemas", remedy: "correct the schema")
        }
        return schemas
    }

    /// Spreads `anyOf` and `oneOf` out: the other keywords hold in every branch.
    private mutating func alternatives(
        _ keywords: JSONObject, _ path: String, depth: Int
    ) throws(LocatedError) -> GrammarExpression {
        for key in ["anyOf", "oneOf"] where keywords[key] != nil {
            let branches = try schemas(keywords, key, path)
            var base = keywords
            base[key] = nil
            let hasConditions = base.contains { !SchemaKeywords.annotations.contains($0.key) }
            if key == "oneOf" { try checkDisjoint(branches, path) }
            var parts: [GrammarExpression] = []
            for (index, branch) in branches.enumerated() {
                let place = "\(path)/\(key)/\(index)"
                if !hasConditions {
                    parts.append(try call(branch, place))
                } else {
                    let both = Self.all([.object(base), branch])
                    parts.append(try expression(both, place, depth: depth + 1))
                }
            }
            return .choice(parts)
        }
        return try plain(keywords, path)
    }

    /// What keywords without references and alternatives allow.
    private mutating func plain(_ keywords: JSONObject, _ path: String) throws(LocatedError)
        -> GrammarExpression
    {
        let types = try types(of: keywords, path)
        if keywords["enum"] != nil || keywords["const"] != nil {
            return try values(keywords, types, path)
        }
        let conditions = keywords.filter { SchemaKeywords.typed.contains($0.key) }
        if types == nil, conditions.isEmpty { return try any("value") }
        var wanted = types ?? Set(SchemaKeywords.types)
        if wanted.contains("number") { wanted.remove("integer") }
        var parts: [GrammarExpression] = []
        for type in SchemaKeywords.types where wanted.contains(type) {
            switch type {
            case "object": parts.append(try object(keywords, path))
            case "array": parts.append(try array(keywords, path))
            case "string": parts.append(try string(keywords, path))
            case "number": parts.append(try number(keywords, path, isWhole: false))
            case "integer": parts.append(try number(keywords, path, isWhole: true))
            case "boolean": parts.append(.choice([.text("true"), .text("false")]))
            default: parts.append(.text("null"))
            }
        }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    /// The types that are allowed; nil for all.
    func types(of keywords: JSONObject, _ path: String) throws(LocatedError) -> Set<String>? {
        let names: [JSONValue]
        switch keywords["type"] {
        case nil: return nil
        case .array(let list)?: names = list
        case let name?: names = [name]
        }
        var types: Set<String> = []
        for name in names {
            guard case .string(let name) = name, SchemaKeywords.types.contains(name) else {
                throw error(
                    "\(path)/type", "expected types of JSON Schema",
                    remedy: "use \(SchemaKeywords.types.joined(separator: ", "))")
            }
            types.insert(name)
        }
        return types
    }

    /// The values of `enum` and `const` that have one of the types.
    private mutating func values(
        _ keywords: JSONObject, _ types: Set<String>?, _ path: String
    ) throws(LocatedError) -> GrammarExpression {
        if let other = keywords.first(where: { SchemaKeywords.typed.contains($0.key) }) {
            throw error(
                "\(path)/\(other.key)", "cannot be combined with enum or const",
                remedy: "leave it out and list only the values that it allows")
        }
        var values: [JSONValue] = keywords["const"].map { [$0] } ?? []
        if let listed = keywords["enum"] {
            guard case .array(let list) = listed, !list.isEmpty else {
                throw error("\(path)/enum", "expected a list of values", remedy: "correct the schema")
            }
            values = values.isEmpty ? list : values.filter { list.contains($0) }
        }
        var parts: [GrammarExpression] = []
        for value in values where types.map({ value.hasType(in: $0) }) ?? true {
            parts.append(try literal(value))
        }
        return .choice(parts)
    }

    private mutating func literal(_ value: JSONValue) throws(LocatedError) -> GrammarExpression {
        switch value {
        case .array(let elements):
            var parts: [GrammarExpression] = []
            for (index, element) in elements.enumerated() {
                if index > 0 { parts.append(try comma()) }
                parts.append(.rule(try addRule("a value", try literal(element))))
            }
            return try bracketed("[", .sequence(parts), "]")
        case .object(let members):
            var parts: [GrammarExpression] = []
            for (index, member) in members.enumerated() {
                if index > 0 { parts.append(try comma()) }
                parts += [.bytes(JSONValue.string(member.key).serializedBytes()), try colon()]
                parts.append(.rule(try addRule("a value", try literal(member.value))))
            }
            return try bracketed("{", .sequence(parts), "}")
        default: return .bytes(value.serializedBytes())
        }
    }
}

extension JSONValue {
    /// Whether this value is of one of JSON Schema's types; 1.0 is an integer.
    func hasType(in types: Set<String>) -> Bool {
        switch self {
        case .null: types.contains("null")
        case .bool: types.contains("boolean")
        case .integer: types.contains("integer") || types.contains("number")
        case .number(let value):
            types.contains("number") || (types.contains("integer") && value.rounded() == value)
        case .string: types.contains("string")
        case .array: types.contains("array")
        case .object: types.contains("object")
        }
    }
}
