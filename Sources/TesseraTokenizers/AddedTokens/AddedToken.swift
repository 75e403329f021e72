public import TesseraCore

/// A token that is found in the text by its spelling, before the text is split.
///
/// The flags are those of `added_tokens` in `tokenizer.json`.
public struct AddedToken: Hashable, Sendable {
    /// The longest content, in bytes: looking for a token costs as much at every place of a text.
    static let largestByteCount = 4096

    public var id: TokenID
    /// The spelling, in UTF-8.
    public var content: [UInt8]
    /// Means something to the model's protocol; read as ordinary text under `SpecialTokenReading.asText`.
    public var isSpecial = true
    /// Takes the white space in front of it.
    public var stripsLeft = false
    /// Takes the white space after it.
    public var stripsRight = false
    /// Counts only where no word character is beside it.
    public var isSingleWord = false
    /// Looked for in a second pass, in the text that a normalizer made.
    public var isNormalized = false

    /// Creates a special token without further flags.
    public init(id: TokenID, content: [UInt8]) {
        self.id = id
        self.content = content
    }

    init(
        id: TokenID, content: [UInt8], isSpecial: Bool, stripsLeft: Bool = false, stripsRight: Bool = false,
        isSingleWord: Bool = false, isNormalized: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isSingleWord = isSingleWord
        self.isNormalized = isNormalized
    }
}
