/// A change of the text before it is cut into pieces.
///
/// The cases and their rules are those of Hugging Face tokenizers, whose names stand in quotes.
public indirect enum Normalizer: Hashable, Sendable {
    /// "BertNormalizer": drops control characters, makes white space spaces, sets Chinese characters apart, strips
    /// accents (nil: when it lowercases) and lowercases.
    case bert(cleansText: Bool, spacesChinese: Bool, stripsAccents: Bool?, lowercases: Bool)
    /// "Strip": drops white space at the ends.
    case strip(left: Bool, right: Bool)
    /// "StripAccents": drops nonspacing marks.
    case stripAccents
    /// "NFC", "NFD", "NFKC" and "NFKD" (Unicode Standard Annex 15).
    case unicode(UnicodeForm)
    /// "Lowercase".
    case lowercase
    /// "Nmt": drops control characters and makes white space spaces, as in SentencePiece's `nmt` rules.
    case nmt
    /// "Precompiled": the character map of a SentencePiece model, as its bytes.
    case precompiled([UInt8])
    /// "Replace".
    case replace(TextPattern, with: String)
    /// "Prepend": puts text in front of a text that is not empty.
    case prepend(String)
    /// "ByteLevel": spells each byte as a character; see `ByteAlphabet`.
    case byteLevel
    /// SentencePiece's own normalizer, for `.model` files and GGUF.
    case sentencePiece(SentencePieceNormalization)
    /// "Sequence": one after another.
    case sequence([Normalizer])
}

/// A normalization form of Unicode.
public enum UnicodeForm: String, Hashable, Sendable, CaseIterable {
    case canonicalComposed = "NFC"
    case canonicalDecomposed = "NFD"
    case compatibleComposed = "NFKC"
    case compatibleDecomposed = "NFKD"
}

/// The `NormalizerSpec` of a SentencePiece model.
public struct SentencePieceNormalization: Hashable, Sendable {
    /// The precompiled character map; empty: characters stay as they are.
    public var characterMap: [UInt8] = []
    /// Whether a space is put in front of the text.
    public var addsDummyPrefix = true
    /// Whether white space at the ends is dropped and runs of spaces become one.
    public var removesExtraWhitespace = true
    /// Whether spaces become U+2581.
    public var escapesWhitespace = true
    /// Whether the space belongs to the word before it: the dummy space goes to the end.
    public var treatsWhitespaceAsSuffix = false

    public init() {}
}
