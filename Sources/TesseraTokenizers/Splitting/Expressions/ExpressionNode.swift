/// The structure of a regular expression.
indirect enum ExpressionNode: Hashable, Sendable {
    /// One code point of a set.
    case set(CodePointSet)
    /// One after another; none: the empty text.
    case sequence([ExpressionNode])
    /// The first that leads to a match.
    case alternatives([ExpressionNode])
    /// Between `least` and `most` times; nil: any number.
    case repetition(ExpressionNode, least: Int, most: Int?, isLazy: Bool)
    /// The first way in which the node matches, for good.
    case atomic(ExpressionNode)
    /// A condition on the next code point, or on the end.
    case next(CodePointSet, orEnd: Bool)
    /// A condition on the previous code point, or on the start.
    case previous(CodePointSet, orStart: Bool)
    /// Whether the node matches from here on, or up to here.
    case look(ExpressionNode, isAhead: Bool, isNegated: Bool)

    /// The empty text.
    static let empty = ExpressionNode.sequence([])

    /// What never matches.
    static let nothing = ExpressionNode.set(.empty)

    /// Any number of times, as often as possible.
    static func some(_ node: ExpressionNode) -> ExpressionNode {
        .repetition(node, least: 0, most: nil, isLazy: false)
    }
}

/// The notation and meaning of an expression, where the engines of the references differ.
package enum ExpressionDialect: Hashable, Sendable {
    /// Oniguruma with Ruby's syntax, as in Hugging Face tokenizers: `^` and `$` are at every line, `(?m)` lets `.`
    /// match line feeds, `{m,n}+` repeats the repetition.
    case oniguruma
    /// Rust's fancy-regex, as in tiktoken: `^` and `$` are at the ends of the text unless `(?m)` is on, `(?s)` lets
    /// `.` match line feeds, `{m,n}+` is possessive.
    case fancyRegex
}
