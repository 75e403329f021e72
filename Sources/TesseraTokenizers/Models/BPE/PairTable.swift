internal import CIntrinsics
internal import TesseraCore

/// For each pair of tokens that may be merged, the merge's rank and the token it makes.
///
/// An open-addressing table of buckets, each a cache line of four entries of 16 bytes: the pair plus one, then rank and
/// token. An entry of zeros is free; the last of a bucket is filled last, so that a look-up, found or not, mostly takes
/// one line and no branch that cannot be foretold.
struct PairTable: Sendable {
    /// The most merges that a definition may list.
    static let largestCount = 1 << 22 - 1

    /// The rank of pairs that do not merge: above every other.
    static let none = UInt32.max

    /// The number of merges.
    let count: Int

    private let words: FixedTable<UInt64>
    private let shift: UInt64
    private let hash = TableHash()

    /// The words of a bucket.
    private static let bucketWords = 8

    /// The merges of `definition`; a pair that is listed again has its later rank, as in the reference.
    init(_ definition: BytePairDefinition) {
        let merges = definition.merges
        var bits: UInt64 = 2
        while 4 << bits < merges.count + merges.count / 2 { bits += 1 }
        words = FixedTable(count: Self.bucketWords << bits)
        shift = 64 - bits
        count = merges.count
        withView { view in
            let words = words.elements
            var rank: UInt32 = 0
            for (number, merge) in merges.enumerated() {
                if number > 0, !definition.ranksEqually(merges[number - 1].made, merge.made) { rank += 1 }
                let pair = View.Pair(merge.left, merge.right)
                var place = view.bucket(of: pair)
                while words[place] != 0, words[place] != pair.key { place = (place + 2) & view.mask }
                words[place] = pair.key
                words[place + 1] = Merge.packed(rank: rank, made: merge.made)
            }
        }
    }

    /// Calls `body` with a view for many look-ups.
    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        withExtendedLifetime(words) {
            body(
                View(
                    words: UnsafePointer(words.elements), mask: words.count - 1, shift: shift, hash: hash))
        }
    }

    /// What becomes of a pair.
    struct Merge {
        /// The rank of the merge, or `none`.
        let rank: UInt32
        /// The token that it makes, where there is a merge.
        let made: TokenID

        /// What a table keeps of a merge: not zero, which stands for none.
        fileprivate static func packed(rank: UInt32, made: TokenID) -> UInt64 {
            UInt64(rank ^ none) | UInt64(made) << 32
        }

        @inline(__always)
        fileprivate init(_ packed: UInt64) {
            rank = UInt32(truncatingIfNeeded: packed) ^ none
            made = UInt32(truncatingIfNeeded: packed &>> 32)
        }
    }

    /// The table's memory, free of reference counting.
    struct View {
        fileprivate let words: UnsafePointer<UInt64>
        fileprivate let mask: Int
        fileprivate let shift: UInt64
        fileprivate let hash: TableHash

        /// Two neighbouring tokens.
        struct Pair {
            fileprivate let key: UInt64

            /// What no two tokens are.
            static let none = Pair(key: .max)

            private init(key: UInt64) { self.key = key }

            @inline(__always)
            init(_ left: TokenID, _ right: TokenID) { key = (UInt64(left) << 32 | UInt64(right)) &+ 1 }
        }

        /// What becomes of a pair.
        @inline(__always)
        func merge(_ left: TokenID, _ right: TokenID) -> Merge {
            let pair = Pair(left, right)
            return merge(pair, from: bucket(of: pair))
        }

        /// The rank of a pair, or `none`.
        @inline(__always)
        func rank(_ left: TokenID, _ right: TokenID) -> UInt32 { merge(left, right).rank }

        /// Where the look-up of a pair begins, asked for from memory ahead of its use.
        @inline(__always)
        func prefetchedBucket(of pair: Pair) -> Int {
            let bucket = bucket(of: pair)
            prefetch(words + bucket)
            return bucket
        }

        /// What becomes of a pair whose look-up begins at `bucket`.
        @inline(__always)
        func merge(_ pair: Pair, from bucket: Int) -> Merge {
            var bucket = bucket
            while true {
                let entries = words + bucket
                // Which of them it is cannot be foretold, and the compiler would ask with branches.
                var found = Self.ifEqual(entries[0], pair.key, entries[1])
                found |= Self.ifEqual(entries[2], pair.key, entries[3])
                found |= Self.ifEqual(entries[4], pair.key, entries[5])
                found |= Self.ifEqual(entries[6], pair.key, entries[7])
                if found | Self.ifEqual(entries[6], 0, 1) != 0 { return Merge(found) }
                bucket = (bucket &+ bucketWords) & mask
            }
        }

        /// `value` if the two are equal, else zero.
        @inline(__always)
        private static func ifEqual(_ left: UInt64, _ right: UInt64, _ value: UInt64) -> UInt64 {
            let difference = left ^ right
            return value & ((difference | (0 &- difference)) &>> 63 &- 1)
        }

        /// A hash has as many bits as there are buckets.
        @inline(__always)
        fileprivate func bucket(of pair: Pair) -> Int {
            Int(truncatingIfNeeded: hash(pair.key) &>> shift) &* bucketWords
        }
    }
}

extension BytePairDefinition {
    /// Whether pairs that make `first` and pairs that make `second`, neighbours in the list, have the same rank.
    func ranksEqually(_ first: TokenID, _ second: TokenID) -> Bool {
        guard order == .byMadeToken else { return false }
        if first == second { return true }
        guard Int(first) < scores.count, Int(second) < scores.count else { return false }
        return scores[Int(first)].bitPattern == scores[Int(second)].bitPattern
    }
}
