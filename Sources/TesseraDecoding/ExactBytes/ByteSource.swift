public import TesseraCore

/// Something that predicts a text byte by byte: a tokenized model, or several.
public protocol ByteSource {
    /// Begins with a prompt, which may end anywhere, inside a token or a character too.
    ///
    /// - Parameters:
    ///   - prompt: UTF-8; the last character may be unfinished.
    ///   - special: how the spelling of a special token inside of it is read.
    /// - Returns: false when cancelled.
    /// - Throws: `LocatedError` for text that is not UTF-8, that the tokenizer cannot give back byte by byte, or that
    ///   is longer than the context.
    mutating func start(
        with prompt: [UInt8], special: SpecialTokenReading, cancellation: Cancellation, progress: Progress
    ) throws(LocatedError) -> Bool

    /// What comes after the text.
    ///
    /// - Throws: `LocatedError` when the model gives the text no probability, and what the model throws.
    mutating func distribution() throws(LocatedError) -> ByteDistribution

    /// Whether the text may go on with a byte that is to be drawn.
    ///
    /// - Throws: what the model throws.
    mutating func admits(_ byte: UInt8) throws(LocatedError) -> Bool

    /// Adds a byte to the text.
    ///
    /// - Throws: `LocatedError` when no token goes on with it.
    mutating func advance(by byte: UInt8) throws(LocatedError)

    /// Whether the context has no room for another token.
    var isFull: Bool { get }

    /// Whether it can tell the end of a text.
    var endsTexts: Bool { get }

    /// The spellings of the special tokens that it reads in a prompt, in their order.
    func specialTokens(in prompt: [UInt8]) -> [String]

    /// What it has cost so far.
    var statistics: ByteStatistics { get }
}
