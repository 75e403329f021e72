/// A rule that cuts text into the pieces that the model sees.
///
/// The cases and their rules are those of Hugging Face tokenizers, whose names stand in quotes.
public indirect enum PreTokenizer: Hashable, Sendable {
    /// "BertPreTokenizer": at white space, which is dropped, and around punctuation.
    case bert
    /// "ByteLevel": optionally GPT-2's expression, then each byte is spelled as a character.
    case byteLevel(addsPrefixSpace: Bool, usesExpression: Bool, trimsOffsets: Bool = true)
    /// "CharDelimiterSplit": at this character, which is dropped.
    case delimiter(Unicode.Scalar)
    /// "Metaspace": spaces become the replacement, and optionally begin pieces.
    case metaspace(replacement: Unicode.Scalar, prepends: MetaspacePrefix, splits: Bool)
    /// "Whitespace": the matches of `\w+|[^\w\s]+`.
    case whitespace
    /// "WhitespaceSplit": at white space, which is dropped.
    case whitespaceSplit
    /// "Split": at the matches of a pattern.
    case split(TextPattern, SplitBehavior, inverted: Bool)
    /// "Punctuation".
    case punctuation(SplitBehavior)
    /// "Digits": digits apart from the rest, each alone or in runs.
    case digits(individually: Bool)
    /// "UnicodeScripts": where the script changes.
    case unicodeScripts
    /// "FixedLength": every so many characters.
    case fixedLength(Int)
    /// "Sequence": one after another.
    case sequence([PreTokenizer])
}

/// What becomes of the matches of a pattern that cuts.
public enum SplitBehavior: String, Hashable, Sendable, CaseIterable {
    /// They are dropped.
    case removed = "Removed"
    /// They are pieces.
    case isolated = "Isolated"
    /// They end the piece before them.
    case mergedWithPrevious = "MergedWithPrevious"
    /// They begin the piece after them.
    case mergedWithNext = "MergedWithNext"
    /// Those in a row are one piece.
    case contiguous = "Contiguous"
}

/// When `Metaspace` puts its replacement in front of a text.
public enum MetaspacePrefix: String, Hashable, Sendable, CaseIterable {
    case always
    case never
    /// Only at the start of the whole text, not after an added token.
    case first
}
