/// Runs a template's statements; its extensions evaluate expressions, filters, tests and methods.
struct TemplateEvaluator {
    /// Variables, innermost scope last.
    private var scopes: [[String: TemplateValue]]
    private var output = ""
    private var steps = 0
    private var producedBytes = 0
    private var calls = 0
    private var depth = 0
    /// The first of `loops` that the macro at hand may see.
    private var firstLoop = 0
    /// The loops that run, outermost first.
    private(set) var loops: [TemplateLoop] = []
    var namespaces: [TemplateDictionary] = []
    private var macros: [TemplateMacro] = []

    /// How a list of statements ended.
    private enum Flow { case onward, breakLoop, continueLoop }

    init(variables: [String: TemplateValue]) {
        scopes = [variables, [:]]
    }

    /// The output of `program`.
    mutating func render(_ program: [TemplateStatement]) throws(TemplateError) -> String {
        _ = try run(program)
        return output
    }

    // MARK: Limits

    /// Counts one step.
    mutating func step(_ line: Int, _ count: Int = 1) throws(TemplateError) {
        steps = steps.addingReportingOverflow(count).overflow ? .max : steps + count
        guard steps <= TemplateLimits.steps else {
            throw TemplateError(
                line: line, problem: "the template takes more than \(TemplateLimits.steps) steps")
        }
    }

    /// Counts bytes about to be compared: much cheaper than a step each.
    mutating func compareBytes(_ byteCount: Int, _ line: Int) throws(TemplateError) {
        try step(line, byteCount >> 6)
    }

    /// Counts the search for a key of `byteCount` bytes among `memberCount` members.
    mutating func search(_ memberCount: Int, byteCount: Int, _ line: Int) throws(TemplateError) {
        let (bytes, overflow) = memberCount.multipliedReportingOverflow(by: byteCount)
        try step(line, memberCount)
        try compareBytes(overflow ? .max : bytes, line)
    }

    /// Counts bytes of a string about to be made.
    mutating func produce(_ byteCount: Int, _ line: Int) throws(TemplateError) {
        producedBytes = producedBytes.addingReportingOverflow(byteCount).partialValue
        guard byteCount >= 0, byteCount <= TemplateLimits.producedBytes, producedBytes >= 0,
            producedBytes <= TemplateLimits.producedBytes
        else {
            throw TemplateError(
                line: line,
                problem: "the template makes more than \(TemplateLimits.producedBytes >> 20) MiB of text")
        }
    }

    /// Runs `body` one level deeper in the machine's stack.
    mutating func nested<Result>(
        _ line: Int, _ body: (inout TemplateEvaluator) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= TemplateLimits.runningDepth else {
            throw TemplateError(
                line: line,
                problem: "macros and expressions are nested deeper than \(TemplateLimits.runningDepth) levels"
            )
        }
        return try body(&self)
    }

    // MARK: Variables

    func variable(_ name: String) -> TemplateValue? {
        for scope in scopes.reversed() {
            if let value = scope[name] { return value }
        }
        return nil
    }

    mutating func assign(_ target: TemplateTarget, _ value: TemplateValue, _ line: Int) throws(TemplateError)
    {
        switch target {
        case .name(let name): scopes[scopes.count - 1][name] = value
        case .member(let name, let member):
            guard case .object(let object)? = variable(name), case .namespace(let place) = object.kind else {
                throw TemplateError(
                    line: line, problem: "\(name) is not a namespace, so \(member) cannot be set")
            }
            try search(namespaces[place].members.count, byteCount: member.utf8.count, line)
            namespaces[place][member] = value
        case .names(let names):
            let values = try elements(of: value, line)
            guard values.count == names.count else {
                throw TemplateError(
                    line: line, problem: "\(values.count) values cannot be given to \(names.count) names")
            }
            for (name, value) in zip(names, values) { scopes[scopes.count - 1][name] = value }
        }
    }

    // MARK: Statements

    private mutating func run(_ statements: [TemplateStatement]) throws(TemplateError) -> Flow {
        guard let first = statements.first else { return .onward }
        return try nested(first.line) { (evaluator) throws(TemplateError) in
            try evaluator.runEach(statements)
        }
    }

    private mutating func runEach(_ statements: [TemplateStatement]) throws(TemplateError) -> Flow {
        for statement in statements {
            try step(statement.line)
            switch statement.kind {
            case .text(let text):
                try produce(text.utf8.count, statement.line)
                output += text
            case .output(let expression):
                let text = try text(of: try evaluate(expression), statement.line)
                try produce(text.utf8.count, statement.line)
                output += text
            case .branch(let cases, let otherwise):
                let flow = try run(try chosen(cases) ?? otherwise)
                if flow != .onward { return flow }
            case .loop(let loop): try run(loop, statement.line)
            case .assign(let target, let expression):
                try assign(target, try evaluate(expression), statement.line)
            case .capture(let target, let body):
                let text = try captured { (evaluator) throws(TemplateError) in _ = try evaluator.run(body) }
                try assign(target, .string(text), statement.line)
            case .macro(let macro):
                macros.append(macro)
                scopes[scopes.count - 1][macro.name] = .object(TemplateObject(kind: .macro(macros.count - 1)))
            case .breakLoop, .continueLoop:
                guard loops.count > firstLoop else {
                    throw TemplateError(
                        line: statement.line, problem: "break and continue stand in loops only")
                }
                if case .breakLoop = statement.kind { return .breakLoop }
                return .continueLoop
            }
        }
        return .onward
    }

    private mutating func chosen(
        _ cases: [(condition: TemplateExpression, body: [TemplateStatement])]
    ) throws(TemplateError) -> [TemplateStatement]? {
        for (condition, body) in cases where try evaluate(condition).isTrue { return body }
        return nil
    }

    private mutating func run(_ loop: TemplateForLoop, _ line: Int) throws(TemplateError) {
        var values = try elements(of: try evaluate(loop.sequence), line)
        scopes.append([:])
        loops.append(
            TemplateLoop(index: 0, count: 0, depth: loops.count - firstLoop + 1, previous: .none, next: .none)
        )
        let place = loops.count - 1
        defer {
            scopes.removeLast()
            loops.removeLast()
        }
        if let condition = loop.condition {
            var kept: [TemplateValue] = []
            for value in values {
                scopes[scopes.count - 1] = [:]
                try assign(loop.target, value, line)
                if try evaluate(condition).isTrue { kept.append(value) }
            }
            values = kept
        }
        for (index, value) in values.enumerated() {
            try step(line)
            // Every turn starts with fresh variables: what `set` does inside a loop stays in its turn.
            scopes[scopes.count - 1] = [:]
            try assign(loop.target, value, line)
            loops[place].index = index
            loops[place].count = values.count
            loops[place].previous = index > 0 ? values[index - 1] : .undefined("loop.previtem")
            loops[place].next = index + 1 < values.count ? values[index + 1] : .undefined("loop.nextitem")
            scopes[scopes.count - 1]["loop"] = .object(TemplateObject(kind: .loop(place)))
            if try run(loop.body) == .breakLoop { break }
        }
        if values.isEmpty {
            scopes[scopes.count - 1] = [:]
            _ = try run(loop.otherwise)
        }
    }

    /// What `body` writes.
    private mutating func captured(
        _ body: (inout TemplateEvaluator) throws(TemplateError) -> Void
    ) throws(TemplateError) -> String {
        let outer = output
        output = ""
        defer { output = outer }
        try body(&self)
        return output
    }

    /// The text that a macro writes for `arguments`.
    mutating func call(
        macro place: Int, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        let macro = macros[place]
        guard calls < TemplateLimits.calls else {
            throw TemplateError(
                line: line, problem: "macros call each other more than \(TemplateLimits.calls) deep")
        }
        guard arguments.positional.count <= macro.parameters.count else {
            throw TemplateError(
                line: line, problem: "\(macro.name) takes at most \(macro.parameters.count) arguments")
        }
        calls += 1
        let outerLoop = firstLoop
        let outerScopes = scopes
        // A macro sees its parameters and the variables of the template, not those of its caller.
        scopes = Array(scopes.prefix(2)) + [[:]]
        firstLoop = loops.count
        defer {
            calls -= 1
            firstLoop = outerLoop
            scopes = outerScopes
        }
        try step(
            line, arguments.named.count.multipliedReportingOverflow(by: macro.parameters.count).partialValue)
        for named in arguments.named where !macro.parameters.contains(where: { $0.name == named.name }) {
            throw TemplateError(line: line, problem: "\(macro.name) has no parameter \(named.name)")
        }
        for (index, parameter) in macro.parameters.enumerated() {
            var value = TemplateValue.undefined(parameter.name)
            if index < arguments.positional.count {
                value = arguments.positional[index]
            } else if let named = arguments.named.first(where: { $0.name == parameter.name }) {
                value = named.value
            } else if let fallback = parameter.fallback {
                value = try evaluate(fallback)
            }
            scopes[scopes.count - 1][parameter.name] = value
        }
        return .string(
            try captured { (evaluator) throws(TemplateError) in _ = try evaluator.run(macro.body) })
    }
}
