/// How a text calls functions, and which it may call.
///
/// A call is written as models trained on Nous Research's Hermes data write it, in one spelling:
///
///     <tool_call>
///     {"name": "weather", "arguments": {"city": "Paris"}}
///     </tool_call>
///
/// Calls follow each other with a new line between them and end the text.
public struct ToolCallFormat: Hashable, Sendable {
    /// A function that can be called.
    public struct Tool: Hashable, Sendable {
        /// 1 to 64 letters, digits, `_` and `-`.
        public var name: String

        /// The JSON Schema of its arguments.
        public var parameters: String

        /// What errors call the schema.
        public var file: String?

        /// Describes a function.
        public init(name: String, parameters: String, file: String? = nil) {
            self.name = name
            self.parameters = parameters
            self.file = file
        }
    }

    /// The functions, at least one.
    public var tools: [Tool]

    /// Whether the text must be calls; else it is any text, with or without calls behind it.
    public var mustCall: Bool

    /// Whether there may be more than one call.
    public var allowsSeveral: Bool

    /// Describes how a text calls functions.
    public init(tools: [Tool], mustCall: Bool, allowsSeveral: Bool) {
        self.tools = tools
        self.mustCall = mustCall
        self.allowsSeveral = allowsSeveral
    }

    /// Whether a function can have this name.
    public static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
                default: false
                }
            }
    }

    /// What a call begins with; other text cannot contain it.
    public static let opening = "<tool_call>"

    /// What stands between the opening and the name.
    public static let beforeName = "\n{\"name\": \""

    /// What stands between the name and the arguments.
    public static let beforeArguments = "\", \"arguments\": "

    /// What a call ends with; no arguments can contain it, since JSON has no new line inside its strings.
    public static let closing = "}\n</tool_call>"

    /// A call as text.
    public static func call(_ name: String, arguments: String) -> String {
        opening + beforeName + name + beforeArguments + arguments + closing
    }

    /// What stands between two calls.
    public static let separator = "\n"
}
