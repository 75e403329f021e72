/// An expression and the line it stands on.
struct TemplateExpression: Sendable {
    indirect enum Kind: Sendable {
        case literal(TemplateValue)
        case name(String)
        case list([TemplateExpression])
        case dictionary([(key: TemplateExpression, value: TemplateExpression)])
        /// `value.name`.
        case member(TemplateExpression, String)
        /// `value[index]`.
        case item(TemplateExpression, TemplateExpression)
        /// `value[start:stop:step]`.
        case slice(
            TemplateExpression, start: TemplateExpression?, stop: TemplateExpression?,
            step: TemplateExpression?)
        case call(TemplateExpression, TemplateArguments)
        case filter(TemplateExpression, String, TemplateArguments)
        case test(TemplateExpression, String, TemplateArguments)
        case not(TemplateExpression)
        case negative(TemplateExpression)
        case positive(TemplateExpression)
        case binary(TemplateOperator, TemplateExpression, TemplateExpression)
        case and(TemplateExpression, TemplateExpression)
        case or(TemplateExpression, TemplateExpression)
        /// `first op second op third …`.
        case comparison(TemplateExpression, [(TemplateComparison, TemplateExpression)])
        /// `yes if condition else no`.
        case conditional(TemplateExpression, yes: TemplateExpression, no: TemplateExpression?)
    }

    let kind: Kind
    let line: Int
    /// The levels of expressions in this one, itself included.
    let height: Int

    init(kind: Kind, line: Int) {
        self.kind = kind
        self.line = line
        height = 1 + (kind.children.map(\.height).max() ?? 0)
    }
}

extension TemplateExpression.Kind {
    fileprivate var children: [TemplateExpression] {
        switch self {
        case .literal, .name: []
        case .list(let elements): elements
        case .dictionary(let members): members.flatMap { [$0.key, $0.value] }
        case .member(let value, _), .not(let value), .negative(let value), .positive(let value): [value]
        case .item(let value, let index): [value, index]
        case .slice(let value, let start, let stop, let step):
            [value] + [start, stop, step].compactMap { $0 }
        case .call(let value, let arguments), .filter(let value, _, let arguments),
            .test(let value, _, let arguments):
            [value] + arguments.positional + arguments.named.map(\.value)
        case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right):
            [left, right]
        case .comparison(let first, let rest): [first] + rest.map(\.1)
        case .conditional(let condition, let yes, let no): [condition, yes] + [no].compactMap { $0 }
        }
    }
}

/// Arithmetic.
enum TemplateOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
    case concatenate = "~"
}

/// Comparisons, which may be chained.
enum TemplateComparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

/// The arguments of a call, filter or test.
struct TemplateArguments: Sendable {
    var positional: [TemplateExpression] = []
    var named: [(name: String, value: TemplateExpression)] = []
}

/// A statement and the line it stands on.
struct TemplateStatement: Sendable {
    indirect enum Kind: Sendable {
        case text(String)
        case output(TemplateExpression)
        case branch(
            [(condition: TemplateExpression, body: [TemplateStatement])], otherwise: [TemplateStatement])
        case loop(TemplateForLoop)
        case assign(TemplateTarget, TemplateExpression)
        /// `{% set name %}…{% endset %}`.
        case capture(TemplateTarget, [TemplateStatement])
        case macro(TemplateMacro)
        case breakLoop
        case continueLoop
    }

    var kind: Kind
    var line: Int
}

/// What `set` and `for` give a value to.
enum TemplateTarget: Sendable {
    case name(String)
    /// `namespace.name`.
    case member(String, String)
    case names([String])
}

/// `{% for target in sequence if condition %}`.
struct TemplateForLoop: Sendable {
    var target: TemplateTarget
    var sequence: TemplateExpression
    var condition: TemplateExpression?
    var body: [TemplateStatement]
    var otherwise: [TemplateStatement]
}

/// `{% macro name(parameters) %}`.
struct TemplateMacro: Sendable {
    var name: String
    var parameters: [(name: String, fallback: TemplateExpression?)]
    var body: [TemplateStatement]
}
