public import TesseraCore

/// One text, or a pair, as a model reads it: tokens and what the model and the caller want to know of each.
///
/// All arrays have one element for each token.
public struct Encoding: Hashable, Sendable {
    /// The tokens.
    public var ids: [TokenID] = []

    /// The UTF-8 bytes of its text that each token came from; `0..<0` for tokens that stand for no text.
    public var ranges: [Range<Int>] = []

    /// The segment that the model is told for each token: usually 0 for the first text, 1 for the second.
    public var typeIDs: [UInt32] = []

    /// The text that each token came from: 0 for the first, 1 for the second, nil for tokens put around them.
    public var textIndices: [Int?] = []

    /// Whether the token was put there by the post-processor or as padding.
    public var specialTokensMask: [Bool] = []

    /// Whether the model should look at the token: false for padding.
    public var attentionMask: [Bool] = []

    /// The further parts of a text that was cut because it was too long, in order.
    public var overflowing: [Encoding] = []

    /// Creates an encoding without tokens.
    public init() {}

    /// The encoding of one text before a post-processor sees it.
    ///
    /// - Parameters:
    ///   - spans: its tokens.
    ///   - textIndex: 0 for the first text, 1 for the second; also its type.
    public init(_ spans: [TokenSpan], textIndex: Int = 0) {
        ids = spans.map(\.id)
        ranges = spans.map(\.range)
        typeIDs = Array(repeating: UInt32(clamping: textIndex), count: spans.count)
        textIndices = Array(repeating: textIndex, count: spans.count)
        specialTokensMask = Array(repeating: false, count: spans.count)
        attentionMask = Array(repeating: true, count: spans.count)
    }

    /// The number of tokens.
    public var count: Int { ids.count }

    /// Adds the tokens of `other` at the end; what overflowed of it stays out.
    mutating func append(_ other: Encoding) {
        ids += other.ids
        ranges += other.ranges
        typeIDs += other.typeIDs
        textIndices += other.textIndices
        specialTokensMask += other.specialTokensMask
        attentionMask += other.attentionMask
    }

    /// Adds a token that stands for no text.
    mutating func append(special id: TokenID, typeID: UInt32, attends: Bool = true) {
        ids.append(id)
        ranges.append(0..<0)
        typeIDs.append(typeID)
        textIndices.append(nil)
        specialTokensMask.append(true)
        attentionMask.append(attends)
    }

    /// The tokens in `range`, without what overflowed.
    func slice(_ range: Range<Int>) -> Encoding {
        var part = Encoding()
        part.ids = Array(ids[range])
        part.ranges = Array(ranges[range])
        part.typeIDs = Array(typeIDs[range])
        part.textIndices = Array(textIndices[range])
        part.specialTokensMask = Array(specialTokensMask[range])
        part.attentionMask = Array(attentionMask[range])
        return part
    }
}
