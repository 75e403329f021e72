public import TesseraCore
internal import TesseraTokenizers

extension Grammar {
    /// The texts that call functions in `format`, with arguments that each function's schema allows.
    ///
    /// - Throws: `LocatedError` as reading a schema does, and for a name that is not made of letters, digits, `_`, `-`.
    public init(
        toolCalls format: ToolCallFormat, limits: GrammarLimits = GrammarLimits()
    ) throws(LocatedError) {
        self.init(rules: [], root: 0)
        guard format.tools.reduce(0, { $0 + $1.parameters.utf8.count }) <= limits.sourceBytes else {
            throw LocatedError(
                file: format.tools.first?.file, field: "#",
                problem: "the schemas of all functions have more than \(limits.sourceBytes) bytes",
                remedy: "shorten them")
        }
        var bodies: [GrammarExpression] = []
        for tool in format.tools {
            guard ToolCallFormat.isName(tool.name) else {
                throw LocatedError(
                    file: tool.file, field: "name", problem: "\"\(tool.name)\" cannot be called",
                    remedy: "use 1 to 64 letters, digits, _ and -")
            }
            let source = GrammarSource.jsonSchema(tool.parameters, spacing: .spaced, file: tool.file)
            let schema = try source.grammar(limits: limits)
            do throws(LocatedError) {
                // A function that no arguments fit could never be called, and nobody would know.
                _ = try PushdownAutomaton(schema, limits: limits)
            } catch {
                throw LocatedError(
                    file: tool.file, field: error.field, problem: error.problem, remedy: error.remedy)
            }
            let arguments = append(schema)
            bodies.append(
                .sequence([
                    .text(ToolCallFormat.beforeName + tool.name + ToolCallFormat.beforeArguments),
                    .rule(arguments), .text(ToolCallFormat.closing),
                ]))
        }
        // Behind the first opening.
        let body = append(Rule(name: "call", expression: .choice(bodies)))
        let another = GrammarExpression.sequence([
            .text(ToolCallFormat.separator + ToolCallFormat.opening), .rule(body),
        ])
        let calls = append(
            Rule(
                name: "calls",
                expression: .sequence([
                    .rule(body), .repetition(another, least: 0, most: format.allowsSeveral ? nil : 0),
                ])))
        root =
            format.mustCall
            ? append(
                Rule(name: "root", expression: .sequence([.text(ToolCallFormat.opening), .rule(calls)])))
            : appendText(endingWith: calls)
    }

    /// Rules for any text, in which the opening of a call is followed by `calls` and the end.
    ///
    /// A rule for each count of the opening's characters that the text ends with, as in the automaton of Knuth, Morris
    /// and Pratt (1977); the opening's first character does not come again in it.
    private mutating func appendText(endingWith calls: Int) -> Int {
        let opening = ToolCallFormat.opening.unicodeScalars.map(\.value)
        let first = rules.count
        for (matched, next) in opening.enumerated() {
            let begin = CodePointSet(opening[0])
            let step = CodePointSet(next)
            let others = begin.union(step).inverted
            var ways: [GrammarExpression] = [
                .empty, .sequence([.characters(others), .rule(first)]),
                .sequence([
                    .characters(step), .rule(matched + 1 < opening.count ? first + matched + 1 : calls),
                ]),
            ]
            if matched > 0 { ways.append(.sequence([.characters(begin), .rule(first + 1)])) }
            _ = append(Rule(name: "text \(matched)", expression: .choice(ways)))
        }
        return first
    }

    private mutating func append(_ rule: Rule) -> Int {
        rules.append(rule)
        return rules.count - 1
    }

    /// Adds the rules of another grammar; returns the place of its root.
    private mutating func append(_ other: Grammar) -> Int {
        let base = rules.count
        for var rule in other.rules {
            rule.expression = rule.expression.movingRules(by: base)
            rules.append(rule)
        }
        return base + other.root
    }
}

extension GrammarExpression {
    /// The expression where rules are numbered from `base`.
    fileprivate func movingRules(by base: Int) -> GrammarExpression {
        switch self {
        case .bytes, .characters: self
        case .rule(let rule): .rule(rule + base)
        case .sequence(let parts): .sequence(parts.map { $0.movingRules(by: base) })
        case .choice(let parts): .choice(parts.map { $0.movingRules(by: base) })
        case .repetition(let part, let least, let most):
            .repetition(part.movingRules(by: base), least: least, most: most)
        }
    }
}
