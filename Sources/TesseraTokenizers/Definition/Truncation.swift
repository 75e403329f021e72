/// How an input that is too long is cut, as `truncation` in `tokenizer.json` says.
public struct Truncation: Hashable, Sendable {
    /// Which text of a pair is cut.
    public enum Strategy: String, Hashable, Sendable {
        case longestFirst = "LongestFirst"
        case onlyFirst = "OnlyFirst"
        case onlySecond = "OnlySecond"
    }

    /// The side of a text at which something is cut off or filled in.
    public enum Side: String, Hashable, Sendable {
        case left = "Left"
        case right = "Right"
    }

    /// The most tokens, those of the post-processor included.
    public var largestCount: Int
    /// How many tokens of the part before are repeated at the head of each further part.
    public var stride = 0
    /// Which text of a pair is cut.
    public var strategy = Strategy.longestFirst
    /// The side at which tokens are cut off.
    public var side = Side.right

    public init(largestCount: Int) { self.largestCount = largestCount }
}

/// How short inputs are filled, as `padding` in `tokenizer.json` says.
public struct Padding: Hashable, Sendable {
    /// To which length.
    public enum Length: Hashable, Sendable {
        /// That of the longest input of a batch.
        case longest
        /// This many tokens.
        case fixed(Int)
    }

    /// To which length inputs are filled.
    public var length = Length.longest
    /// Lengths are rounded up to a multiple of this; nil: not rounded.
    public var multiple: Int?
    /// The side at which tokens are filled in.
    public var side = Truncation.Side.right
    /// The token that fills.
    public var token: UInt32 = 0
    /// Its spelling.
    public var spelling = "[PAD]"
    /// Its type id.
    public var typeID: UInt32 = 0

    public init() {}
}
