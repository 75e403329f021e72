internal import TesseraCore
package import TesseraTokenizers

/// A context-free grammar over code points and bytes, from any of the front ends.
///
/// ```swift
/// let grammar = try Grammar(gbnf: #"root ::= "yes" | "no""#)
/// let schema = try Grammar(jsonSchema: JSONValue(parsing: #"{"type": "integer"}"#))
/// let date = try Grammar(regularExpression: "[0-9]{4}-[0-9]{2}-[0-9]{2}")
/// ```
public struct Grammar: Hashable, Sendable {
    /// One rule: a name, for errors, and what it stands for.
    package struct Rule: Hashable, Sendable {
        package var name: String
        package var expression: GrammarExpression

        /// Whether the rule's automaton is kept apart even where it is small, because many places use it and its
        /// masks are large.
        package var isShared = false

        package init(name: String, expression: GrammarExpression) {
            self.name = name
            self.expression = expression
        }
    }

    package var rules: [Rule]
    package var root: Int

    /// A grammar of rules that refer to each other by position.
    package init(rules: [Rule], root: Int) {
        self.rules = rules
        self.root = root
    }
}

/// What a rule stands for.
///
/// Front ends keep the depth of these trees within `GrammarLimits.depth`, so walking them recursively is safe.
package indirect enum GrammarExpression: Hashable, Sendable {
    /// These bytes.
    case bytes([UInt8])

    /// One code point of the set, in UTF-8.
    case characters(CodePointSet)

    /// What a rule stands for.
    case rule(Int)

    /// One after another; empty for the empty text.
    case sequence([GrammarExpression])

    /// Any one of them; empty for nothing at all, not even the empty text.
    case choice([GrammarExpression])

    /// The same several times; nil for any number.
    case repetition(GrammarExpression, least: Int, most: Int?)

    /// The empty text.
    package static let empty = GrammarExpression.sequence([])

    /// A text.
    package static func text(_ text: String) -> GrammarExpression { .bytes(Array(text.utf8)) }

    /// The expression or nothing.
    package static func optional(_ expression: GrammarExpression) -> GrammarExpression {
        .repetition(expression, least: 0, most: 1)
    }
}
