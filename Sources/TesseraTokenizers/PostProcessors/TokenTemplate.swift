public import TesseraCore

/// What surrounds the tokens of a text: the file's post-processor for a single text.
public struct TokenTemplate: Hashable, Sendable {
    /// The ids in front, such as the beginning of text.
    public var prefix: [TokenID]
    /// The ids at the end.
    public var suffix: [TokenID]

    /// Creates a template.
    public init(prefix: [TokenID] = [], suffix: [TokenID] = []) {
        self.prefix = prefix
        self.suffix = suffix
    }
}
