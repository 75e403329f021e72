internal import TesseraCore

extension SplitRule {
    /// Expressions that have a hand-written matcher.
    private static let expressions: [(String, Pattern)] = [
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

    /// The rule that cuts as `preTokenizer` does; nil when it needs the general path.
    init?(compiling preTokenizer: PreTokenizer?) throws(LocatedError) {
        guard let preTokenizer else { return nil }
        var steps: [PreTokenizer] = [preTokenizer]
        if case .sequence(let several) = preTokenizer { steps = several }
        guard case .byteLevel(addsPrefixSpace: false, let usesExpression, _)? = steps.popLast() else { return nil }
        var cutsDigits = false
        if case .digits(individually: true)? = steps.first {
            cutsDigits = true
            steps.removeFirst()
        }
        var pattern = usesExpression ? Pattern.gpt2 : .none
        if !steps.isEmpty {
            guard steps.count == 1, !usesExpression,
                case .split(.expression(let source), let behavior, let inverted) = steps[0],
                let known = Self.expressions.first(where: { $0.0.utf8.elementsEqual(source.utf8) }),
                (behavior == .isolated && !inverted) || (behavior == .removed && inverted)
            else { return nil }
            pattern = known.1
        }
        guard !cutsDigits || pattern == .gpt2 else { return nil }
        self.init(pattern: pattern, cutsDigits: cutsDigits, name: "custom")
    }

    /// The parts of `tokenizer.json` that cut as this rule does.
    var preTokenizer: PreTokenizer {
        let bytes = PreTokenizer.byteLevel(addsPrefixSpace: false, usesExpression: pattern == .gpt2)
        var steps: [PreTokenizer] = cutsDigits ? [.digits(individually: true)] : []
        if let source = Self.expressions.first(where: { $0.1 == pattern })?.0, pattern != .gpt2 {
            steps.append(.split(.expression(source), .isolated, inverted: false))
        }
        return steps.isEmpty ? bytes : .sequence(steps + [bytes])
    }
}
