internal import TesseraCore

/// For each pair of tokens that may be merged, the merge's rank; for each rank, the token it makes.
///
/// An open-addressing table of 64-bit slots: 21 bits for each id of the pair, 22 for the rank plus one; zero is free.
struct PairTable: Sendable {
    /// The most merges that fit.
    static let largestCount = 1 << 22 - 1

    /// The rank of pairs that do not merge: above every other.
    static let none = UInt32.max

    /// What `made` holds for a rank whose pairs make different tokens: these are in `madeByPair`.
    private static let several = TokenID.max

    /// The number of merges.
    private(set) var count = 0

    /// The number of ranks: fewer than merges where pairs share one.
    private var rankCount = 0

    /// For pairs of ranks that stand for several tokens, the token that the pair makes.
    private var madeByPair: [UInt64: TokenID] = [:]

    private let slots: FixedTable<UInt64>
    private let made: FixedTable<TokenID>
    private let shift: UInt64
    private let hash = TableHash()

    /// Makes an empty table with room for `capacity` merges.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        slots = FixedTable(count: 1 << bits)
        made = FixedTable(count: capacity)
        shift = 64 - bits
    }

    /// The merges of `definition`.
    init(_ definition: BytePairDefinition) {
        let merges = definition.merges
        self.init(capacity: merges.count)
        var start = 0
        while start < merges.count {
            var end = start + 1
            var makesOne = true
            while end < merges.count, definition.ranksEqually(merges[end - 1].made, merges[end].made) {
                makesOne = makesOne && merges[end].made == merges[start].made
                end += 1
            }
            made[rankCount] = makesOne ? merges[start].made : Self.several
            rankCount += 1
            for merge in merges[start..<end] {
                let key = insert(merge.left, merge.right)
                if !makesOne { madeByPair[key] = merge.made }
            }
            start = end
        }
    }

    /// Adds the merge of the next rank; there must be room for it.
    ///
    /// A pair that is there already gets the new rank, as in the reference.
    mutating func append(_ left: TokenID, _ right: TokenID, makes id: TokenID) {
        made[rankCount] = id
        rankCount += 1
        _ = insert(left, right)
    }

    /// Gives a pair the last rank.
    private mutating func insert(_ left: TokenID, _ right: TokenID) -> UInt64 {
        let key = UInt64(left) << 21 | UInt64(right)
        var slot = Int(truncatingIfNeeded: hash(key) >> shift)
        while slots[slot] != 0, slots[slot] >> 22 != key { slot = (slot + 1) & (slots.count - 1) }
        count += 1
        slots[slot] = key << 22 | UInt64(rankCount)
        return key
    }

    /// Whether some rank stands for several tokens; `View.merged(_:)` then does not tell which.
    var hasRanksOfSeveralTokens: Bool { !madeByPair.isEmpty }

    /// The token that the pair makes, whose rank is `rank`.
    func merged(_ left: TokenID, _ right: TokenID, rank: UInt32) -> TokenID {
        let id = made[Int(rank)]
        return id == Self.several ? madeByPair[UInt64(left) << 21 | UInt64(right)] ?? id : id
    }

    /// The id that the last merge made.
    var lastMade: TokenID? { rankCount > 0 ? made[rankCount - 1] : nil }

    /// Calls `body` with a view for many look-ups.
    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        withExtendedLifetime((slots, made)) {
            body(
                View(
                    slots: slots.elements, made: made.elements, mask: slots.count - 1, shift: shift,
                    hash: hash))
        }
    }

    /// The table's memory, free of reference counting.
    struct View {
        fileprivate let slots: UnsafePointer<UInt64>
        fileprivate let made: UnsafePointer<TokenID>
        fileprivate let mask: Int
        fileprivate let shift: UInt64
        fileprivate let hash: TableHash

        fileprivate init(
            slots: UnsafeMutablePointer<UInt64>, made: UnsafeMutablePointer<TokenID>, mask: Int,
            shift: UInt64,
            hash: TableHash
        ) {
            self.slots = UnsafePointer(slots)
            self.made = UnsafePointer(made)
            self.mask = mask
            self.shift = shift
            self.hash = hash
        }

        /// The rank of a pair, or `none`.
        @inline(__always)
        func rank(_ left: TokenID, _ right: TokenID) -> UInt32 {
            let key = UInt64(left) << 21 | UInt64(right)
            var slot = Int(truncatingIfNeeded: hash(key) >> shift)
            while true {
                // A hash has as many bits as there are slots, and `mask` keeps the others in range.
                let entry = slots[slot]
                if entry >> 22 == key, entry != 0 { return UInt32(truncatingIfNeeded: entry & 0x3F_FFFF) - 1 }
                if entry == 0 { return PairTable.none }
                slot = (slot + 1) & mask
            }
        }

        /// The id that merge `rank` makes; `rank` must come from `rank(_:_:)` and not be `none`.
        @inline(__always)
        func merged(_ rank: UInt32) -> TokenID { made[Int(rank)] }
    }
}

extension BytePairDefinition {
    /// Whether pairs that make `first` and pairs that make `second`, neighbours in the list, have the same rank.
    fileprivate func ranksEqually(_ first: TokenID, _ second: TokenID) -> Bool {
        guard order == .byMadeToken else { return false }
        if first == second { return true }
        guard Int(first) < scores.count, Int(second) < scores.count else { return false }
        return scores[Int(first)].bitPattern == scores[Int(second)].bitPattern
    }
}
