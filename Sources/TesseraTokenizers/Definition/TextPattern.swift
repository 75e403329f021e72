/// What `Split` and `Replace` look for.
public enum TextPattern: Hashable, Sendable {
    /// This text.
    case string(String)
    /// A regular expression in the dialect of the tokenizer files; see `RegularExpression`.
    case expression(String)
}
