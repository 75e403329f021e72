internal import TesseraCore

/// A token that is found in the text by its spelling, before the text is split.
///
/// The flags are those of `added_tokens` in `tokenizer.json`.
struct AddedToken: Sendable {
    /// The longest content, in bytes: looking for a token costs as much at every place of a text.
    static let largestByteCount = 4096

    var id: TokenID
    var content: [UInt8]
    /// Means something to the model's protocol; read as ordinary text under `SpecialTokenReading.asText`.
    var isSpecial = true
    /// Takes the white space in front of it.
    var stripsLeft = false
    /// Takes the white space after it.
    var stripsRight = false
    /// Counts only where no word character is beside it.
    var isSingleWord = false
    /// Looked for in a second pass, in the text that a normalizer made.
    var isNormalized = false
}
