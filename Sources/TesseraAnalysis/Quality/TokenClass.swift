/// The twelve kinds of tokens of Qtok (Chelombitko, Safronov and Komissarov, arXiv 2410.12989, section 2).
///
/// Every token has exactly one.
public enum TokenClass: String, Hashable, Sendable, CaseIterable {
    /// A special token, or a name in angle or square brackets.
    case controlTokens = "control_tokens"
    /// A token that stands for a raw byte.
    case pureUnicode = "pure_unicode"
    /// One letter of a script.
    case charAlpha = "char_alpha"
    /// A space and letters of one script.
    case spacedAlpha = "spaced_alpha"
    /// Letters of one script.
    case innerAlpha = "inner_alpha"
    /// One character of another kind: a digit, punctuation, a symbol.
    case charOther = "char_other"
    /// A space and digits, symbols, or letters of several scripts.
    case spacedOther = "spaced_other"
    /// Digits, symbols, or letters of several scripts.
    case innerOther = "inner_other"
    /// Bytes that are no whole characters.
    case unicodeFlanks = "unicode_flanks"
    /// One control character, or one that is unassigned or private.
    case charErrors = "char_errors"
    /// A space and something with such a character.
    case spacedErrors = "spaced_errors"
    /// Something with such a character.
    case innerErrors = "inner_errors"

    /// Whether the token is letters of one script.
    public var isAlphabetic: Bool { self == .charAlpha || self == .spacedAlpha || self == .innerAlpha }

    /// Whether the token has a character without a name.
    public var isError: Bool { self == .charErrors || self == .spacedErrors || self == .innerErrors }

    /// Where the token stands in a word; nil: it is no text.
    public var position: TokenPosition? {
        switch self {
        case .charAlpha, .charOther, .charErrors: .char
        case .spacedAlpha, .spacedOther, .spacedErrors: .spaced
        case .innerAlpha, .innerOther, .innerErrors: .inner
        case .controlTokens, .pureUnicode, .unicodeFlanks: nil
        }
    }
}

/// Where a token stands in a word.
public enum TokenPosition: String, Hashable, Sendable, CaseIterable {
    /// It is one character.
    case char
    /// It begins with a space.
    case spaced
    /// It does not.
    case inner
}
