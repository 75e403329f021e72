/// How the spellings of tokens become text.
///
/// The cases and their rules are those of Hugging Face tokenizers, whose names stand in quotes.
public indirect enum TokenDecoder: Hashable, Sendable {
    /// "ByteLevel": characters that spell bytes become these; see `ByteAlphabet`.
    case byteLevel
    /// "WordPiece": words get spaces between, the prefix joins; `cleansUp` undoes the spaces of English tokenization.
    case wordPiece(prefix: String, cleansUp: Bool)
    /// "Metaspace": the replacement becomes a space, dropped at the start of the text unless nothing was prepended.
    case metaspace(replacement: Unicode.Scalar, prepends: MetaspacePrefix, splits: Bool)
    /// "BPEDecoder": the suffix becomes a space, at the end of the text nothing.
    case suffix(String)
    /// "CTC": equal tokens in a row are one; the padding token is dropped.
    case ctc(padding: String, wordDelimiter: String, cleansUp: Bool)
    /// "Replace".
    case replace(TextPattern, with: String)
    /// "Fuse": the tokens so far become one.
    case fuse
    /// "Strip": drops up to so many of this character at the ends of each token.
    case strip(Unicode.Scalar, start: Int, stop: Int)
    /// "ByteFallback": tokens `<0x00>` to `<0xFF>` in a row become the text that they spell in UTF-8.
    case byteFallback
    /// "Sequence": one after another.
    case sequence([TokenDecoder])
}
