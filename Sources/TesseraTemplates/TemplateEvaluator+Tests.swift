extension TemplateEvaluator {
    /// `value is name(arguments)`.
    mutating func test(
        _ name: String, _ value: TemplateValue, _ arguments: [TemplateValue], _ line: Int
    ) throws(TemplateError) -> Bool {
        func argument() throws(TemplateError) -> TemplateValue {
            guard let first = arguments.first else {
                throw TemplateError(line: line, problem: "the test \"\(name)\" needs an argument")
            }
            return first
        }
        func integer(_ value: TemplateValue) throws(TemplateError) -> Int {
            guard let integer = value.asInteger else {
                throw TemplateError(
                    line: line, problem: "the test \"\(name)\" needs whole numbers, not \(value.kind)")
            }
            return integer
        }
        switch name {
        case "defined", "undefined":
            if case .undefined = value { return name == "undefined" }
            return name == "defined"
        case "odd": return try integer(value) % 2 != 0
        case "even": return try integer(value) % 2 == 0
        case "divisibleby":
            let divisor = try integer(try argument())
            guard divisor != 0 else { throw TemplateError(line: line, problem: "division by zero") }
            return try integer(value).remainderReportingOverflow(dividingBy: divisor).partialValue == 0
        case "eq", "equalto", "==": return try equal(value, try argument(), line)
        case "ne", "!=": return try !equal(value, try argument(), line)
        case "lt", "lessthan", "<": return try isLess(value, try argument(), line)
        case "gt", "greaterthan", ">": return try isLess(try argument(), value, line)
        case "le", "<=": return try !isLess(try argument(), value, line)
        case "ge", ">=": return try !isLess(value, try argument(), line)
        case "in": return try contains(try argument(), value, line)
        case "lower", "upper":
            let text = try text(of: value, line)
            try produce(text.utf8.count, line)
            return text == (name == "lower" ? text.lowercased() : text.uppercased())
        default: return try isKind(name, value, line)
        }
    }

    private func isKind(_ name: String, _ value: TemplateValue, _ line: Int) throws(TemplateError) -> Bool {
        switch (name, value) {
        case ("none", .none), ("string", .string), ("boolean", .bool), ("integer", .integer),
            ("float", .number),
            ("mapping", .dictionary), ("number", .integer), ("number", .number), ("number", .bool),
            ("iterable", .list), ("iterable", .string), ("iterable", .dictionary), ("iterable", .undefined),
            ("sequence", .list), ("sequence", .string), ("sequence", .dictionary), ("sequence", .undefined),
            ("true", .bool(true)), ("false", .bool(false)):
            return true
        case ("callable", .object(let object)):
            switch object.kind {
            case .macro, .function, .method: return true
            case .namespace, .loop: return false
            }
        default:
            let kinds = [
                "none", "string", "boolean", "integer", "float", "mapping", "number", "iterable", "sequence",
                "true",
                "false", "callable",
            ]
            guard kinds.contains(name) else {
                throw TemplateError(line: line, problem: "the test \"\(name)\" is not supported")
            }
            return false
        }
    }
}
