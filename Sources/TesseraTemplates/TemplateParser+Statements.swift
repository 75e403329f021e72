extension TemplateParser {
    /// The whole template.
    mutating func program() throws(TemplateError) -> [TemplateStatement] {
        let statements = try statements(until: [])
        guard token.kind == .end else { throw unexpected("the end") }
        return statements
    }

    /// Statements up to a block whose tag is in `ends`; the tag's name is the token at hand on return.
    private mutating func statements(until ends: Set<String>) throws(TemplateError) -> [TemplateStatement] {
        try nested { (parser) throws(TemplateError) in
            var statements: [TemplateStatement] = []
            while true {
                let line = parser.token.line
                switch parser.token.kind {
                case .end:
                    guard ends.isEmpty else {
                        throw parser.unexpected(ends.sorted().joined(separator: " or "))
                    }
                    return statements
                case .text(let text):
                    parser.advance()
                    statements.append(TemplateStatement(kind: .text(text), line: line))
                case .beginOutput:
                    parser.advance()
                    let value = try parser.expressionOrTuple()
                    try parser.expect(.endOutput, "}}")
                    statements.append(TemplateStatement(kind: .output(value), line: line))
                case .beginBlock:
                    parser.advance()
                    guard case .name(let tag) = parser.token.kind else {
                        throw parser.unexpected("a tag's name")
                    }
                    if ends.contains(tag) { return statements }
                    parser.advance()
                    statements += try parser.block(tag, line: line)
                default: throw parser.unexpected("text or a tag")
                }
            }
        }
    }

    /// The body of a block and its closing tag.
    private mutating func body(until end: String) throws(TemplateError) -> [TemplateStatement] {
        let body = try statements(until: [end])
        advance()
        try expect(.endBlock, "%}")
        return body
    }

    private mutating func block(_ tag: String, line: Int) throws(TemplateError) -> [TemplateStatement] {
        func statement(_ kind: TemplateStatement.Kind) -> [TemplateStatement] {
            [TemplateStatement(kind: kind, line: line)]
        }
        switch tag {
        case "if": return statement(try branch())
        case "for": return statement(.loop(try forLoop()))
        case "set": return statement(try assignment())
        case "macro": return statement(.macro(try macro()))
        case "break", "continue":
            try expect(.endBlock, "%}")
            return statement(tag == "break" ? .breakLoop : .continueLoop)
        case "generation":
            // Marks the assistant's text for training; it does not change the output.
            try expect(.endBlock, "%}")
            return try body(until: "endgeneration")
        default:
            throw TemplateError(line: line, problem: "the tag \"\(tag)\" is not supported")
        }
    }

    private mutating func branch() throws(TemplateError) -> TemplateStatement.Kind {
        var cases: [(condition: TemplateExpression, body: [TemplateStatement])] = []
        var otherwise: [TemplateStatement] = []
        while true {
            let condition = try expression()
            try expect(.endBlock, "%}")
            cases.append((condition, try statements(until: ["elif", "else", "endif"])))
            if takeName("elif") { continue }
            if takeName("else") {
                try expect(.endBlock, "%}")
                otherwise = try body(until: "endif")
            } else {
                advance()
                try expect(.endBlock, "%}")
            }
            return .branch(cases, otherwise: otherwise)
        }
    }

    private mutating func forLoop() throws(TemplateError) -> TemplateForLoop {
        var names = [try identifier()]
        var isTuple = false
        while take(",") {
            isTuple = true
            if token.kind == .name("in") { break }
            names.append(try identifier())
        }
        guard takeName("in") else { throw unexpected("\"in\"") }
        let sequence = try disjunctionOrTuple()
        let condition = takeName("if") ? try expression() : nil
        if token.kind == .name("recursive") {
            throw TemplateError(line: token.line, problem: "recursive loops are not supported")
        }
        try expect(.endBlock, "%}")
        let body = try statements(until: ["else", "endfor"])
        var otherwise: [TemplateStatement] = []
        if takeName("else") {
            try expect(.endBlock, "%}")
            otherwise = try self.body(until: "endfor")
        } else {
            advance()
            try expect(.endBlock, "%}")
        }
        return TemplateForLoop(
            target: isTuple ? .names(names) : .name(names[0]), sequence: sequence, condition: condition,
            body: body,
            otherwise: otherwise)
    }

    private mutating func assignment() throws(TemplateError) -> TemplateStatement.Kind {
        let name = try identifier()
        var target = TemplateTarget.name(name)
        if take(".") {
            target = .member(name, try identifier())
        } else if token.kind == .symbol(",") {
            var names = [name]
            while take(",") { names.append(try identifier()) }
            target = .names(names)
        }
        if take("=") {
            let value = try expressionOrTuple()
            try expect(.endBlock, "%}")
            return .assign(target, value)
        }
        if token.kind == .symbol("|") {
            throw TemplateError(line: token.line, problem: "filters of a set block are not supported")
        }
        try expect(.endBlock, "%}")
        return .capture(target, try body(until: "endset"))
    }

    private mutating func macro() throws(TemplateError) -> TemplateMacro {
        let name = try identifier()
        try expect("(")
        var parameters: [(name: String, fallback: TemplateExpression?)] = []
        while !take(")") {
            let parameter = try identifier()
            parameters.append((parameter, take("=") ? try expression() : nil))
            if !take(",") {
                try expect(")")
                break
            }
        }
        try expect(.endBlock, "%}")
        return TemplateMacro(name: name, parameters: parameters, body: try body(until: "endmacro"))
    }

    /// An expression, or several between commas, which make a list.
    private mutating func expressionOrTuple() throws(TemplateError) -> TemplateExpression {
        let line = token.line
        let first = try expression()
        guard token.kind == .symbol(",") else { return first }
        var elements = [first]
        while take(",") {
            if token.kind == .endBlock || token.kind == .endOutput { break }
            elements.append(try expression())
        }
        return TemplateExpression(kind: .list(elements), line: line)
    }

    /// What a loop runs over: no `if` at the top, which belongs to the loop.
    private mutating func disjunctionOrTuple() throws(TemplateError) -> TemplateExpression {
        let line = token.line
        let first = try disjunction()
        guard token.kind == .symbol(",") else { return first }
        var elements = [first]
        while take(",") { elements.append(try disjunction()) }
        return TemplateExpression(kind: .list(elements), line: line)
    }
}
