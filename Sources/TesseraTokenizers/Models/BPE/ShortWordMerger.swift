internal import TesseraCore

/// Merges the bytes of short words: the pair of lowest rank first, the leftmost of equals, as `WordMerger` does.
///
/// The ranks of pairs of single bytes come from a table of their own. Symbols keep their places while they are merged,
/// so that of a pair's rank and place one number can be made, whose least is the next merge.
struct ShortWordMerger {
    /// The most bytes of a word.
    static let longestWord = 64

    private static let placeBits: UInt32 = 6
    /// Stands for a pair that does not merge, or one whose left symbol is gone.
    private static let never = UInt32.max

    private let pairs: PairTable.View
    /// For each pair of bytes the rank plus one; zero: they do not merge.
    private let bytePairs: UnsafePointer<UInt32>
    /// For each byte its token, or `BytePairModel.noToken`.
    private let byteTokens: UnsafePointer<TokenID>

    init(
        pairs: PairTable.View, bytePairs: UnsafePointer<UInt32>, byteTokens: UnsafePointer<TokenID>
    ) {
        self.pairs = pairs
        self.bytePairs = bytePairs
        self.byteTokens = byteTokens
    }

    /// Memory for the symbols of one word.
    struct Memory {
        let ids: UnsafeMutablePointer<TokenID>
        /// For each place the rank of the pair that begins there above the place, or `never`.
        let merges: UnsafeMutablePointer<UInt32>
        /// For each place the one of the next symbol.
        let next: UnsafeMutablePointer<UInt8>
        /// For each place but the first the one of the symbol before.
        let previous: UnsafeMutablePointer<UInt8>

        init() {
            ids = .allocate(capacity: longestWord + 8)
            merges = .allocate(capacity: longestWord + 8)
            next = .allocate(capacity: longestWord + 8)
            previous = .allocate(capacity: longestWord + 8)
            ids.initialize(repeating: 0, count: longestWord + 8)
            merges.initialize(repeating: never, count: longestWord + 8)
            next.initialize(repeating: 0, count: longestWord + 8)
            previous.initialize(repeating: 0, count: longestWord + 8)
        }

        func deallocate() {
            ids.deallocate()
            merges.deallocate()
            next.deallocate()
            previous.deallocate()
        }
    }

    /// Merges the `count` bytes at `start`, at most `longestWord`, and writes the tokens to `output`.
    ///
    /// - Returns: the number of tokens; zero when a byte has no token.
    @inline(__always)
    func merge(
        _ start: UnsafePointer<UInt8>, count: Int, _ memory: Memory,
        into output: UnsafeMutablePointer<TokenID>
    ) -> Int {
        let ids = memory.ids
        let merges = memory.merges
        let next = memory.next
        let previous = memory.previous
        var byte = Int(start[0])
        var hasTokens = true
        for place in 0..<(count - 1) {
            let following = Int(start[place + 1])
            let rank = bytePairs[byte << 8 | following]
            let id = byteTokens[byte]
            ids[place] = id
            hasTokens = hasTokens && id != BytePairModel.noToken
            merges[place] = rank == 0 ? Self.never : Self.number(rank - 1, place)
            next[place] = UInt8(truncatingIfNeeded: place + 1)
            previous[place + 1] = UInt8(truncatingIfNeeded: place)
            byte = following
        }
        ids[count - 1] = byteTokens[byte]
        guard hasTokens, byteTokens[byte] != BytePairModel.noToken else { return 0 }
        next[count - 1] = UInt8(truncatingIfNeeded: count)
        // The last place begins no pair; up to three behind it are looked at with it.
        for place in (count - 1)..<(count + 3) { merges[place] = Self.never }
        while true {
            let least = Self.least(merges, count: count)
            if least == Self.never { break }
            let place = Int(least & (1 << Self.placeBits - 1))
            let right = Int(next[place])
            let after = Int(next[right])
            let made = pairs.merged(ids[place], ids[right], rank: least >> Self.placeBits)
            ids[place] = made
            merges[right] = Self.never
            next[place] = UInt8(truncatingIfNeeded: after)
            if after < count {
                previous[after] = UInt8(truncatingIfNeeded: place)
                let rank = pairs.rank(made, ids[after])
                merges[place] = rank == PairTable.none ? Self.never : Self.number(rank, place)
            } else {
                merges[place] = Self.never
            }
            if place > 0 {
                let left = Int(previous[place])
                let rank = pairs.rank(ids[left], made)
                merges[left] = rank == PairTable.none ? Self.never : Self.number(rank, left)
            }
        }
        var tokens = 0
        var place = 0
        while place < count {
            output[tokens] = ids[place]
            tokens += 1
            place = Int(next[place])
        }
        return tokens
    }

    @inline(__always)
    private static func number(_ rank: UInt32, _ place: Int) -> UInt32 {
        rank << placeBits | UInt32(truncatingIfNeeded: place)
    }

    /// The least of `count` numbers, looked at by fours.
    @inline(__always)
    private static func least(_ numbers: UnsafeMutablePointer<UInt32>, count: Int) -> UInt32 {
        var first = numbers[0]
        var second = numbers[1]
        var third = numbers[2]
        var fourth = numbers[3]
        var place = 4
        while place < count {
            first = min(first, numbers[place])
            second = min(second, numbers[place + 1])
            third = min(third, numbers[place + 2])
            fourth = min(fourth, numbers[place + 3])
            place += 4
        }
        return min(min(first, second), min(third, fourth))
    }
}
