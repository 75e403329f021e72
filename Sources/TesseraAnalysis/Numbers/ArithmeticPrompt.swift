public import TesseraCore

/// Additions as a prompt: some with their sums as examples, then one without.
public struct ArithmeticPrompt: Hashable, Sendable {
    /// How prompts are written.
    public struct Form: Hashable, Sendable {
        /// How numbers are written.
        public var style: NumberStyle
        /// How many examples stand before the question.
        public var shots: Int
        /// Spaces behind `=`: more tokens without more meaning, to tell the one from the other.
        public var spaces = 0
        /// Whether answers restate the addition first, in this style: a model that is given numbers it cuts badly
        /// rewrites them ("repeat" in the paper); nil: they do not.
        public var restated: NumberStyle?

        /// A form without spaces and restating.
        public init(style: NumberStyle, shots: Int) {
            self.style = style
            self.shots = shots
        }
    }

    /// The examples.
    public let examples: [Addition]
    /// The question.
    public let question: Addition
    /// The text.
    public let text: String

    /// A question with examples of its own lengths.
    public init(_ question: Addition, examples: [Addition], form: Form) {
        self.question = question
        self.examples = examples
        let answered = examples.map {
            Self.question($0, form) + Self.answer($0, form) + "\n"
        }
        text = answered.joined() + Self.question(question, form)
    }

    /// Prompt number `index`: its question and its examples have seeds of their own, so that other examples can be put
    /// before the same questions.
    ///
    /// - Throws: `LocatedError` for a number of examples or spaces that cannot be.
    public init(
        at index: Int, lengths: AdditionLengths, form: Form, questionSeed: UInt64, exampleSeed: UInt64
    ) throws(LocatedError) {
        guard (0...1000).contains(form.shots), (0...100).contains(form.spaces) else {
            throw LocatedError(
                field: "shots", problem: "\(form.shots) examples or \(form.spaces) spaces are no prompt",
                remedy: "ask for at most 1,000 examples and 100 spaces")
        }
        let questions = AdditionSampler(seed: questionSeed)
        let examples = AdditionSampler(seed: exampleSeed)
        self.init(
            questions.addition(lengths, at: index),
            examples: (0..<form.shots).map { examples.addition(lengths, at: index * 1000 + $0) }, form: form)
    }

    private static func question(_ addition: Addition, _ form: Form) -> String {
        form.style.write(addition.first) + "+" + form.style.write(addition.second) + "="
            + String(repeating: " ", count: form.spaces)
    }

    private static func answer(_ addition: Addition, _ form: Form) -> String {
        guard let style = form.restated else { return form.style.write(addition.answer) }
        return style.write(addition.first) + "+" + style.write(addition.second) + "="
            + style.write(addition.answer)
    }

    /// The answer that the examples ask for.
    public func expectedAnswer(_ form: Form) -> String { Self.answer(question, form) }
}
