public import TesseraCore

/// A set of tokens: bit `id % 64` of word `id / 64`.
public struct TokenBitmask: Hashable, Sendable {
    /// The words, lowest ids first; bits past the vocabulary are zero.
    public package(set) var words: [UInt64]

    /// The number of ids.
    public let vocabularySize: Int

    /// The empty set.
    public init(vocabularySize: Int) {
        self.vocabularySize = max(0, vocabularySize)
        words = [UInt64](repeating: 0, count: (self.vocabularySize + 63) / 64)
    }

    /// A set by its words.
    init(words: [UInt64], vocabularySize: Int) {
        self.words = words
        self.vocabularySize = vocabularySize
    }

    /// The set of all ids.
    static func all(_ vocabularySize: Int) -> TokenBitmask {
        var set = TokenBitmask(vocabularySize: vocabularySize)
        for index in set.words.indices {
            let left = set.vocabularySize - index * 64
            set.words[index] = left >= 64 ? .max : (1 << UInt64(left)) - 1
        }
        return set
    }

    /// Whether `id` is in the set; ids out of range are not.
    public func contains(_ id: TokenID) -> Bool {
        Int(id) < vocabularySize && words[Int(id) >> 6] >> UInt64(id & 63) & 1 == 1
    }

    /// Whether no token is in the set.
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The number of tokens in the set.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The ids, in order.
    public var ids: [TokenID] {
        var ids: [TokenID] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                ids.append(TokenID(truncatingIfNeeded: index * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return ids
    }

    @inline(__always)
    package mutating func insert(_ id: TokenID) { words[Int(id) >> 6] |= 1 << UInt64(id & 63) }

    @inline(__always)
    package mutating func remove(_ id: TokenID) { words[Int(id) >> 6] &= ~(1 << UInt64(id & 63)) }

    package mutating func formUnion(_ other: [UInt64]) {
        for index in 0..<min(words.count, other.count) { words[index] |= other[index] }
    }

    /// Sets the logits of all tokens outside the set to minus infinity.
    ///
    /// - Parameter logits: one row; scores past the vocabulary, which padded models have, are masked too.
    public func apply(to logits: UnsafeMutableBufferPointer<Float>) {
        for (index, word) in words.enumerated() where word != .max {
            let first = index * 64
            for bit in 0..<min(64, max(0, logits.count - first)) where word >> UInt64(bit) & 1 == 0 {
                logits[first + bit] = -.infinity
            }
        }
        for index in min(logits.count, words.count * 64)..<logits.count { logits[index] = -.infinity }
    }
}
