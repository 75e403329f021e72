extension TemplateEvaluator {
    /// `value | name(arguments)`.
    mutating func filter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        switch name {
        case "default", "d":
            let replacesFalse = arguments.value(1, "boolean")?.isTrue ?? false
            let fallback = arguments.value(0, "default_value") ?? .string("")
            if case .undefined = value { return fallback }
            return replacesFalse && !value.isTrue ? fallback : value
        case "tojson": return try json(value, arguments, line)
        case "string", "safe": return .string(try text(of: value, line))
        case "trim", "upper", "lower", "title", "capitalize", "replace":
            return try textFilter(name, try text(of: value, line), arguments, line)
        case "indent": return .string(try indented(try text(of: value, line), arguments, line))
        case "int", "float", "abs", "round": return try numberFilter(name, value, arguments, line)
        default: return try listFilter(name, value, arguments, line)
        }
    }

    private mutating func textFilter(
        _ name: String, _ text: String, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        try produce(text.utf8.count, line)
        switch name {
        case "trim":
            let characters = try optionalText(of: arguments.value(0, "chars"), line)
            return .string(text.stripped(of: characters, left: true, right: true))
        case "upper": return .string(text.uppercased())
        case "lower": return .string(text.lowercased())
        case "title": return .string(text.titled())
        case "capitalize": return .string(text.capitalizedFirst())
        default:
            guard let old = arguments.value(0, "old"), let new = arguments.value(1, "new") else {
                throw TemplateError(line: line, problem: "replace needs what to replace and by what")
            }
            return try replace(
                text, try self.text(of: old, line), try self.text(of: new, line),
                limit: arguments.value(2, "count")?.asInteger, line)
        }
    }

    private mutating func json(
        _ value: TemplateValue, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        for (name, _) in arguments.named where name != "indent" && name != "ensure_ascii" {
            throw TemplateError(line: line, problem: "tojson with \(name) is not supported")
        }
        if arguments.named.contains(where: { $0.name == "ensure_ascii" && $0.value.isTrue }) {
            throw TemplateError(line: line, problem: "tojson with ensure_ascii is not supported")
        }
        let indent = arguments.named.first { $0.name == "indent" }?.value.asInteger
        guard (0...16).contains(indent ?? 0) else {
            throw TemplateError(line: line, problem: "tojson indents by 0 to 16")
        }
        return .string(try json(value, indent: indent, line))
    }

    private mutating func indented(
        _ text: String, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> String {
        let width = arguments.value(0, "width")?.asInteger ?? 4
        guard (0...64).contains(width) else {
            throw TemplateError(line: line, problem: "indent takes 0 to 64")
        }
        let first = arguments.value(1, "first")?.isTrue ?? false
        let blank = arguments.value(2, "blank")?.isTrue ?? false
        let margin = String(repeating: " ", count: width)
        let lines = try split(text, by: "\n", line)
        try produce(text.utf8.count + lines.count * width, line)
        return lines.enumerated().map { index, line in
            (index == 0 ? first : blank || !line.isEmpty) ? margin + line : line
        }.joined(separator: "\n")
    }

    private func numberFilter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        var number = value.asNumber
        if case .string(let text) = value { number = Double(text.stripped(of: nil, left: true, right: true)) }
        switch name {
        case "int":
            if let integer = value.asInteger { return .integer(integer) }
            if case .string(let text) = value,
                let integer = Int(text.stripped(of: nil, left: true, right: true))
            {
                return .integer(integer)
            }
            return number.flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) }
                ?? arguments.value(0, "default") ?? .integer(0)
        case "float": return number.map { .number($0) } ?? arguments.value(0, "default") ?? .number(0)
        case "abs":
            if let integer = value.asInteger, integer != .min { return .integer(abs(integer)) }
            guard let number = value.asNumber else {
                throw TemplateError(line: line, problem: "abs does not apply to \(value.kind)")
            }
            return .number(abs(number))
        default:
            guard let number = value.asNumber, arguments.positional.isEmpty, arguments.named.isEmpty else {
                throw TemplateError(line: line, problem: "round applies to a number and takes no arguments")
            }
            return .number(number.rounded(.toNearestOrEven))
        }
    }

    private mutating func listFilter(
        _ name: String, _ value: TemplateValue, _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        if name == "items", case .dictionary(let dictionary) = value {
            try step(line, 2 * dictionary.members.count)
            return .list(dictionary.members.map { .list([.string($0.key), $0.value]) })
        }
        if ["length", "count"].contains(name), value.asNumber != nil {
            throw TemplateError(line: line, problem: "\(value.kind) has no length")
        }
        if ["length", "count"].contains(name), case .string(let text) = value {
            try compareBytes(text.utf8.count, line)
            return .integer(text.unicodeScalars.count)
        }
        guard Self.listFilters.contains(name) else {
            throw TemplateError(line: line, problem: "the filter \"\(name)\" is not supported")
        }
        // Jinja's filters of the select family take what is false for empty.
        let isEmpty = !value.isTrue && (name == "map" || name.hasPrefix("select") || name.hasPrefix("reject"))
        let elements = isEmpty ? [] : try elements(of: value, line)
        switch name {
        case "length", "count": return .integer(elements.count)
        case "list": return .list(elements)
        case "first": return elements.first ?? .undefined("the first of nothing")
        case "last": return elements.last ?? .undefined("the last of nothing")
        case "reverse":
            if case .string = value { return try join(elements.reversed(), "", line) }
            return .list(elements.reversed())
        case "join":
            let named = arguments.value(1, "attribute")
            let values = try named.map { (name) throws(TemplateError) in
                try attributes(name, of: elements, line)
            }
            let separator = try optionalText(of: arguments.value(0, "d"), line) ?? ""
            return try join(values ?? elements, separator, line)
        case "unique":
            var seen: [TemplateValue] = []
            for element in elements {
                if try !contains(.list(seen), element, line) { seen.append(element) }
            }
            return .list(seen)
        case "min", "max":
            var best = elements.first ?? .undefined("the \(name) of nothing")
            for element in elements.dropFirst() {
                if name == "min" ? try isLess(element, best, line) : try isLess(best, element, line) {
                    best = element
                }
            }
            return best
        case "sort": return .list(try sorted(elements, arguments, line))
        case "map":
            if let name = arguments.named.first(where: { $0.name == "attribute" })?.value {
                return .list(try attributes(name, of: elements, line))
            }
            guard case .string(let inner)? = arguments.positional.first else {
                throw TemplateError(line: line, problem: "map needs a filter or an attribute")
            }
            try step(line, arguments.positional.count)
            var rest = arguments
            rest.positional.removeFirst()
            var values: [TemplateValue] = []
            for element in elements {
                let mapped = try nested(line) { (evaluator) throws(TemplateError) in
                    try evaluator.filter(inner, element, rest, line)
                }
                values.append(mapped)
            }
            return try shallow(.list(values), line)
        default: return .list(try chosen(name, elements, arguments.positional, line))
        }
    }

    private static let listFilters: Set<String> = [
        "length", "count", "list", "first", "last", "reverse", "join", "unique", "min", "max", "sort", "map",
        "select",
        "reject", "selectattr", "rejectattr",
    ]

    /// `select`, `reject`, `selectattr` and `rejectattr`.
    private mutating func chosen(
        _ name: String, _ elements: [TemplateValue], _ arguments: [TemplateValue], _ line: Int
    ) throws(TemplateError) -> [TemplateValue] {
        var arguments = arguments
        var attribute: String?
        if name.hasSuffix("attr") {
            guard case .string(let name)? = arguments.first else {
                throw TemplateError(line: line, problem: "\(name) needs the name of an attribute")
            }
            attribute = name
            arguments.removeFirst()
        }
        var testName: String?
        if !arguments.isEmpty { testName = try text(of: arguments.removeFirst(), line) }
        let wanted = name.hasPrefix("select")
        var kept: [TemplateValue] = []
        for element in elements {
            try step(line)
            let value =
                try attribute.map { (name) throws(TemplateError) in
                    try self.attribute(name, of: element, line)
                } ?? element
            let holds =
                try testName.map { (name) throws(TemplateError) in try test(name, value, arguments, line) }
                ?? value.isTrue
            if holds == wanted { kept.append(element) }
        }
        return kept
    }

    /// A merge sort, since comparing may throw.
    private mutating func sorted(
        _ elements: [TemplateValue], _ arguments: TemplateValues, _ line: Int
    ) throws(TemplateError) -> [TemplateValue] {
        let isReversed = arguments.value(0, "reverse")?.isTrue ?? false
        let attribute = arguments.named.first { $0.name == "attribute" }?.value
        let keys = try attribute.map { (name) throws(TemplateError) in
            try attributes(name, of: elements, line)
        }
        var items: [(key: TemplateValue, value: TemplateValue)] = []
        for (key, value) in zip(keys ?? elements, elements) {
            // Letter case does not count unless asked for.
            if case .string(let text) = key, arguments.value(1, "case_sensitive")?.isTrue != true {
                try produce(text.utf8.count, line)
                items.append((.string(text.lowercased()), value))
            } else {
                items.append((key, value))
            }
        }
        var width = 1
        while width < items.count {
            try step(line, items.count)
            var merged: [(key: TemplateValue, value: TemplateValue)] = []
            for start in stride(from: 0, to: items.count, by: 2 * width) {
                var left = start
                var right = min(start + width, items.count)
                let (middle, end) = (right, min(start + 2 * width, items.count))
                while left < middle || right < end {
                    let takesRight =
                        if left == middle {
                            true
                        } else if right == end {
                            false
                        } else if isReversed {
                            try isLess(items[left].key, items[right].key, line)
                        } else {
                            try isLess(items[right].key, items[left].key, line)
                        }
                    merged.append(items[takesRight ? right : left])
                    if takesRight { right += 1 } else { left += 1 }
                }
            }
            items = merged
            width *= 2
        }
        return items.map(\.value)
    }

    /// Member `path` of a value, with dots between the names of members inside members.
    private mutating func attribute(
        _ path: String, of value: TemplateValue, _ line: Int
    ) throws(TemplateError) -> TemplateValue {
        var value = value
        for name in try split(path, by: ".", line) {
            guard case .dictionary(let dictionary) = value else { return .missing(path) }
            try search(dictionary.members.count, byteCount: name.utf8.count, line)
            guard let member = dictionary[name] else { return .missing(path) }
            value = member
        }
        return value
    }

    /// Member `path` of each of `elements`.
    private mutating func attributes(
        _ path: TemplateValue, of elements: [TemplateValue], _ line: Int
    ) throws(TemplateError) -> [TemplateValue] {
        let path = try text(of: path, line)
        var values: [TemplateValue] = []
        for element in elements { values.append(try attribute(path, of: element, line)) }
        return values
    }
}
