internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

extension SchemaCompiler {
    /// Objects: the properties in the order of the schema, then others.
    mutating func object(_ keywords: JSONObject, _ path: String) throws(LocatedError) -> GrammarExpression {
        let members =
            try JSONField(keywords["properties"], name: "\(path)/properties", file: file)
            .optionalObject() ?? [:]
        let required = try requiredNames(keywords, path)
        try checkCounts(keywords, required.count, path)
        if members.isEmpty, required.isEmpty, keywords["additionalProperties"] == nil,
            keywords["patternProperties"] == nil
        {
            return try any("object")
        }

        var properties = members.map {
            (name: $0.key, schema: $0.value, path: "\(path)/properties/\(Self.step($0.key))")
        }
        // A required property that is not described is an additional one.
        for name in required where members[name] == nil {
            guard keywords["patternProperties"] == nil else {
                throw error(
                    "\(path)/required", "\"\(name)\" is not among the properties",
                    remedy: "describe it under properties")
            }
            properties.append(
                (name, keywords["additionalProperties"] ?? .bool(true), "\(path)/additionalProperties"))
        }
        let other = try additionalMember(keywords, properties.map(\.name), path)
        return try bracketed("{", ordered(properties, Set(required.map(ByteKey.init)), other, path), "}")
    }

    private func requiredNames(_ keywords: JSONObject, _ path: String) throws(LocatedError) -> [String] {
        var names: [String] = []
        var met: Set<ByteKey> = []
        let field = JSONField(keywords["required"], name: "\(path)/required", file: file)
        for (index, _) in (try field.optionalArray() ?? []).enumerated() {
            let name = try field[index].string()
            if met.insert(ByteKey(name)).inserted { names.append(name) }
        }
        return names
    }

    private func checkCounts(_ keywords: JSONObject, _ required: Int, _ path: String) throws(LocatedError) {
        if let least = try count(keywords, "minProperties", path), least > required {
            throw error(
                "\(path)/minProperties", "more than the required properties is not supported",
                remedy: "require properties by name")
        }
        guard keywords["maxProperties"] == nil else {
            throw error(
                "\(path)/maxProperties", "is not supported",
                remedy: "set additionalProperties to false instead")
        }
    }

    /// The members of an object, with commas.
    ///
    /// Two chains of rules: in one no member stands yet, in the other every member needs a comma before it.
    private mutating func ordered(
        _ properties: [(name: String, schema: JSONValue, path: String)], _ required: Set<ByteKey>,
        _ other: GrammarExpression?, _ path: String
    ) throws(LocatedError) -> GrammarExpression {
        let comma = try comma()
        var after = GrammarExpression.empty
        var first = GrammarExpression.empty
        if let other {
            after = .repetition(.sequence([comma, other]), least: 0, most: nil)
            first = try list(of: other, least: 0, most: nil)
        }
        // Where a required property has come, the first chain ends: nothing can be first behind it.
        let firstRequired = properties.firstIndex { required.contains(ByteKey($0.name)) } ?? properties.count
        for (index, property) in properties.enumerated().reversed() {
            let value = try call(property.schema, property.path)
            let key = GrammarExpression.bytes(JSONValue.string(property.name).serializedBytes())
            let member = GrammarExpression.rule(
                try addRule(property.path, .sequence([key, try colon(), value])))
            let isRequired = required.contains(ByteKey(property.name))
            let rest = GrammarExpression.rule(try addRule("\(path) after \(property.name)", after))
            if index <= firstRequired {
                let begin = GrammarExpression.sequence([member, rest])
                first = isRequired ? begin : .choice([begin, .rule(try addRule("\(path) before", first))])
            }
            let following = GrammarExpression.sequence([comma, member])
            after = .sequence([isRequired ? following : .optional(following), rest])
        }
        return first
    }

    /// A member whose name is not among `names`; nil when there must be none.
    private mutating func additionalMember(
        _ keywords: JSONObject, _ names: [String], _ path: String
    ) throws(LocatedError) -> GrammarExpression? {
        let patterns =
            try JSONField(
                keywords["patternProperties"], name: "\(path)/patternProperties", file: file
            ).optionalObject() ?? [:]
        let additional = keywords["additionalProperties"] ?? .bool(true)
        guard let (pattern, schema) = patterns.first else {
            if additional == .bool(false) { return nil }
            let key = try name(noneOf: names)
            return .sequence([key, try colon(), try call(additional, "\(path)/additionalProperties")])
        }
        guard patterns.count == 1, additional == .bool(false) else {
            throw error(
                "\(path)/patternProperties",
                "is supported with one pattern and additionalProperties: false only",
                remedy: "join the patterns, and add additionalProperties: false")
        }
        let place = "\(path)/patternProperties/\(Self.step(pattern))"
        var parser = try RegexParser(pattern, limits: limits, file: file, field: place)
        let fitting = JSONTexts.encoded(try parser.alternatives().searching)
        if !names.isEmpty {
            let rule = Grammar.Rule(name: "pattern", expression: fitting)
            let automaton = try PushdownAutomaton(Grammar(rules: [rule], root: 0), limits: limits)
            for name in names where Self.matches(name, automaton, limits) {
                throw error(
                    place, "the pattern fits the property \"\(name)\" too",
                    remedy: "write a pattern that fits none of the properties")
            }
        }
        return .sequence([JSONTexts.quoted(fitting), try colon(), try call(schema, place)])
    }

    /// Whether a name, as it is written inside quotes, is one of an automaton's texts.
    private static func matches(
        _ name: String, _ automaton: PushdownAutomaton, _ limits: GrammarLimits
    ) -> Bool {
        var parser = ByteParser(automaton, limits: limits)
        parser.begin(CollectionOfOne(ParserItem(state: automaton.start, stack: StackArena.text)))
        let text = JSONValue.string(name).serializedBytes().dropFirst().dropLast()
        if text.isEmpty { return automaton.acceptsEmptyText }
        return text.allSatisfy { parser.advance($0) } && parser.canEnd
    }

    // MARK: Names

    /// Any name in quotes that is not one of `names`, in the spelling with the fewest escapes.
    ///
    /// A tree of rules, one for each beginning of a name: what does not go on with one of the names is free.
    private mutating func name(noneOf names: [String]) throws(LocatedError) -> GrammarExpression {
        guard !names.isEmpty else { return try any("string") }
        let free = GrammarExpression.rule(
            try addRule(
                "the rest of a name",
                .sequence([.repetition(JSONTexts.encoded(.all), least: 0, most: nil), .text("\"")])))
        let sorted = Set(names.map { $0.unicodeScalars.map(\.value) }).sorted {
            $0.lexicographicallyPrecedes($1)
        }

        // One node for each prefix, children by their character.
        struct Node {
            var children: [(scalar: UInt32, node: Int)] = []
            var isName = false
        }
        var nodes = [Node()]
        for name in sorted {
            var place = 0
            for scalar in name {
                if let child = nodes[place].children.last, child.scalar == scalar {
                    place = child.node
                } else {
                    nodes.append(Node())
                    nodes[place].children.append((scalar, nodes.count - 1))
                    place = nodes.count - 1
                }
            }
            nodes[place].isName = true
        }
        // Children were made after their parents.
        var calls = [GrammarExpression](repeating: .empty, count: nodes.count)
        for (index, node) in nodes.enumerated().reversed() {
            let taken = CodePointSet(node.children.map { $0.scalar...$0.scalar })
            var parts: [GrammarExpression] = [.sequence([JSONTexts.encoded(taken.inverted), free])]
            if !node.isName { parts.append(.text("\"")) }
            for child in node.children {
                parts.append(.sequence([JSONTexts.encoded(CodePointSet(child.scalar)), calls[child.node]]))
            }
            calls[index] = .rule(try addRule("a name", .choice(parts)))
        }
        return .sequence([.text("\""), calls[0]])
    }
}
