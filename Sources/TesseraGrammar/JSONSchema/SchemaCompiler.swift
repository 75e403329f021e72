internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

/// Turns a JSON Schema into rules, one for each sub-schema.
///
/// Sub-schemas wait in a list instead of being followed at once, so that neither depth nor recursion in the schema
/// becomes depth on the stack.
struct SchemaCompiler {
    let document: JSONValue
    let spacing: JSONSpacing
    let file: String?
    let limits: GrammarLimits
    private var rules: [Grammar.Rule] = []
    private var waiting: [(rule: Int, schema: JSONValue, path: String)] = []
    private var references: [ByteKey: Int] = [:]
    private var shared: [String: Int] = [:]
    /// How often schemas were joined with those of their `$ref` and `allOf`.
    var joinCount = 0

    init(_ document: JSONValue, spacing: JSONSpacing, file: String?, limits: GrammarLimits) {
        self.document = document
        self.spacing = spacing
        self.file = file
        self.limits = limits
    }

    mutating func grammar() throws(LocatedError) -> Grammar {
        let root = try reference("#", from: "#")
        while let next = waiting.popLast() {
            rules[next.rule].expression = try expression(next.schema, next.path, depth: 0)
        }
        return Grammar(rules: rules, root: root)
    }

    func error(_ path: String, _ problem: String, remedy: String) -> LocatedError {
        LocatedError(file: file, field: path, problem: problem, remedy: remedy)
    }

    // MARK: Rules

    mutating func addRule(_ name: String, _ expression: GrammarExpression) throws(LocatedError) -> Int {
        guard rules.count < limits.rules else {
            throw error(name, "the schema needs more than \(limits.rules) rules", remedy: "make it smaller")
        }
        rules.append(Grammar.Rule(name: name, expression: expression))
        return rules.count - 1
    }

    /// A call of a rule for a sub-schema, which is compiled later.
    mutating func call(_ schema: JSONValue, _ path: String) throws(LocatedError) -> GrammarExpression {
        switch schema {
        case .bool(true): return try any("value")
        case .bool(false): return .choice([])
        default:
            let rule = try addRule(path, .empty)
            waiting.append((rule, schema, path))
            return .rule(rule)
        }
    }

    /// The rule of the schema that `$ref` names.
    mutating func reference(_ pointer: String, from path: String) throws(LocatedError) -> Int {
        if let rule = references[ByteKey(pointer)] { return rule }
        let target = try self.target(of: pointer, from: path)
        let rule = try addRule(pointer, .empty)
        references[ByteKey(pointer)] = rule
        waiting.append((rule, target, pointer))
        return rule
    }

    /// The schema that `$ref` names: a pointer into this document.
    func target(of pointer: String, from path: String) throws(LocatedError) -> JSONValue {
        guard pointer.hasPrefix("#"), pointer == "#" || pointer.hasPrefix("#/") else {
            throw error(
                "\(path)/$ref", "\"\(pointer)\" does not begin with #/",
                remedy: "copy the schema into $defs and refer to it as #/$defs/name")
        }
        var value = document
        for part in pointer.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false)
        where pointer != "#" {
            let key = Self.decoded(part)
            switch value {
            case .object(let members) where members[key] != nil: value = members[key] ?? .null
            case .array(let elements):
                value = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil } ?? .null
            default: value = .null
            }
        }
        switch value {
        case .object, .bool: return value
        default:
            throw error("\(path)/$ref", "there is no schema at \(pointer)", remedy: "correct the reference")
        }
    }

    /// `~1` is a slash, `~0` a tilde, `%25` a percent sign.
    private static func decoded(_ part: Substring) -> String {
        var bytes: [UInt8] = []
        let source = Array(part.utf8)
        var index = 0
        while index < source.count {
            if source[index] == 0x7E, index + 1 < source.count {
                bytes.append(source[index + 1] == 0x31 ? 0x2F : 0x7E)
                index += 2
            } else if source[index] == 0x25, index + 2 < source.count,
                let high = hexadecimalDigit(UInt32(source[index + 1])),
                let low = hexadecimalDigit(UInt32(source[index + 2]))
            {
                bytes.append(UInt8(truncatingIfNeeded: high * 16 + low))
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A key as a step of a JSON pointer.
    static func step(_ key: String) -> String {
        var made = ""
        for character in key.unicodeScalars {
            switch character {
            case "~": made += "~0"
            case "/": made += "~1"
            default: made.unicodeScalars.append(character)
            }
        }
        return made
    }

    // MARK: JSON without conditions

    /// A call of one of the rules for JSON of a kind: "value", "object", "array", "string", "number", "integer".
    mutating func any(_ kind: String) throws(LocatedError) -> GrammarExpression {
        if let rule = shared[kind] { return .rule(rule) }
        let rule = try addRule(kind, .empty)
        shared[kind] = rule
        switch kind {
        case "string":
            rules[rule].expression = JSONTexts.string
            rules[rule].isShared = true
        case "number": rules[rule].expression = JSONTexts.number
        case "integer": rules[rule].expression = JSONTexts.integer
        case "object":
            let member = GrammarExpression.sequence([try any("string"), try colon(), try any("value")])
            rules[rule].expression = try bracketed("{", list(of: member, least: 0, most: nil), "}")
        case "array":
            rules[rule].expression = try bracketed("[", list(of: try any("value"), least: 0, most: nil), "]")
        default:
            rules[rule].expression = .choice([
                try any("object"), try any("array"), try any("string"), try any("number"),
                .text("true"), .text("false"), .text("null"),
            ])
        }
        return .rule(rule)
    }

    /// The space that may stand beside brackets.
    mutating func space() throws(LocatedError) -> GrammarExpression {
        guard spacing == .flexible else { return .empty }
        if let rule = shared["space"] { return .rule(rule) }
        let blanks = GrammarExpression.repetition(
            .characters(CodePointSet(ordered: [0x09...0x09, 0x20...0x20])), least: 0, most: 20)
        let rule = try addRule("space", .choice([.empty, .text(" "), .sequence([.text("\n"), blanks])]))
        shared["space"] = rule
        return .rule(rule)
    }

    mutating func colon() throws(LocatedError) -> GrammarExpression {
        spacing == .spaced ? .text(": ") : .sequence([.text(":"), try space()])
    }

    mutating func comma() throws(LocatedError) -> GrammarExpression {
        spacing == .spaced ? .text(", ") : .sequence([.text(","), try space()])
    }

    /// Items with commas between them.
    mutating func list(of item: GrammarExpression, least: Int, most: Int?) throws(LocatedError)
        -> GrammarExpression
    {
        if most == 0 { return least == 0 ? .empty : .choice([]) }
        let more = GrammarExpression.repetition(
            .sequence([try comma(), item]), least: max(0, least - 1), most: most.map { $0 - 1 })
        let all = GrammarExpression.sequence([item, more])
        return least == 0 ? .optional(all) : all
    }

    /// A list in brackets, with space inside them.
    mutating func bracketed(
        _ open: String, _ inside: GrammarExpression, _ close: String
    ) throws(LocatedError) -> GrammarExpression {
        .sequence([.text(open), try space(), inside, try space(), .text(close)])
    }
}
