public import TesseraCore

/// A token and the part of the text it came from.
public struct TokenSpan: Hashable, Sendable {
    /// The token.
    public var id: TokenID

    /// The UTF-8 bytes of the text, `start` inclusive and `end` exclusive.
    ///
    /// Both lie between code points: a token that holds part of a code point spans all of it, as in the
    /// reference. Tokens that a template adds have the empty range `0..<0`.
    public var range: Range<Int>

    /// Creates a span.
    public init(id: TokenID, range: Range<Int>) {
        self.id = id
        self.range = range
    }
}
