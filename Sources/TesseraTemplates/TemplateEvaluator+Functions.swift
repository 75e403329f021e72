extension TemplateEvaluator {
    /// The global functions.
    static let functions: Set<String> = ["range", "namespace", "raise_exception", "dict"]

    /// Whether values like this one have a method `name`.
    static func hasMethod(_ name: String, _ value: TemplateValue) -> Bool {
        switch value {
        case .string: stringMethods.contains(name)
        case .dictionary: ["items", "keys", "values", "get"].contains(name)
        default: false
        }
    }

    private static let stringMethods: Set<String> = [
        "strip", "lstrip", "rstrip", "split", "startswith", "endswith", "upper", "lower", "title",
        "capitalize",
        "replace", "find", "count", "join", "splitlines", "format",
    ]

    /// Calls a function, macro or method.
    mutating func call(
        _ function: TemplateValue, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        guard case .object(let object) = function else {
            throw TemplateError(line: line, problem: "\(function.kind), cannot be called")
        }
        switch object.kind {
        case .macro(let place): return try call(macro: place, arguments, line)
        case .function(let name): return try call(function: name, arguments, line)
        case .method(let name, let owner):
            guard let value = owner.first else { return .none }
            if case .dictionary(let dictionary) = value {
                return try call(method: name, of: dictionary, arguments, line)
            }
            return try call(method: name, of: try text(of: value, line), arguments, line)
        case .loop, .namespace: throw TemplateError(line: line, problem: "\(function.kind) cannot be called")
        }
    }

    private mutating func call(
        function name: String, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        switch name {
        case "raise_exception":
            throw TemplateError(
                line: line,
                problem: try optionalText(of: arguments.value(0, "message"), line)
                    ?? "the template refuses these messages",
                remedy: "change the messages as it says")
        case "namespace", "dict":
            var members = TemplateDictionary()
            if let first = arguments.positional.first {
                guard case .dictionary(let dictionary) = first else {
                    throw TemplateError(line: line, problem: "\(name) of \(first.kind) is not supported")
                }
                members = dictionary
            }
            for (name, value) in arguments.named {
                try search(members.members.count, byteCount: name.utf8.count, line)
                members[name] = value
            }
            if name == "dict" { return try shallow(.dictionary(members), line) }
            namespaces.append(members)
            return .object(TemplateObject(kind: .namespace(namespaces.count - 1)))
        default:
            return try range(arguments, line)
        }
    }

    private mutating func range(_ arguments: TemplateValues, _ line: Int) throws(TemplateError)
        -> TemplateValue
    {
        let numbers = arguments.positional.compactMap(\.asInteger)
        guard numbers.count == arguments.positional.count, (1...3).contains(numbers.count) else {
            throw TemplateError(line: line, problem: "range needs one to three whole numbers")
        }
        let start = numbers.count > 1 ? numbers[0] : 0
        let stop = numbers.count > 1 ? numbers[1] : numbers[0]
        let stride = numbers.count > 2 ? numbers[2] : 1
        guard stride != 0 else { throw TemplateError(line: line, problem: "the step of a range is zero") }
        var values: [TemplateValue] = []
        var value = start
        while stride > 0 ? value < stop : value > stop {
            guard values.count < TemplateLimits.rangeCount else {
                throw TemplateError(
                    line: line, problem: "a range has more than \(TemplateLimits.rangeCount) elements")
            }
            values.append(.integer(value))
            let (next, overflow) = value.addingReportingOverflow(stride)
            if overflow { break }
            value = next
        }
        try step(line, values.count)
        return .list(values)
    }

    private mutating func call(
        method name: String, of dictionary: TemplateDictionary, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        try step(line, dictionary.members.count)
        switch name {
        case "items": return .list(dictionary.members.map { .list([.string($0.key), $0.value]) })
        case "keys": return .list(dictionary.members.map { .string($0.key) })
        case "values": return .list(dictionary.members.map(\.value))
        default:
            guard let key = arguments.value(0, "key") else {
                throw TemplateError(line: line, problem: "get needs a key")
            }
            guard case .string(let name) = key else { return arguments.value(1, "default") ?? .none }
            try search(dictionary.members.count, byteCount: name.utf8.count, line)
            guard let value = dictionary[name] else {
                return arguments.value(1, "default") ?? .none
            }
            return value
        }
    }

    private mutating func call(
        method name: String, of text: String, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        func string(_ index: Int, _ label: String) throws(TemplateError) -> String {
            guard case .string(let value)? = arguments.value(index, label) else {
                throw TemplateError(line: line, problem: "\(name) needs a string as argument \(index + 1)")
            }
            return value
        }
        try produce(text.utf8.count, line)
        switch name {
        case "strip", "lstrip", "rstrip":
            let characters = arguments.positional.isEmpty ? nil : try string(0, "chars")
            return .string(text.stripped(of: characters, left: name != "rstrip", right: name != "lstrip"))
        case "upper": return .string(text.uppercased())
        case "lower": return .string(text.lowercased())
        case "title": return .string(text.titled())
        case "capitalize": return .string(text.capitalizedFirst())
        case "startswith", "endswith":
            var candidates: [TemplateValue] = []
            if let first = arguments.positional.first {
                if case .list(let elements) = first { candidates = elements } else { candidates = [first] }
            }
            for candidate in candidates {
                guard case .string(let part) = candidate else {
                    throw TemplateError(line: line, problem: "\(name) needs a string, not \(candidate.kind)")
                }
                try step(line)
                try compareBytes(min(text.utf8.count, part.utf8.count), line)
                if name == "startswith" ? text.utf8.starts(with: part.utf8) : text.hasUTF8Suffix(part) {
                    return .bool(true)
                }
            }
            return .bool(false)
        case "split": return try split(text, arguments, line)
        case "splitlines":
            let unified = try split(text, by: "\r\n", line).joined(separator: "\n")
            let lines = try split(unified, by: "\n", line)
            return .list((lines.last == "" ? lines.dropLast() : lines[...]).map { .string($0) })
        case "replace":
            return try replace(
                text, try string(0, "old"), try string(1, "new"),
                limit: arguments.value(2, "count")?.asInteger, line)
        case "find":
            let part = Array(try string(0, "sub").utf8)
            guard let place = try firstPlace(of: part, in: Array(text.utf8), line) else {
                return .integer(-1)
            }
            return .integer(String(decoding: Array(text.utf8)[..<place], as: UTF8.self).unicodeScalars.count)
        case "count":
            let part = try string(0, "sub")
            return .integer(
                part.isEmpty ? text.unicodeScalars.count + 1 : try occurrences(of: part, in: text, line))
        case "format": return .string(try format(text, arguments, line))
        default:
            return try join(try elements(of: arguments.value(0, "iterable") ?? .none, line), text, line)
        }
    }

    private mutating func split(
        _ text: String, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        let limit = arguments.value(1, "maxsplit")?.asInteger ?? -1
        switch arguments.value(0, "sep") {
        case nil, .none?, .undefined?:
            guard limit < 0 else {
                throw TemplateError(
                    line: line, problem: "split with maxsplit and no separator is not supported")
            }
            var words: [TemplateValue] = []
            var rest = text.unicodeScalars[...].drop { $0.isTemplateSpace }
            while !rest.isEmpty {
                try step(line)
                let word = rest.prefix { !$0.isTemplateSpace }
                words.append(.string(String(word)))
                rest = rest[word.endIndex...].drop { $0.isTemplateSpace }
            }
            return .list(words)
        case .string(let separator)? where !separator.isEmpty:
            return .list(try split(text, by: separator, limit: limit, line).map { .string($0) })
        default: throw TemplateError(line: line, problem: "split needs a separator that is not empty")
        }
    }

    /// `text` with `old` replaced, at most `limit` times.
    mutating func replace(
        _ text: String, _ old: String, _ new: String, limit: Int?, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        guard !old.isEmpty else {
            throw TemplateError(line: line, problem: "replacing the empty string is not supported")
        }
        let parts = try split(text, by: old, limit: limit ?? -1, line)
        let (bytes, overflow) = (parts.count - 1).multipliedReportingOverflow(by: new.utf8.count)
        try produce(overflow ? .max : bytes, line)
        try produce(text.utf8.count, line)
        return .string(parts.joined(separator: new))
    }

    /// The texts of `values` with `separator` between.
    mutating func join(
        _ values: [TemplateValue], _ separator: String, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        var output = ""
        for (index, value) in values.enumerated() {
            try step(line)
            let text = try text(of: value, line)
            try produce(text.utf8.count + separator.utf8.count, line)
            if index > 0 { output += separator }
            output += text
        }
        return .string(output)
    }

    /// `text` with `{}`, `{0}` and `{name}` replaced; format specifications are not supported.
    private mutating func format(
        _ text: String, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> String {
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        var next = 0
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
                output.append(byte)
                continue
            }
            if rest.first == byte {
                output.append(byte)
                rest.removeFirst()
                continue
            }
            guard byte == UInt8(ascii: "{"), let close = rest.firstIndex(of: UInt8(ascii: "}")) else {
                throw TemplateError(line: line, problem: "a single brace in the text of format")
            }
            let name = String(decoding: rest[..<close], as: UTF8.self)
            rest = rest[(close + 1)...]
            let place = name.isEmpty ? next : Int(name) ?? -1
            if name.isEmpty { next += 1 }
            guard let value = arguments.value(place < 0 ? .max : place, name) else {
                throw TemplateError(line: line, problem: "format has no value for \"{\(name)}\"")
            }
            let inserted = try self.text(of: value, line)
            try produce(inserted.utf8.count, line)
            output += Array(inserted.utf8)
        }
        return String(decoding: output, as: UTF8.self)
    }
}
