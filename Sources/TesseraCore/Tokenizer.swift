/// Text to token ids and back: every text tokenizer, bytes included.
///
/// A tokenizer is a value that many threads may use at once.
public protocol Tokenizer: Sendable {
    /// The number of ids, used or not: ids are `0..<vocabularySize`.
    var vocabularySize: Int { get }

    /// The ids that mean something other than their text to the model, such as the end of a turn.
    var specialTokens: SpecialTokens { get }

    /// Appends the ids of UTF-8 text to `ids`.
    ///
    /// Bytes that are not valid UTF-8 are encoded as the tokenizer's reference would after replacing them
    /// with U+FFFD; callers that must refuse them check first.
    ///
    /// - Parameters:
    ///   - text: UTF-8 bytes, any length.
    ///   - special: how the spelling of a special token inside `text` is read.
    ///   - ids: receives the ids; existing elements stay.
    func encode(_ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID])

    /// The bytes that `id` stands for inside a text; empty for ids that are unused or out of range.
    func bytes(of id: TokenID) -> [UInt8]

    /// A decoder for one text, which may know what comes before a token where `bytes(of:)` does not.
    func makeTextDecoder() -> any TextDecoder

    /// The spelling of `id` in the vocabulary file, such as `Ġthe`; nil for ids out of range.
    func spelling(of id: TokenID) -> String?

    /// The id with this spelling in the vocabulary file.
    func id(ofSpelling spelling: String) -> TokenID?
}

/// Turns tokens into the bytes of a text one after another.
public protocol TextDecoder: Sendable {
    /// Takes the next token and appends the bytes that are certain now.
    mutating func append(_ id: TokenID, to bytes: inout [UInt8])

    /// Appends what was held back and starts a new text.
    mutating func finish(to bytes: inout [UInt8])
}

/// How `encode` reads the spelling of a special token, such as `<|im_end|>`, when it stands in the text.
public enum SpecialTokenReading: Sendable {
    /// As that special token: for prompts made by a template.
    case asTokens

    /// As ordinary text: for text that a stranger wrote.
    case asText
}

/// The ids with a role in the model's protocol.
public struct SpecialTokens: Hashable, Sendable {
    /// The id that begins a text, when the model wants one.
    public var beginOfText: TokenID?

    /// The ids that end a generation.
    public var endOfText: Set<TokenID>

    /// The id that stands for unknown text.
    public var unknown: TokenID?

    /// The id used to fill a batch.
    public var padding: TokenID?

    /// Whether the model was trained with `beginOfText` in front of every text.
    public var addsBeginOfText: Bool

    /// Creates a set of roles.
    public init(
        beginOfText: TokenID? = nil, endOfText: Set<TokenID> = [], unknown: TokenID? = nil,
        padding: TokenID? = nil, addsBeginOfText: Bool = false
    ) {
        self.beginOfText = beginOfText
        self.endOfText = endOfText
        self.unknown = unknown
        self.padding = padding
        self.addsBeginOfText = addsBeginOfText
    }
}

extension Tokenizer {
    /// The ids of `text`.
    public func encode(_ text: some StringProtocol, special: SpecialTokenReading = .asTokens) -> [TokenID] {
        var ids: [TokenID] = []
        var text = String(text)
        text.withUTF8 { encode($0, special: special, into: &ids) }
        return ids
    }

    /// The ids of UTF-8 text.
    public func encode(_ text: [UInt8], special: SpecialTokenReading) -> [TokenID] {
        var ids: [TokenID] = []
        text.withUnsafeBufferPointer { encode($0, special: special, into: &ids) }
        return ids
    }

    /// The bytes of `ids`, joined.
    public func bytes(of ids: some Sequence<TokenID>) -> [UInt8] {
        var bytes: [UInt8] = []
        for id in ids { bytes += self.bytes(of: id) }
        return bytes
    }

    /// The text of `ids`; bytes that are not UTF-8 become U+FFFD.
    public func decode(_ ids: some Sequence<TokenID>) -> String {
        String(decoding: decodedBytes(of: ids), as: UTF8.self)
    }

    /// The text of `ids` as bytes, which need not be UTF-8.
    public func decodedBytes(of ids: some Sequence<TokenID>) -> [UInt8] {
        var decoder = makeTextDecoder()
        var bytes: [UInt8] = []
        for id in ids { decoder.append(id, to: &bytes) }
        decoder.finish(to: &bytes)
        return bytes
    }

    public func makeTextDecoder() -> any TextDecoder { ByteConcatenation(tokenizer: self) }
}

/// The decoder of tokenizers whose tokens stand for the same bytes everywhere.
public struct ByteConcatenation<Source: Tokenizer>: TextDecoder {
    private let tokenizer: Source

    /// Creates a decoder for one text.
    public init(tokenizer: Source) { self.tokenizer = tokenizer }

    public mutating func append(_ id: TokenID, to bytes: inout [UInt8]) { bytes += tokenizer.bytes(of: id) }

    public mutating func finish(to bytes: inout [UInt8]) {}
}
