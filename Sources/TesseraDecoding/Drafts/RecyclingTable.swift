public import TesseraCore

/// For every token the few that a model found likeliest after it, the last time it read it.
public struct RecyclingTable: Hashable, Sendable {
    /// The successors kept for a token.
    public static let width = 8

    /// What stands where no successor is known.
    static let unknown = TokenID.max

    /// The number of tokens.
    public let vocabularySize: Int

    /// `[vocabularySize, width]`, the likeliest first.
    private(set) var successors: [TokenID]

    /// Creates a table that knows nothing.
    ///
    /// - Throws: `LocatedError` for a vocabulary without tokens or larger than any.
    public init(vocabularySize: Int) throws(LocatedError) {
        guard (1..<1 << 24).contains(vocabularySize) else {
            throw LocatedError(
                field: "vocabulary", problem: "a vocabulary of \(vocabularySize) tokens has no draft table",
                remedy: "use the tokenizer that belongs to the model")
        }
        self.init(
            vocabularySize: vocabularySize,
            successors: Array(repeating: Self.unknown, count: vocabularySize * Self.width))
    }

    init(vocabularySize: Int, successors: [TokenID]) {
        self.vocabularySize = vocabularySize
        self.successors = successors
    }

    /// The tokens whose successors are known.
    public var filledCount: Int {
        stride(from: 0, to: successors.count, by: Self.width).count { successors[$0] != Self.unknown }
    }

    /// The bytes of memory that it takes.
    public var byteCount: Int { successors.count * MemoryLayout<TokenID>.stride }

    /// The successor of `token` at place `rank`, 0 for the likeliest; nil where none is known.
    func successor(_ rank: Int, of token: TokenID) -> TokenID? {
        guard Int(token) < vocabularySize, (0..<Self.width).contains(rank) else { return nil }
        let successor = successors[Int(token) * Self.width + rank]
        return successor == Self.unknown ? nil : successor
    }

    /// Keeps the likeliest successors of `token`; rows of another vocabulary are passed over.
    mutating func update(_ token: TokenID, from row: UnsafeBufferPointer<Float>) {
        guard Int(token) < vocabularySize, row.count == vocabularySize else { return }
        let first = Int(token) * Self.width
        let best = LogitRow(row).indicesOfLargest(Self.width)
        for rank in 0..<Self.width {
            successors[first + rank] =
                rank < best.count ? TokenID(truncatingIfNeeded: best[rank]) : Self.unknown
        }
    }
}
