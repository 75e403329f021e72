/// One message of a conversation.
public struct ChatMessage: Hashable, Sendable {
    /// Who speaks: "system", "user", "assistant", or what the model's template knows.
    public var role: String

    /// What is said.
    public var content: String

    /// Creates a message.
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }
}
