internal import TesseraCore

/// Merges the bytes of short words: the pair of lowest rank first, the leftmost of equals, as `WordMerger` does.
///
/// Several words are merged at once, one merge of each in turn: what the next merge of a word must look up is asked for
/// from memory a whole turn before it is needed. The merges of single bytes come from a table of their own. Symbols
/// keep their places while they are merged, so that of a pair's rank and place one number can be made, whose least is
/// the next merge.
struct ShortWordMerger {
    /// The most bytes of a word.
    static let longestWord = 64

    private static let placeBits: UInt32 = 6
    /// Stands for a pair that does not merge, or one whose left symbol is gone.
    private static let never = UInt32.max

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

    /// A word that is being merged.
    struct Word {
        /// Which one it is, for the caller.
        var number = 0
        fileprivate var count = 0
        /// Where the last merge left its token, whose two pairs are still to be looked up; negative: nowhere.
        fileprivate var place = -1
        /// Where these look-ups begin.
        fileprivate var leftSlot = 0
        fileprivate var rightSlot = 0

        private static let room = longestWord + 8

        fileprivate let ids: UnsafeMutablePointer<TokenID>
        /// For each place the rank of the pair that begins there above the place, or `never`.
        fileprivate let ranks: UnsafeMutablePointer<UInt32>
        /// For each place the token that this pair makes.
        fileprivate let made: UnsafeMutablePointer<TokenID>
        /// For each place the one of the next symbol.
        fileprivate let next: UnsafeMutablePointer<UInt8>
        /// For each place but the first the one of the symbol before.
        fileprivate let previous: UnsafeMutablePointer<UInt8>

        init() {
            ids = .allocate(capacity: Self.room)
            ranks = .allocate(capacity: Self.room)
            made = .allocate(capacity: Self.room)
            next = .allocate(capacity: Self.room)
            previous = .allocate(capacity: Self.room)
            ids.initialize(repeating: 0, count: Self.room)
            ranks.initialize(repeating: never, count: Self.room)
            made.initialize(repeating: 0, count: Self.room)
            next.initialize(repeating: 0, count: Self.room)
            previous.initialize(repeating: 0, count: Self.room)
        }

        func deallocate() {
            ids.deallocate()
            ranks.deallocate()
            made.deallocate()
            next.deallocate()
            previous.deallocate()
        }
    }

    /// Begins with the `count` bytes at `start`, 1 to `longestWord`.
    ///
    /// - Returns: whether all bytes have tokens; without that there is nothing to go on with.
    @inline(__always)
    func begin(_ word: inout Word, _ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        let (ids, ranks, made) = (word.ids, word.ranks, word.made)
        word.count = count
        word.place = -1
        var byte = Int(start[0])
        var hasTokens = true
        for place in 0..<(count - 1) {
            let following = Int(start[place + 1])
            let merge = bytePairs[byte << 8 | following]
            let id = byteTokens[byte]
            ids[place] = id
            hasTokens = hasTokens && id != BytePairModel.noToken
            ranks[place] = merge == 0 ? Self.never : Self.number(UInt32(truncatingIfNeeded: merge), place)
            made[place] = UInt32(truncatingIfNeeded: merge >> 32) &- 1
            word.next[place] = UInt8(truncatingIfNeeded: place + 1)
            word.previous[place + 1] = UInt8(truncatingIfNeeded: place)
            byte = following
        }
        ids[count - 1] = byteTokens[byte]
        word.next[count - 1] = UInt8(truncatingIfNeeded: count)
        // The last place begins no pair; up to three behind it are looked at with it.
        for place in (count - 1)..<(count + 3) { ranks[place] = Self.never }
        return hasTokens && byteTokens[byte] != BytePairModel.noToken
    }

    /// Does the next merge.
    ///
    /// - Returns: whether there was one; else the word is merged.
    @inline(__always)
    func step(_ word: inout Word) -> Bool {
        let (ids, ranks, count) = (word.ids, word.ranks, word.count)
        if word.place >= 0 {
            let place = word.place
            let after = Int(word.next[place])
            if after < count {
                note(PairTable.View.Pair(ids[place], ids[after]), from: word.rightSlot, word, place)
            }
            if place > 0 {
                let left = Int(word.previous[place])
                note(PairTable.View.Pair(ids[left], ids[place]), from: word.leftSlot, word, left)
            }
        }
        let least = Self.least(ranks, count: count)
        if least == Self.never { return false }
        let place = Int(least & (1 << Self.placeBits - 1))
        let right = Int(word.next[place])
        let after = Int(word.next[right])
        let id = word.made[place]
        ids[place] = id
        ranks[place] = Self.never
        ranks[right] = Self.never
        word.next[place] = UInt8(truncatingIfNeeded: after)
        if after < count {
            word.previous[after] = UInt8(truncatingIfNeeded: place)
            word.rightSlot = pairs.prefetchedSlot(of: PairTable.View.Pair(id, ids[after]))
        }
        if place > 0 {
            word.leftSlot = pairs.prefetchedSlot(of: PairTable.View.Pair(ids[Int(word.previous[place])], id))
        }
        word.place = place
        return true
    }

    /// Writes the tokens of a merged word to `output`; returns how many there are.
    @inline(__always)
    func finish(_ word: Word, into output: UnsafeMutablePointer<TokenID>) -> Int {
        var tokens = 0
        var place = 0
        while place < word.count {
            output[tokens] = word.ids[place]
            tokens += 1
            place = Int(word.next[place])
        }
        return tokens
    }

    /// Notes what becomes of the pair that begins at `place`.
    @inline(__always)
    private func note(_ pair: PairTable.View.Pair, from slot: Int, _ word: Word, _ place: Int) {
        let merge = pairs.merge(pair, from: slot)
        word.ranks[place] = merge.rank == PairTable.none ? Self.never : Self.number(merge.rank, place)
        word.made[place] = merge.made
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
