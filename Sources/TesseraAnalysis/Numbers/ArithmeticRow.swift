public import TesseraCore
public import TesseraFiles
public import TesseraTokenizers

/// A question, what a model said, and what it is worth: a line of the file that a run writes.
public struct ArithmeticRow: Hashable, Sendable {
    /// The question.
    public let addition: Addition
    /// How numbers were to be written.
    public let style: NumberStyle
    /// What the model said.
    public let response: String
    /// What that is worth.
    public let score: ArithmeticScore

    /// Scores a response.
    public init(_ addition: Addition, style: NumberStyle, response: String) {
        self.addition = addition
        self.style = style
        self.response = response
        score = ArithmeticScore(of: response, to: addition, style: style)
    }

    /// Whether the sum has as many digits as the longer addend.
    public var isMatched: Bool {
        digitCount(addition.answer) == digitCount(max(addition.first, addition.second))
    }

    /// In what way the sum is wrong; nil when it is right, or has another number of digits.
    ///
    /// - Parameter grouping: the groups that the model sees.
    public func mistake(in grouping: DigitGrouping) -> AdditionMistake? {
        // A number with zeros before it has another length than its value.
        guard let number = score.number, score.digits?.utf8.count == digitCount(number) else { return nil }
        return AdditionMistake(number, to: addition, grouping: grouping)
    }

    /// The line.
    public var json: JSONValue {
        [
            "num1": .string(String(addition.first)), "num2": .string(String(addition.second)),
            "sum": .string(String(addition.answer)), "format": .string(style.description),
            "response": .string(response), "answer": score.digits.map { .string($0) } ?? .null,
            "valid": .bool(score.isValid), "answer_match": .bool(score.isRightNumber),
            "format_match": .bool(score.isRightFormat), "formatted_match": .bool(score.isRight),
        ]
    }

    /// Reads a line again; what it was worth is worked out anew.
    ///
    /// - Throws: `LocatedError` naming a member that is missing or cannot be.
    public init(_ field: JSONField) throws(LocatedError) {
        func number(_ name: String) throws(LocatedError) -> UInt64 {
            let text = try field[name].string()
            guard let number = UInt64(text) else { throw field[name].error("\"\(text)\" is no whole number") }
            return number
        }
        let name = try field["format"].string()
        let style = name.contains(":") ? try NumberStyle(parsing: name) : try NumberStyle(named: name)
        self.init(
            try Addition(try number("num1"), try number("num2")), style: style,
            response: try field["response"].string())
    }
}

/// The decimal digits of a number.
func digitCount(_ number: UInt64) -> Int { String(number).utf8.count }
