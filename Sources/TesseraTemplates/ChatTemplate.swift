public import TesseraCore

/// A model's chat template: a Jinja program that turns messages into the text of a prompt.
///
/// The language is that of Jinja 3.1 as Hugging Face transformers sets it up: `trim_blocks`, `lstrip_blocks`, loop
/// controls, `raise_exception`, a `tojson` that does not escape HTML. A construct that is not known is an error
/// naming it. Templates come from strangers: there is no access to anything but the given values, and rendering
/// stops with an error beyond `TemplateLimits`.
public struct ChatTemplate: Sendable {
    /// The spelling of the token that begins a text: the variable `bos_token`.
    public var beginOfText = ""

    /// The spelling of the token that ends a text: the variable `eos_token`.
    public var endOfText = ""

    private let program: [TemplateStatement]
    private let file: String?

    /// Parses a template.
    ///
    /// - Parameters:
    ///   - source: the template.
    ///   - file: what errors call the file it came from.
    /// - Throws: `LocatedError` naming the line of a mistake or of a construct that is not supported.
    public init(_ source: String, file: String?) throws(LocatedError) {
        self.file = file
        do {
            var parser = TemplateParser(try TemplateLexer.tokens(of: source))
            program = try parser.program()
        } catch {
            throw error.located(in: file)
        }
    }

    /// The prompt for `messages`.
    ///
    /// - Parameters:
    ///   - messages: the conversation, oldest first.
    ///   - addGenerationPrompt: whether the prompt ends with the beginning of the assistant's turn.
    ///   - variables: further variables of the template.
    /// - Throws: `LocatedError` with the template's own complaint, its line for a mistake, or the limit exceeded.
    public func render(
        messages: [ChatMessage], addGenerationPrompt: Bool, variables: [String: TemplateValue] = [:]
    ) throws(LocatedError) -> String {
        var values = variables
        values["messages"] = .list(
            messages.map { message in
                .dictionary(
                    TemplateDictionary([
                        ("role", .string(message.role)), ("content", .string(message.content)),
                    ]))
            })
        values["add_generation_prompt"] = .bool(addGenerationPrompt)
        values["bos_token"] = .string(beginOfText)
        values["eos_token"] = .string(endOfText)
        return try render(values)
    }

    /// The output of the template for any variables.
    ///
    /// - Throws: `LocatedError` with the template's own complaint, its line for a mistake, or the limit exceeded.
    public func render(_ variables: [String: TemplateValue]) throws(LocatedError) -> String {
        var evaluator = TemplateEvaluator(variables: variables)
        do {
            return try evaluator.render(program)
        } catch {
            throw error.located(in: file)
        }
    }
}

/// What a template may use up; a hostile one hits these and not the machine's limits.
enum TemplateLimits {
    /// Bytes of source.
    static let sourceBytes = 1 << 20
    /// Expressions and statements evaluated.
    static let steps = 2_000_000
    /// Bytes of all strings made on the way, the output included.
    static let producedBytes = 16 << 20
    /// Levels of nesting in the source.
    static let depth = 100
    /// Levels of statements and expressions while it runs, macros included; about a kilobyte of stack each.
    static let runningDepth = 250
    /// Macros running inside macros.
    static let calls = 30
    /// Elements of a `range`.
    static let rangeCount = 100_000
}

/// A mistake in a template or in the values it was given.
struct TemplateError: Error {
    var line: Int
    var problem: String
    var remedy: String?

    func located(in file: String?) -> LocatedError {
        LocatedError(
            file: file, field: "chat template, line \(line)", problem: problem,
            remedy: remedy ?? "correct the template, or pass the prompt without it")
    }
}
