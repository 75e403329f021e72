public import TesseraCore
internal import TesseraTokenizers

extension Grammar {
    /// Reads a regular expression that whole texts match; `^` and `$` around it change nothing.
    ///
    /// - Parameters:
    ///   - regularExpression: in the subset of ECMAScript's notation that `Documentation/Grammars.md` lists.
    ///   - field: what errors call it.
    /// - Throws: `LocatedError` with the character where it leaves the subset.
    public init(
        regularExpression: String, field: String = "regex", limits: GrammarLimits = GrammarLimits()
    ) throws(LocatedError) {
        var parser = try RegexParser(regularExpression, limits: limits, file: nil, field: field)
        let expression = GrammarExpression.choice(try parser.alternatives().map(\.expression))
        self.init(rules: [Rule(name: "root", expression: expression)], root: 0)
    }
}

extension [RegexParser.Alternative] {
    /// What matches anywhere in a text, as JSON Schema's `pattern` does, except where it is anchored.
    var searching: GrammarExpression {
        let anything = GrammarExpression.repetition(.characters(.all), least: 0, most: nil)
        return .choice(
            map { alternative in
                let before = alternative.isAnchored.start ? [] : [anything]
                let after = alternative.isAnchored.end ? [] : [anything]
                return .sequence(before + [alternative.expression] + after)
            })
    }
}
