internal import TesseraCore

/// Merges the bytes of short words: the pair of lowest rank first, the leftmost of equals, as `WordMerger` does.
///
/// Several words are merged at once, in step: each finds and does its next merge, then each notes what becomes of the
/// two pairs that the merge made, whose entries were asked for from memory in between. Which words have a pair to the
/// left or right of a merge cannot be foretold, so no branch asks: a token that no pair has stands before the first
/// byte and behind the last. Symbols keep their places while they are merged; the places that still begin one are the
/// bits of a number. Of a pair's rank and place one number is made, whose least is the next merge.
struct ShortWordMerger {
    /// The most bytes of a word: with the tokens around it, one for each bit of a word of the processor.
    static let longestWord = 60

    private static let placeBits: Int32 = 6
    /// The rank of a pair that does not merge, or one whose left symbol is gone: above every other.
    private static let neverRank: UInt32 = 0x01FF_FFFF
    private static let never = Int32(neverRank) << placeBits
    /// Stands before and behind a word; no pair has it.
    private static let edge = TokenID.max

    private let pairs: PairTable.View
    /// What `BytePairModel.bytePairs` holds.
    private let bytePairs: UnsafePointer<UInt64>
    /// For each byte its token, or `BytePairModel.noToken`.
    private let byteTokens: UnsafePointer<TokenID>

    init(
        pairs: PairTable.View, bytePairs: UnsafePointer<UInt64>, byteTokens: UnsafePointer<TokenID>
    ) {
        self.pairs = pairs
        self.bytePairs = bytePairs
        self.byteTokens = byteTokens
    }

    /// A word that is being merged: its bytes are at the places from 1 on.
    struct Word {
        /// Which one it is, for the caller.
        var number = 0
        private(set) var count = 0
        /// A bit for each place where a symbol, or an edge, begins.
        fileprivate(set) var starts: UInt64 = 0
        /// Where the last merge left its token, and the place before.
        fileprivate(set) var place = 0
        fileprivate(set) var before = 0
        /// The pairs that this made, and where their look-ups begin.
        fileprivate(set) var left = PairTable.View.Pair.none
        fileprivate(set) var right = PairTable.View.Pair.none
        fileprivate(set) var leftBucket = 0
        fileprivate(set) var rightBucket = 0

        fileprivate static let room = 64

        fileprivate let ids: UnsafeMutablePointer<TokenID>
        /// For each place the rank of the pair that begins there above the place, or at least `never`.
        fileprivate let ranks: UnsafeMutablePointer<Int32>
        /// For each place the token that this pair makes.
        fileprivate let made: UnsafeMutablePointer<TokenID>

        init() {
            ids = .allocate(capacity: Self.room)
            ranks = .allocate(capacity: Self.room)
            made = .allocate(capacity: Self.room)
            ids.initialize(repeating: edge, count: Self.room)
            ranks.initialize(repeating: never, count: Self.room)
            made.initialize(repeating: 0, count: Self.room)
        }

        func deallocate() {
            ids.deallocate()
            ranks.deallocate()
            made.deallocate()
        }

        fileprivate mutating func begin(count: Int) {
            self.count = count
            starts = 1 &<< UInt64(truncatingIfNeeded: count &+ 2) &- 1
        }
    }

    /// Begins with the `count` bytes at `start`, 1 to `longestWord`.
    ///
    /// - Returns: whether all bytes have tokens; without that there is nothing to go on with.
    @inline(__always)
    func begin(_ word: inout Word, _ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        let (ids, ranks, made) = (word.ids, word.ranks, word.made)
        word.begin(count: count)
        // All that `least` will look at, which goes by sixteens and fours.
        Self.forget(ranks, from: 0)
        Self.forget(ranks, from: 8)
        var place = 16
        while place <= count {
            Self.forget(ranks, from: place)
            place &+= 8
        }
        var byte = Int(start[0])
        var hasTokens = true
        place = 1
        while place < count {
            let following = Int(start[place])
            let merge = bytePairs[byte &<< 8 | following]
            let id = byteTokens[byte]
            ids[place] = id
            hasTokens = hasTokens && id != BytePairModel.noToken
            if merge != 0 { ranks[place] = Self.number(UInt32(truncatingIfNeeded: merge), place) }
            made[place] = UInt32(truncatingIfNeeded: merge &>> 32) &- 1
            byte = following
            place &+= 1
        }
        ids[count] = byteTokens[byte]
        ids[count &+ 1] = Self.edge
        return hasTokens && byteTokens[byte] != BytePairModel.noToken
    }

    /// Does the next merge, and asks for what `note` will look up.
    ///
    /// - Returns: whether there was one; else the word is merged.
    @inline(__always)
    func merge(_ word: inout Word) -> Bool {
        let (ids, ranks) = (word.ids, word.ranks)
        let least = Self.least(ranks, count: word.count)
        if least >= Self.never { return false }
        let place = Int(least & (1 << Self.placeBits - 1))
        let starts = word.starts
        let behind = starts & (~1 &<< UInt64(truncatingIfNeeded: place))
        let right = behind.trailingZeroBitCount
        let after = (behind & (behind &- 1)).trailingZeroBitCount
        let before = 63 &- (starts & (1 &<< UInt64(truncatingIfNeeded: place) &- 1)).leadingZeroBitCount
        let id = word.made[place]
        ids[place] = id
        ranks[right] = Self.never
        word.starts = starts & ~(1 &<< UInt64(truncatingIfNeeded: right))
        word.place = place
        word.before = before
        word.left = PairTable.View.Pair(ids[before], id)
        word.right = PairTable.View.Pair(id, ids[after])
        word.leftBucket = pairs.prefetchedBucket(of: word.left)
        word.rightBucket = pairs.prefetchedBucket(of: word.right)
        return true
    }

    /// Notes what becomes of the two pairs that the last merge made.
    @inline(__always)
    func note(_ word: Word) {
        note(pairs.merge(word.right, from: word.rightBucket), word, word.place)
        note(pairs.merge(word.left, from: word.leftBucket), word, word.before)
    }

    @inline(__always)
    private func note(_ merge: PairTable.Merge, _ word: Word, _ place: Int) {
        word.ranks[place] = Self.number(min(merge.rank, Self.neverRank), place)
        word.made[place] = merge.made
    }

    /// Writes the tokens of a merged word to `output`; returns how many there are.
    @inline(__always)
    func finish(_ word: Word, into output: UnsafeMutablePointer<TokenID>) -> Int {
        var tokens = 0
        // Without the edges.
        var starts = word.starts & ~1 & (1 &<< UInt64(truncatingIfNeeded: word.count &+ 1) &- 1)
        while starts != 0 {
            output[tokens] = word.ids[starts.trailingZeroBitCount]
            tokens &+= 1
            starts &= starts &- 1
        }
        return tokens
    }

    @inline(__always)
    private static func number(_ rank: UInt32, _ place: Int) -> Int32 {
        Int32(truncatingIfNeeded: rank &<< UInt32(placeBits)) | Int32(truncatingIfNeeded: place)
    }

    /// The least of the numbers at the places up to `count`.
    @inline(__always)
    private static func least(_ numbers: UnsafeMutablePointer<Int32>, count: Int) -> Int32 {
        var least = lesser(
            lesser(four(numbers, 0), four(numbers, 4)), lesser(four(numbers, 8), four(numbers, 12)))
        var place = 16
        while place <= count {
            least = lesser(least, lesser(four(numbers, place), four(numbers, place &+ 4)))
            place &+= 8
        }
        return least.min()
    }

    @inline(__always)
    private static func four(_ numbers: UnsafeMutablePointer<Int32>, _ place: Int) -> SIMD4<Int32> {
        UnsafeRawPointer(numbers + place).loadUnaligned(as: SIMD4<Int32>.self)
    }

    @inline(__always)
    private static func lesser(_ left: SIMD4<Int32>, _ right: SIMD4<Int32>) -> SIMD4<Int32> {
        left.replacing(with: right, where: right .< left)
    }

    @inline(__always)
    private static func forget(_ numbers: UnsafeMutablePointer<Int32>, from place: Int) {
        UnsafeMutableRawPointer(numbers + place).storeBytes(
            of: SIMD8(repeating: never), as: SIMD8<Int32>.self)
    }
}
