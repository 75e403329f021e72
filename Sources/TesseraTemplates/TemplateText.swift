/// Text of values as Python writes it, counted as it is written.
extension TemplateEvaluator {
    /// `str(value)`.
    mutating func text(of value: TemplateValue, _ line: Int) throws(TemplateError) -> String {
        switch value {
        case .undefined: return ""
        case .string(let text): return text
        default:
            var output = ""
            try represent(value, &output, line)
            return output
        }
    }

    /// `str(value)`; nil when there is no value.
    mutating func optionalText(of value: TemplateValue?, _ line: Int) throws(TemplateError) -> String? {
        guard let value else { return nil }
        return try text(of: value, line)
    }

    /// Appends `repr(value)`.
    private mutating func represent(
        _ value: TemplateValue, _ output: inout String, _ line: Int
    ) throws(TemplateError) {
        switch value {
        case .undefined: try write("Undefined", &output, line)
        case .none: try write("None", &output, line)
        case .bool(let value): try write(value ? "True" : "False", &output, line)
        case .integer(let value): try write(String(value), &output, line)
        case .number(let value): try write(TemplateValue.text(of: value), &output, line)
        case .string(let text):
            try produce(text.utf8.count, line)
            try write(TemplateValue.quoted(text), &output, line)
        case .list(let elements):
            try write("[", &output, line)
            for (index, element) in elements.enumerated() {
                if index > 0 { try write(", ", &output, line) }
                try represent(element, &output, line)
            }
            try write("]", &output, line)
        case .dictionary(let dictionary):
            try write("{", &output, line)
            for (index, member) in dictionary.members.enumerated() {
                if index > 0 { try write(", ", &output, line) }
                try represent(.string(member.key), &output, line)
                try write(": ", &output, line)
                try represent(member.value, &output, line)
            }
            try write("}", &output, line)
        case .object: try write("<\(value.kind)>", &output, line)
        }
    }

    /// `json.dumps(value, ensure_ascii=False)`, on lines of their own with `indent`.
    mutating func json(
        _ value: TemplateValue, indent: Int?, _ line: Int
    ) throws(TemplateError) -> String {
        var output = ""
        try writeJSON(value, indent: indent, level: 0, &output, line)
        return output
    }

    private mutating func writeJSON(
        _ value: TemplateValue, indent: Int?, level: Int, _ output: inout String, _ line: Int
    ) throws(TemplateError) {
        let outer = indent.map { "\n" + String(repeating: " ", count: $0 * level) } ?? ""
        let inner = indent.map { "\n" + String(repeating: " ", count: $0 * (level + 1)) } ?? ""
        let separator = indent == nil ? ", " : "," + inner
        switch value {
        case .undefined, .object:
            throw TemplateError(line: line, problem: "\(value.kind) cannot be written as JSON")
        case .none: try write("null", &output, line)
        case .bool(let value): try write(value ? "true" : "false", &output, line)
        case .integer(let value): try write(String(value), &output, line)
        case .number(let value):
            let text =
                value.isNaN
                ? "NaN"
                : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : TemplateValue.text(of: value)
            try write(text, &output, line)
        case .string(let text): try writeJSON(text, &output, line)
        case .list(let elements):
            try write("[", &output, line)
            for (index, element) in elements.enumerated() {
                try write(index > 0 ? separator : inner, &output, line)
                try writeJSON(element, indent: indent, level: level + 1, &output, line)
            }
            try write(elements.isEmpty ? "]" : outer + "]", &output, line)
        case .dictionary(let dictionary):
            try write("{", &output, line)
            for (index, member) in dictionary.members.enumerated() {
                try write(index > 0 ? separator : inner, &output, line)
                try writeJSON(member.key, &output, line)
                try write(": ", &output, line)
                try writeJSON(member.value, indent: indent, level: level + 1, &output, line)
            }
            try write(dictionary.members.isEmpty ? "}" : outer + "}", &output, line)
        }
    }

    private mutating func writeJSON(
        _ text: String, _ output: inout String, _ line: Int
    ) throws(TemplateError) {
        try produce(text.utf8.count, line)
        try write(TemplateValue.jsonString(text), &output, line)
    }

    private mutating func write(
        _ text: String, _ output: inout String, _ line: Int
    ) throws(TemplateError) {
        try produce(text.utf8.count, line)
        output += text
    }
}

extension TemplateValue {
    /// `repr` of a float: Swift's shortest digits, with Python's names and exponents.
    fileprivate static func text(of value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let text = value.description
        guard let mark = text.firstIndex(of: "e") else { return text }
        var mantissa = String(text[..<mark])
        if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
        var exponent = text[text.index(after: mark)...]
        let sign = exponent.first == "-" ? "-" : "+"
        exponent = exponent.drop { $0 == "-" || $0 == "+" }
        return mantissa + "e" + sign + (exponent.count < 2 ? "0" : "") + exponent
    }

    fileprivate static func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        var output = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": output.append(contentsOf: "\\n".unicodeScalars)
            case "\r": output.append(contentsOf: "\\r".unicodeScalars)
            case "\t": output.append(contentsOf: "\\t".unicodeScalars)
            case "\\": output.append(contentsOf: "\\\\".unicodeScalars)
            case quote:
                output.append("\\")
                output.append(scalar)
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let digits = String(scalar.value, radix: 16)
                    output.append(contentsOf: ("\\x" + (digits.count < 2 ? "0" : "") + digits).unicodeScalars)
                } else {
                    output.append(scalar)
                }
            }
        }
        output.append(quote)
        return String(output)
    }

    fileprivate static func jsonString(_ text: String) -> String {
        var output = "\"".unicodeScalars
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output.append(contentsOf: "\\\"".unicodeScalars)
            case "\\": output.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": output.append(contentsOf: "\\n".unicodeScalars)
            case "\r": output.append(contentsOf: "\\r".unicodeScalars)
            case "\t": output.append(contentsOf: "\\t".unicodeScalars)
            case "\u{8}": output.append(contentsOf: "\\b".unicodeScalars)
            case "\u{C}": output.append(contentsOf: "\\f".unicodeScalars)
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    let zeros = String(repeating: "0", count: 4 - digits.count)
                    output.append(contentsOf: ("\\u" + zeros + digits).unicodeScalars)
                } else {
                    output.append(scalar)
                }
            }
        }
        output.append("\"")
        return String(output)
    }
}
