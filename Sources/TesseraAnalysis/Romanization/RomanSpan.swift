/// A part of a text and what it became.
public struct RomanSpan: Hashable, Sendable {
    /// What said how it sounds.
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// ASCII, which stays as it is.
        case ascii
        /// A rule, or the kana beside each other.
        case rule
        /// The arithmetic of Hangul.
        case hangul
        /// The value of digits and numerals.
        case number
        /// The name of the character, or its reading.
        case name
        /// Nothing: it stays as it is.
        case itself
    }

    /// Where it stands in the text, in Unicode scalars.
    public var scalars: Range<Int>
    /// Where it stands in the text, in UTF-8 bytes.
    public var bytes: Range<Int>
    /// What it became; may be empty.
    public var text: String
    /// What said so.
    public var source: Source

    /// Creates a span.
    public init(scalars: Range<Int>, bytes: Range<Int>, text: String, source: Source) {
        self.scalars = scalars
        self.bytes = bytes
        self.text = text
        self.source = source
    }
}
