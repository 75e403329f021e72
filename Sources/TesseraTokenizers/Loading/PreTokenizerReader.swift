internal import TesseraCore
internal import TesseraFiles

/// Recognises the `pre_tokenizer` of a `tokenizer.json` as one of the split rules.
struct PreTokenizerReader {
    private let field: JSONField

    init(_ field: JSONField) {
        self.field = field
    }

    /// A component that cuts, in the order of the file.
    private enum Step: Equatable {
        case digits
        case pattern(SplitRule.Pattern)
        case bytes
    }

    /// Expressions of `Split` that have a hand-written matcher.
    private static let expressions: [(String, SplitRule.Pattern)] = [
        (
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
            .llama3(digits: 3)
        ),
        (
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
            .llama3(digits: 1)
        ),
        (
            #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
            .gpt2
        ),
    ]

    /// The rule.
    ///
    /// - Throws: `LocatedError` naming the component that is not supported.
    func splitRule() throws(LocatedError) -> SplitRule {
        guard field.isPresent else { throw unsupported(field, "tokenizer without a pre-tokenizer") }
        var steps: [Step] = []
        if try field["type"].string() == "Sequence" {
            let list = field["pretokenizers"]
            for index in try list.array().indices { steps += try self.steps(list[index]) }
        } else {
            steps = try self.steps(field)
        }
        // ByteLevel spells bytes as characters: what came after it would see other text.
        guard steps.last == .bytes, steps.dropLast().allSatisfy({ $0 != .bytes }) else {
            throw unsupported(field, "pre-tokenizer without ByteLevel at its end")
        }
        steps.removeLast()
        let cutsDigits = steps.first == .digits
        if cutsDigits { steps.removeFirst() }
        let pattern: SplitRule.Pattern
        switch steps.count {
        case 0: pattern = .none
        case 1:
            guard case .pattern(let one) = steps[0] else { fallthrough }
            pattern = one
        default: throw unsupported(field, "sequence of \(steps.count) pre-tokenizers")
        }
        switch (pattern, cutsDigits) {
        case (.gpt2, false): return .gpt2
        case (.gpt2, true): return .smollm
        case (.llama3(3), false): return .llama3
        case (.llama3(1), false): return .qwen2
        case (.none, false): return SplitRule(pattern: .none, cutsDigits: false, name: "none")
        default: throw unsupported(field, "combination of Digits with this pre-tokenizer")
        }
    }

    private func steps(_ field: JSONField) throws(LocatedError) -> [Step] {
        let type = try field["type"].string()
        switch type {
        case "Digits":
            guard try field["individual_digits"].bool() else { throw unsupported(field, "Digits in groups") }
            return [.digits]
        case "ByteLevel":
            guard try field["add_prefix_space"].bool() == false else {
                throw unsupported(field["add_prefix_space"], "ByteLevel with add_prefix_space")
            }
            let usesExpression = try field["use_regex"].optionalBool() ?? true
            return usesExpression ? [.pattern(.gpt2), .bytes] : [.bytes]
        case "Split":
            let expression = try field["pattern"]["Regex"].string()
            guard let known = Self.expressions.first(where: { $0.0.utf8.elementsEqual(expression.utf8) })
            else {
                throw unsupported(field["pattern"], "Split by \(expression)")
            }
            let behaviour = try field["behavior"].string()
            // The expressions match everything, so removing what is not matched removes nothing.
            let inverted = try field["invert"].optionalBool() ?? false
            guard (behaviour == "Isolated" && !inverted) || (behaviour == "Removed" && inverted) else {
                throw unsupported(field["behavior"], "Split with behavior \(behaviour)")
            }
            return [.pattern(known.1)]
        default: throw unsupported(field["type"], "pre-tokenizer \(type)")
        }
    }

    private func unsupported(_ field: JSONField, _ part: String) -> LocatedError {
        field.error("the \(part) is not supported", remedy: "use a tokenizer whose split rule is known")
    }
}
