/// Text of values as Python writes it.
extension TemplateValue {
    /// `str(value)`.
    var text: String {
        switch self {
        case .undefined: ""
        case .string(let text): text
        default: representation
        }
    }

    /// `repr(value)`.
    var representation: String {
        switch self {
        case .undefined: return "Undefined"
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .integer(let value): return String(value)
        case .number(let value): return Self.text(of: value)
        case .string(let text): return Self.quoted(text)
        case .list(let elements): return "[" + elements.map(\.representation).joined(separator: ", ") + "]"
        case .dictionary(let dictionary):
            let members = dictionary.members.map { "\(Self.quoted($0.key)): \($0.value.representation)" }
            return "{" + members.joined(separator: ", ") + "}"
        case .object: return "<\(kind)>"
        }
    }

    /// `repr` of a float: Swift's shortest digits, with Python's names and exponents.
    private static func text(of value: Double) -> String {
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

    private static func quoted(_ text: String) -> String {
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

    /// `json.dumps(value, ensure_ascii=False)`, on lines of their own with `indent`.
    ///
    /// - Returns: nil for values that JSON does not have.
    func json(indent: Int?, level: Int = 0) -> String? {
        func laidOut(_ parts: [String], _ open: String, _ close: String) -> String {
            guard let indent, !parts.isEmpty else { return open + parts.joined(separator: ", ") + close }
            let inner = "\n" + String(repeating: " ", count: indent * (level + 1))
            let outer = "\n" + String(repeating: " ", count: indent * level)
            return open + inner + parts.joined(separator: "," + inner) + outer + close
        }
        switch self {
        case .undefined, .object: return nil
        case .none: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .number(let value):
            if value.isNaN { return "NaN" }
            if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
            return Self.text(of: value)
        case .string(let text): return Self.jsonString(text)
        case .list(let elements):
            var parts: [String] = []
            for element in elements {
                guard let part = element.json(indent: indent, level: level + 1) else { return nil }
                parts.append(part)
            }
            return laidOut(parts, "[", "]")
        case .dictionary(let dictionary):
            var parts: [String] = []
            for (key, value) in dictionary.members {
                guard let part = value.json(indent: indent, level: level + 1) else { return nil }
                parts.append(Self.jsonString(key) + ": " + part)
            }
            return laidOut(parts, "{", "}")
        }
    }

    private static func jsonString(_ text: String) -> String {
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
