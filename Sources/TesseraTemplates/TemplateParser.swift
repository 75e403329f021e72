/// Parses the expressions of a template; `TemplateParser+Statements` parses the tags around them.
///
/// Precedences are Jinja's, from loosest: `if else`, `or`, `and`, `not`, comparisons, `+ -`, `~`, `* / // %`, `**`,
/// signs, then filters, tests, members and calls.
struct TemplateParser {
    private let tokens: [TemplateToken]
    private var position = 0
    private var depth = 0

    init(_ tokens: [TemplateToken]) {
        self.tokens = tokens
    }

    // MARK: Tokens

    /// The token at hand; the last one, `.end`, stays.
    var token: TemplateToken { tokens[min(position, tokens.count - 1)] }

    /// The token after it.
    var following: TemplateToken { tokens[min(position + 1, tokens.count - 1)] }

    mutating func advance() { position += 1 }

    mutating func take(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func takeName(_ name: String) -> Bool {
        guard token.kind == .name(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(TemplateError) {
        guard take(symbol) else { throw unexpected("\"\(symbol)\"") }
    }

    mutating func expect(_ kind: TemplateToken.Kind, _ words: String) throws(TemplateError) {
        guard token.kind == kind else { throw unexpected(words) }
        advance()
    }

    mutating func identifier() throws(TemplateError) -> String {
        guard case .name(let name) = token.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    func unexpected(_ expected: String) -> TemplateError {
        let found =
            switch token.kind {
            case .text: "text"
            case .beginOutput: "{{"
            case .endOutput: "}}"
            case .beginBlock: "{%"
            case .endBlock: "%}"
            case .name(let name): "\"\(name)\""
            case .string: "a string"
            case .integer, .number: "a number"
            case .symbol(let symbol): "\"\(symbol)\""
            case .end: "the end"
            }
        return TemplateError(line: token.line, problem: "expected \(expected), found \(found)")
    }

    /// Runs `parse` one level deeper.
    mutating func nested<Result>(
        _ parse: (inout TemplateParser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= TemplateLimits.depth else {
            throw TemplateError(
                line: token.line, problem: "nested deeper than \(TemplateLimits.depth) levels")
        }
        return try parse(&self)
    }

    /// Makes an expression that may grow in a loop, which `nested` does not see.
    private func grown(_ kind: TemplateExpression.Kind, _ line: Int) throws(TemplateError)
        -> TemplateExpression
    {
        let expression = TemplateExpression(kind: kind, line: line)
        guard expression.height <= TemplateLimits.depth else {
            throw TemplateError(line: line, problem: "nested deeper than \(TemplateLimits.depth) levels")
        }
        return expression
    }

    // MARK: Expressions

    /// An expression, `a if b else c` included.
    mutating func expression() throws(TemplateError) -> TemplateExpression {
        try nested { (parser) throws(TemplateError) in
            var value = try parser.disjunction()
            while parser.token.kind == .name("if") {
                let line = parser.token.line
                parser.advance()
                let condition = try parser.disjunction()
                let no = parser.takeName("else") ? try parser.expression() : nil
                value = try parser.grown(.conditional(condition, yes: value, no: no), line)
            }
            return value
        }
    }

    mutating func disjunction() throws(TemplateError) -> TemplateExpression {
        var left = try conjunction()
        while token.kind == .name("or") {
            let line = token.line
            advance()
            left = try grown(.or(left, try conjunction()), line)
        }
        return left
    }

    private mutating func conjunction() throws(TemplateError) -> TemplateExpression {
        var left = try negation()
        while token.kind == .name("and") {
            let line = token.line
            advance()
            left = try grown(.and(left, try negation()), line)
        }
        return left
    }

    private mutating func negation() throws(TemplateError) -> TemplateExpression {
        guard token.kind == .name("not") else { return try comparison() }
        let line = token.line
        advance()
        return try nested { (parser) throws(TemplateError) in
            TemplateExpression(kind: .not(try parser.negation()), line: line)
        }
    }

    private mutating func comparison() throws(TemplateError) -> TemplateExpression {
        let line = token.line
        let first = try sum()
        var rest: [(TemplateComparison, TemplateExpression)] = []
        while let operation = takeComparison() { rest.append((operation, try sum())) }
        return rest.isEmpty ? first : TemplateExpression(kind: .comparison(first, rest), line: line)
    }

    private mutating func takeComparison() -> TemplateComparison? {
        switch token.kind {
        case .symbol(let symbol):
            guard let operation = TemplateComparison(rawValue: symbol) else { return nil }
            advance()
            return operation
        case .name("in"):
            advance()
            return .isIn
        case .name("not"):
            guard following.kind == .name("in") else { return nil }
            advance()
            advance()
            return .isNotIn
        default: return nil
        }
    }

    private mutating func sum() throws(TemplateError) -> TemplateExpression {
        try chain(["+", "-"]) { (parser) throws(TemplateError) in try parser.concatenation() }
    }

    private mutating func concatenation() throws(TemplateError) -> TemplateExpression {
        try chain(["~"]) { (parser) throws(TemplateError) in try parser.product() }
    }

    private mutating func product() throws(TemplateError) -> TemplateExpression {
        try chain(["*", "/", "//", "%"]) { (parser) throws(TemplateError) in
            try parser.chain(["**"]) { (parser) throws(TemplateError) in try parser.signed(filters: true) }
        }
    }

    /// Operators of one precedence, from left to right.
    private mutating func chain(
        _ symbols: [String], _ operand: (inout TemplateParser) throws(TemplateError) -> TemplateExpression
    ) throws(TemplateError) -> TemplateExpression {
        var left = try operand(&self)
        while case .symbol(let symbol) = token.kind, symbols.contains(symbol),
            let operation = TemplateOperator(rawValue: symbol)
        {
            let line = token.line
            advance()
            left = try grown(.binary(operation, left, try operand(&self)), line)
        }
        return left
    }

    private mutating func signed(filters: Bool) throws(TemplateError) -> TemplateExpression {
        let line = token.line
        var value: TemplateExpression
        if take("-") {
            value = try nested { (parser) throws(TemplateError) in
                TemplateExpression(kind: .negative(try parser.signed(filters: false)), line: line)
            }
        } else if take("+") {
            value = try nested { (parser) throws(TemplateError) in
                TemplateExpression(kind: .positive(try parser.signed(filters: false)), line: line)
            }
        } else {
            value = try members(of: primary())
        }
        return filters ? try self.filters(of: value) : value
    }

    private mutating func primary() throws(TemplateError) -> TemplateExpression {
        let line = token.line
        func literal(_ value: TemplateValue) -> TemplateExpression {
            TemplateExpression(kind: .literal(value), line: line)
        }
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return literal(.bool(true))
            case "false", "False": return literal(.bool(false))
            case "none", "None": return literal(.none)
            default: return TemplateExpression(kind: .name(name), line: line)
            }
        case .string(var text):
            advance()
            while case .string(let more) = token.kind {
                text += more
                advance()
            }
            return literal(.string(text))
        case .integer(let value):
            advance()
            return literal(.integer(value))
        case .number(let value):
            advance()
            return literal(.number(value))
        case .symbol("("): return try parenthesised()
        case .symbol("["):
            advance()
            return TemplateExpression(kind: .list(try elements(until: "]")), line: line)
        case .symbol("{"): return try dictionary()
        default: throw unexpected("an expression")
        }
    }

    /// A parenthesised expression, or a tuple, which is kept as a list.
    private mutating func parenthesised() throws(TemplateError) -> TemplateExpression {
        let line = token.line
        advance()
        if take(")") { return TemplateExpression(kind: .list([]), line: line) }
        let first = try expression()
        if take(")") { return first }
        try expect(",")
        return TemplateExpression(kind: .list([first] + (try elements(until: ")"))), line: line)
    }

    private mutating func elements(until close: String) throws(TemplateError) -> [TemplateExpression] {
        var elements: [TemplateExpression] = []
        while !take(close) {
            elements.append(try expression())
            if !take(",") {
                try expect(close)
                break
            }
        }
        return elements
    }

    private mutating func dictionary() throws(TemplateError) -> TemplateExpression {
        let line = token.line
        advance()
        var members: [(key: TemplateExpression, value: TemplateExpression)] = []
        while !take("}") {
            let key = try expression()
            try expect(":")
            members.append((key, try expression()))
            if !take(",") {
                try expect("}")
                break
            }
        }
        return TemplateExpression(kind: .dictionary(members), line: line)
    }

    // MARK: What follows a value

    private mutating func members(of value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
        var value = value
        while true {
            let line = token.line
            if take(".") {
                if case .integer(let index) = token.kind {
                    advance()
                    let index = TemplateExpression(kind: .literal(.integer(index)), line: line)
                    value = try grown(.item(value, index), line)
                } else {
                    value = try grown(.member(value, try identifier()), line)
                }
            } else if take("[") {
                value = try grown(try subscripted(value), line)
            } else if token.kind == .symbol("(") {
                value = try grown(.call(value, try arguments()), line)
            } else {
                return value
            }
        }
    }

    private mutating func subscripted(_ value: TemplateExpression) throws(TemplateError)
        -> TemplateExpression.Kind
    {
        var parts: [TemplateExpression?] = [nil]
        var isSlice = false
        while !take("]") {
            if take(":") {
                isSlice = true
                parts.append(nil)
            } else {
                guard parts[parts.count - 1] == nil else { throw unexpected("\"]\"") }
                parts[parts.count - 1] = try expression()
            }
        }
        if !isSlice {
            guard let index = parts[0] else { throw unexpected("an index") }
            return .item(value, index)
        }
        guard parts.count <= 3 else { throw unexpected("a slice of at most three parts") }
        return .slice(value, start: parts[0], stop: parts[1], step: parts.count > 2 ? parts[2] : nil)
    }

    private mutating func arguments() throws(TemplateError) -> TemplateArguments {
        try expect("(")
        var arguments = TemplateArguments()
        while !take(")") {
            if token.kind == .symbol("*") || token.kind == .symbol("**") {
                throw TemplateError(line: token.line, problem: "unpacked arguments (*) are not supported")
            }
            if case .name(let name) = token.kind, following.kind == .symbol("=") {
                advance()
                advance()
                arguments.named.append((name, try expression()))
            } else {
                arguments.positional.append(try expression())
            }
            if !take(",") {
                try expect(")")
                break
            }
        }
        return arguments
    }

    private mutating func filters(of value: TemplateExpression) throws(TemplateError) -> TemplateExpression {
        var value = value
        while true {
            let line = token.line
            if take("|") {
                let name = try identifier()
                let given = token.kind == .symbol("(") ? try arguments() : TemplateArguments()
                value = try grown(.filter(value, name, given), line)
            } else if takeName("is") {
                value = try test(of: value, line: line)
            } else if token.kind == .symbol("(") {
                value = try grown(.call(value, try arguments()), line)
            } else {
                return value
            }
        }
    }

    private mutating func test(of value: TemplateExpression, line: Int) throws(TemplateError)
        -> TemplateExpression
    {
        let isNegated = takeName("not")
        let name = try identifier()
        var given = TemplateArguments()
        switch token.kind {
        case .symbol("("): given = try arguments()
        case .name("else"), .name("or"), .name("and"), .name("is"), .name("if"), .name("in"), .name("not"):
            break
        case .name, .string, .integer, .number, .symbol("["), .symbol("{"):
            given.positional = [try members(of: primary())]
        default: break
        }
        let test = try grown(.test(value, name, given), line)
        return isNegated ? TemplateExpression(kind: .not(test), line: line) : test
    }
}
