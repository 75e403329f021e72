internal import TesseraCore
internal import TesseraFiles

/// Recognises the `pre_tokenizer` of a `tokenizer.json` as one of the split rules.
struct PreTokenizerReader {
    private let field: JSONField

    init(_ field: JSONField) {
        self.field = field
    }

    /// The pre-tokenizer.
    ///
    /// - Throws: `LocatedError` naming the component that is not supported.
    func preTokenizer() throws(LocatedError) -> PreTokenizer {
        guard field.isPresent else { throw unsupported(field, "tokenizer without a pre-tokenizer") }
        var steps: [PreTokenizer] = []
        if try field["type"].string() == "Sequence" {
            let list = field["pretokenizers"]
            for index in try list.array().indices { steps.append(try step(list[index])) }
        } else {
            steps = [try step(field)]
        }
        let whole = steps.count == 1 ? steps[0] : PreTokenizer.sequence(steps)
        guard whole.endsWithBytes, try SplitRule(compiling: whole) != nil else {
            throw unsupported(field, "pre-tokenizer without ByteLevel at its end")
        }
        return whole
    }

    private func step(_ field: JSONField) throws(LocatedError) -> PreTokenizer {
        let type = try field["type"].string()
        switch type {
        case "Digits": return .digits(individually: try field["individual_digits"].bool())
        case "ByteLevel":
            return .byteLevel(
                addsPrefixSpace: try field["add_prefix_space"].bool(),
                usesExpression: try field["use_regex"].optionalBool() ?? true)
        case "Split":
            let name = try field["behavior"].string()
            guard let behavior = SplitBehavior(rawValue: name) else {
                throw unsupported(field["behavior"], "Split with behavior \(name)")
            }
            return .split(
                .expression(try field["pattern"]["Regex"].string()), behavior,
                inverted: try field["invert"].optionalBool() ?? false)
        default: throw unsupported(field["type"], "pre-tokenizer \(type)")
        }
    }

    private func unsupported(_ field: JSONField, _ part: String) -> LocatedError {
        field.error("the \(part) is not supported", remedy: "use a tokenizer whose split rule is known")
    }
}
