/// The arguments of a call, evaluated.
struct TemplateValues {
    var positional: [TemplateValue] = []
    var named: [(name: String, value: TemplateValue)] = []

    /// Argument `index`, or the one called `name`.
    func value(_ index: Int, _ name: String) -> TemplateValue? {
        index < positional.count ? positional[index] : named.first { $0.name == name }?.value
    }
}

extension TemplateEvaluator {
    /// The value of an expression.
    mutating func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
        try step(expression.line)
        return try nested(expression.line) { (evaluator) throws(TemplateError) in
            try evaluator.value(of: expression)
        }
    }

    private mutating func value(of expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
        let line = expression.line
        switch expression.kind {
        case .literal(let value): return value
        case .name(let name):
            return variable(name)
                ?? (Self.functions.contains(name)
                    ? .object(TemplateObject(kind: .function(name))) : .undefined("\"\(name)\""))
        case .list(let expressions):
            var values: [TemplateValue] = []
            for expression in expressions { values.append(try evaluate(expression)) }
            return try shallow(.list(values), line)
        case .dictionary(let members):
            var dictionary = TemplateDictionary()
            for (key, value) in members {
                let key = try evaluate(key)
                guard case .string(let name) = key else {
                    throw TemplateError(
                        line: line, problem: "\(key.kind) as the key of a dictionary is not supported")
                }
                try search(dictionary.members.count, byteCount: name.utf8.count, line)
                dictionary[name] = try evaluate(value)
            }
            return try shallow(.dictionary(dictionary), line)
        case .member(let value, let name): return try member(name, of: try evaluate(value), line)
        case .item(let value, let index): return try item(try evaluate(index), of: try evaluate(value), line)
        case .slice(let value, let start, let stop, let step):
            return try slice(
                try evaluate(value), try integer(start, line), try integer(stop, line),
                try integer(step, line), line)
        case .call(let function, let arguments):
            let function = try evaluate(function)
            return try call(function, try values(of: arguments), line)
        case .filter(let value, let name, let arguments):
            let value = try evaluate(value)
            return try filter(name, value, try values(of: arguments), line)
        case .test(let value, let name, let arguments):
            let value = try evaluate(value)
            return .bool(try test(name, value, try values(of: arguments).positional, line))
        case .not(let value): return .bool(!(try evaluate(value).isTrue))
        case .negative(let value): return try calculate(.subtract, .integer(0), try evaluate(value), line)
        case .positive(let value): return try calculate(.add, .integer(0), try evaluate(value), line)
        case .binary(let operation, let left, let right):
            let left = try evaluate(left)
            return try calculate(operation, left, try evaluate(right), line)
        case .and(let left, let right):
            let left = try evaluate(left)
            return left.isTrue ? try evaluate(right) : left
        case .or(let left, let right):
            let left = try evaluate(left)
            return left.isTrue ? left : try evaluate(right)
        case .comparison(let first, let rest):
            var left = try evaluate(first)
            for (operation, expression) in rest {
                let right = try evaluate(expression)
                guard try compare(operation, left, right, line) else { return .bool(false) }
                left = right
            }
            return .bool(true)
        case .conditional(let condition, let yes, let no):
            if try evaluate(condition).isTrue { return try evaluate(yes) }
            guard let no else { return .undefined("the value of an if without else") }
            return try evaluate(no)
        }
    }

    mutating func values(of arguments: TemplateArguments) throws(TemplateError) -> TemplateValues {
        var values = TemplateValues()
        for argument in arguments.positional { values.positional.append(try evaluate(argument)) }
        for (name, argument) in arguments.named { values.named.append((name, try evaluate(argument))) }
        return values
    }

    private mutating func integer(_ expression: TemplateExpression?, _ line: Int) throws(TemplateError)
        -> Int?
    {
        guard let expression else { return nil }
        let value = try evaluate(expression)
        if case .none = value { return nil }
        guard let integer = value.asInteger else {
            throw TemplateError(line: line, problem: "a slice needs whole numbers, not \(value.kind)")
        }
        return integer
    }

    /// Refuses values nested so deeply that walking them would exhaust the stack.
    mutating func shallow(_ value: TemplateValue, _ line: Int) throws(TemplateError) -> TemplateValue {
        var level = [value]
        for _ in 0..<TemplateLimits.depth {
            var next: [TemplateValue] = []
            for value in level {
                switch value {
                case .list(let elements):
                    try step(line, elements.count)
                    next += elements
                case .dictionary(let dictionary):
                    try step(line, dictionary.members.count)
                    next += dictionary.members.map(\.value)
                case .object(let object):
                    if case .method(_, let owner) = object.kind {
                        try step(line, owner.count)
                        next += owner
                    }
                default: break
                }
            }
            if next.isEmpty { return value }
            level = next
        }
        throw TemplateError(
            line: line, problem: "a value is nested deeper than \(TemplateLimits.depth) levels")
    }

    /// What a loop or a filter runs over; each element costs a step.
    mutating func elements(of value: TemplateValue, _ line: Int) throws(TemplateError) -> [TemplateValue] {
        switch value {
        case .list(let elements):
            try step(line, elements.count)
            return elements
        case .dictionary(let dictionary):
            try step(line, dictionary.members.count)
            return dictionary.members.map { .string($0.key) }
        case .string(let text):
            try step(line, text.utf8.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .undefined: return []
        default: throw TemplateError(line: line, problem: "\(value.kind) is not a sequence")
        }
    }

    // MARK: Members

    private mutating func member(_ name: String, of value: TemplateValue, _ line: Int) throws(TemplateError)
        -> TemplateValue
    {
        switch value {
        case .undefined:
            throw TemplateError(line: line, problem: "\(value.kind), has no member \"\(name)\"")
        case .object(let object):
            switch object.kind {
            case .namespace(let place):
                try search(namespaces[place].members.count, byteCount: name.utf8.count, line)
                return namespaces[place][name] ?? .missing(name)
            case .loop(let place):
                if place < loops.count, let value = loops[place].member(name) { return value }
                if name == "cycle" || name == "changed" {
                    throw TemplateError(line: line, problem: "loop.\(name) is not supported")
                }
                return .missing("loop." + name)
            default: return .missing(name)
            }
        default:
            if Self.hasMethod(name, value) {
                return .object(TemplateObject(kind: .method(name, of: [value])))
            }
            if case .dictionary(let dictionary) = value {
                try search(dictionary.members.count, byteCount: name.utf8.count, line)
                if let found = dictionary[name] { return found }
            }
            return .missing(name)
        }
    }

    private mutating func item(
        _ index: TemplateValue, of value: TemplateValue, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        func place(_ count: Int) -> Int? {
            guard let place = index.asInteger, place < count, place >= -count else { return nil }
            return place < 0 ? place + count : place
        }
        let missing = TemplateValue.undefined("the item \(index.label)")
        switch value {
        case .undefined:
            throw TemplateError(line: line, problem: "\(value.kind), has no item \(index.label)")
        case .list(let elements): return place(elements.count).map { elements[$0] } ?? missing
        case .dictionary(let dictionary):
            guard case .string(let key) = index else { return missing }
            try search(dictionary.members.count, byteCount: key.utf8.count, line)
            if let found = dictionary[key] { return found }
            return Self.hasMethod(key, value) ? try member(key, of: value, line) : missing
        case .string(let text):
            try compareBytes(text.utf8.count, line)
            let scalars = text.unicodeScalars
            guard let place = place(scalars.count) else { return missing }
            return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: place)]))
        case .object:
            guard case .string(let name) = index else { return missing }
            return try member(name, of: value, line)
        default: return missing
        }
    }

    private mutating func slice(
        _ value: TemplateValue, _ start: Int?, _ stop: Int?, _ step: Int?, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        let stride = step ?? 1
        guard stride != 0 else { throw TemplateError(line: line, problem: "the step of a slice is zero") }
        func clamp(_ index: Int, _ count: Int) -> Int {
            let lowest = stride > 0 ? 0 : -1
            let highest = stride > 0 ? count : count - 1
            return min(max(index < 0 ? index + count : index, lowest), highest)
        }
        func forEachPlace(_ count: Int, _ body: (Int) -> Void) {
            var place = start.map { clamp($0, count) } ?? (stride > 0 ? 0 : count - 1)
            let end = stop.map { clamp($0, count) } ?? (stride > 0 ? count : -1)
            while stride > 0 ? place < end : place > end {
                body(place)
                let (next, overflow) = place.addingReportingOverflow(stride)
                if overflow { break }
                place = next
            }
        }
        switch value {
        case .list(let elements):
            try self.step(line, elements.count)
            var values: [TemplateValue] = []
            forEachPlace(elements.count) { values.append(elements[$0]) }
            return .list(values)
        case .string(let text):
            try produce(text.utf8.count, line)
            let scalars = Array(text.unicodeScalars)
            var output = String.UnicodeScalarView()
            forEachPlace(scalars.count) { output.append(scalars[$0]) }
            return .string(String(output))
        default: throw TemplateError(line: line, problem: "\(value.kind) cannot be sliced")
        }
    }

    // MARK: Operators

    private mutating func compare(
        _ operation: TemplateComparison, _ left: TemplateValue, _ right: TemplateValue, _ line: Int
    ) throws(TemplateError) -> Bool {
        switch operation {
        case .equal: return try equal(left, right, line)
        case .notEqual: return try !equal(left, right, line)
        case .isIn: return try contains(right, left, line)
        case .isNotIn: return !(try contains(right, left, line))
        case .less: return try isLess(left, right, line)
        case .greater: return try isLess(right, left, line)
        case .lessOrEqual: return try equal(left, right, line) ? true : try isLess(left, right, line)
        case .greaterOrEqual: return try equal(left, right, line) ? true : try isLess(right, left, line)
        }
    }

    mutating func isLess(_ left: TemplateValue, _ right: TemplateValue, _ line: Int) throws(TemplateError)
        -> Bool
    {
        if case .string(let left) = left, case .string(let right) = right {
            try compareBytes(min(left.utf8.count, right.utf8.count), line)
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        }
        if let left = left.asInteger, let right = right.asInteger { return left < right }
        guard let leftNumber = left.asNumber, let rightNumber = right.asNumber else {
            throw TemplateError(line: line, problem: "\(left.kind) cannot be compared with \(right.kind)")
        }
        return leftNumber < rightNumber
    }

    /// Equality as in Python: numbers by value, strings byte by byte.
    mutating func equal(
        _ left: TemplateValue, _ right: TemplateValue, _ line: Int
    ) throws(TemplateError) -> Bool {
        try step(line)
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)):
            guard left.utf8.count == right.utf8.count else { return false }
            try compareBytes(left.utf8.count, line)
            return left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)):
            guard left.count == right.count else { return false }
            for (left, right) in zip(left, right) {
                guard try equal(left, right, line) else { return false }
            }
            return true
        case (.dictionary(let left), .dictionary(let right)):
            guard left.members.count == right.members.count else { return false }
            for (key, value) in left.members {
                try search(right.members.count, byteCount: key.utf8.count, line)
                guard let other = right[key], try equal(value, other, line) else { return false }
            }
            return true
        default:
            if let left = left.asInteger, let right = right.asInteger { return left == right }
            if let left = left.asNumber, let right = right.asNumber { return left == right }
            return false
        }
    }

    mutating func contains(
        _ container: TemplateValue, _ value: TemplateValue, _ line: Int
    ) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = value else {
                throw TemplateError(line: line, problem: "\(value.kind) cannot be looked for in a string")
            }
            return try firstPlace(of: Array(part.utf8), in: Array(text.utf8), line) != nil
        case .dictionary(let dictionary):
            guard case .string(let key) = value else { return false }
            try search(dictionary.members.count, byteCount: key.utf8.count, line)
            return dictionary[key] != nil
        case .list(let elements):
            for element in elements where try equal(element, value, line) { return true }
            return false
        case .undefined: return false
        default: throw TemplateError(line: line, problem: "nothing can be looked for in \(container.kind)")
        }
    }

    private mutating func calculate(
        _ operation: TemplateOperator, _ left: TemplateValue, _ right: TemplateValue, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        switch (operation, left, right) {
        case (.concatenate, _, _):
            let left = try text(of: left, line)
            let right = try text(of: right, line)
            try produce(left.utf8.count + right.utf8.count, line)
            return .string(left + right)
        case (.add, .string(let left), .string(let right)):
            try produce(left.utf8.count + right.utf8.count, line)
            return .string(left + right)
        case (.add, .list(let left), .list(let right)):
            try step(line, left.count + right.count)
            return .list(left + right)
        case (.multiply, .string(let text), .integer(let count)),
            (.multiply, .integer(let count), .string(let text)):
            let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: max(count, 0))
            try produce(overflow ? .max : bytes, line)
            return .string(String(repeating: text, count: max(count, 0)))
        default: break
        }
        if let left = left.asInteger, let right = right.asInteger, operation != .divide {
            return try calculate(operation, left, right, line)
        }
        guard let leftNumber = left.asNumber, let rightNumber = right.asNumber else {
            throw TemplateError(
                line: line, problem: "\(operation.rawValue) does not apply to \(left.kind) and \(right.kind)")
        }
        return .number(try calculate(operation, leftNumber, rightNumber, line))
    }

    private func calculate(
        _ operation: TemplateOperator, _ left: Int, _ right: Int, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        var result: (Int, Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .floorDivide, .remainder:
            guard right != 0 else { throw TemplateError(line: line, problem: "division by zero") }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            let remainder = overflow ? 0 : left % right
            let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .floorDivide {
                result = (isBelow ? quotient - 1 : quotient, overflow)
            } else {
                result = (isBelow ? remainder + right : remainder, false)
            }
        case .power:
            guard right >= 0 else {
                return .number(try calculate(operation, Double(left), Double(right), line))
            }
            result = (1, false)
            for _ in 0..<min(right, 64) where !result.1 {
                result = result.0.multipliedReportingOverflow(by: left)
            }
            if right > 64, left != 0, left != 1, left != -1 { result.1 = true }
            if right > 64, left == -1, right % 2 != 0 { result.0 = -1 }
        case .divide, .concatenate: result = (0, true)
        }
        guard !result.1 else { throw TemplateError(line: line, problem: "a number is larger than 64 bits") }
        return .integer(result.0)
    }

    private func calculate(
        _ operation: TemplateOperator, _ left: Double, _ right: Double, _ line: Int
    ) throws(TemplateError) -> Double {
        switch operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide, .floorDivide, .remainder:
            guard right != 0 else { throw TemplateError(line: line, problem: "division by zero") }
            if operation == .divide { return left / right }
            let quotient = (left / right).rounded(.down)
            return operation == .floorDivide ? quotient : left - quotient * right
        case .power, .concatenate:
            throw TemplateError(line: line, problem: "powers of fractions are not supported")
        }
    }
}
