internal import TesseraCore
internal import TesseraTemplates

extension TemplateValue {
    /// The value of a template that stands for a value of Swift.
    ///
    /// - Throws: `LocatedError` naming a type that templates do not know.
    init(_ value: any Sendable) throws(LocatedError) {
        switch value {
        case let value as TemplateValue: self = value
        case let value as String: self = .string(value)
        case let value as Bool: self = .bool(value)
        case let value as Int: self = .integer(value)
        case let value as any BinaryInteger & Sendable: self = .integer(Int(clamping: value))
        case let value as Double: self = .number(value)
        case let value as Float: self = .number(Double(value))
        case let values as [any Sendable]: self = .list(try Self.list(values))
        case let members as [String: any Sendable]:
            var dictionary: [(String, TemplateValue)] = []
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                dictionary.append((key, try TemplateValue(value)))
            }
            self = .dictionary(TemplateDictionary(dictionary))
        case Optional<any Sendable>.none: self = .none
        default:
            throw LocatedError(
                field: "chat template", problem: "\(type(of: value)) is no value of a template",
                remedy: "use strings, numbers, truth values, arrays and dictionaries with string keys")
        }
    }

    private static func list(_ values: [any Sendable]) throws(LocatedError) -> [TemplateValue] {
        var list: [TemplateValue] = []
        for value in values { list.append(try TemplateValue(value)) }
        return list
    }
}
