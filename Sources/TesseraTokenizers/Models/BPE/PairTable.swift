internal import TesseraCore

/// For each pair of tokens that may be merged, the merge's rank and the token it makes.
struct PairTable: Sendable {
    /// The most merges that fit.
    static let largestCount = 1 << 22 - 1

    /// The rank of pairs that do not merge: above every other.
    static let none = UInt32.max

    /// What `made` holds for a rank whose pairs make different tokens.
    fileprivate static let several = TokenID.max

    /// The number of merges.
    private(set) var count = 0

    /// The number of ranks: fewer than merges where pairs share one.
    private var rankCount = 0

    /// For each pair its rank.
    private let ranks: PairSlots

    /// For each rank the token that its pairs make, or `several`.
    private let made: FixedTable<TokenID>

    /// What is added to a rank to get the token that its pairs make, where that holds for all: no look-up then.
    private var madeOffset: TokenID?

    /// For each pair of a rank that makes several tokens, the one that the pair makes.
    private var madeByPair = PairSlots(capacity: 0)

    /// Makes an empty table with room for `capacity` merges.
    init(capacity: Int) {
        ranks = PairSlots(capacity: capacity)
        made = FixedTable(count: capacity)
    }

    /// The merges of `definition`.
    init(_ definition: BytePairDefinition) {
        let merges = definition.merges
        self.init(capacity: merges.count)
        // Neighbours of equal rank that make different tokens are noted first and put into a table of their size.
        var apart: [BytePairDefinition.Merge] = []
        var start = 0
        while start < merges.count {
            var end = start + 1
            var makesOne = true
            while end < merges.count, definition.ranksEqually(merges[end - 1].made, merges[end].made) {
                makesOne = makesOne && merges[end].made == merges[start].made
                end += 1
            }
            made[rankCount] = makesOne ? merges[start].made : Self.several
            if !makesOne { apart += merges[start..<end] }
            for merge in merges[start..<end] { ranks.insert(merge.left, merge.right, UInt32(rankCount)) }
            rankCount += 1
            start = end
        }
        count = merges.count
        if rankCount > 0, made[0] != Self.several {
            let first = made[0]
            if (0..<rankCount).allSatisfy({ made[$0] == first &+ TokenID(truncatingIfNeeded: $0) }) {
                madeOffset = first
            }
        }
        if !apart.isEmpty {
            madeByPair = PairSlots(capacity: apart.count)
            for merge in apart { madeByPair.insert(merge.left, merge.right, merge.made) }
        }
    }

    /// Adds the merge of the next rank; there must be room for it.
    ///
    /// A pair that is there already gets the new rank, as in the reference.
    mutating func append(_ left: TokenID, _ right: TokenID, makes id: TokenID) {
        madeOffset = nil
        made[rankCount] = id
        ranks.insert(left, right, UInt32(rankCount))
        rankCount += 1
        count += 1
    }

    /// The id that the last merge made.
    var lastMade: TokenID? { rankCount > 0 ? made[rankCount - 1] : nil }

    /// Calls `body` with a view for many look-ups.
    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        ranks.withView { ranks in
            madeByPair.withView { madeByPair in
                withExtendedLifetime(made) {
                    body(
                        View(
                            ranks: ranks, made: UnsafePointer(made.elements), madeOffset: madeOffset,
                            madeByPair: madeByPair))
                }
            }
        }
    }

    /// The table's memory, free of reference counting.
    struct View {
        fileprivate let ranks: PairSlots.View
        fileprivate let made: UnsafePointer<TokenID>
        fileprivate let madeOffset: TokenID?
        fileprivate let madeByPair: PairSlots.View

        /// The rank of a pair, or `none`.
        @inline(__always)
        func rank(_ left: TokenID, _ right: TokenID) -> UInt32 { ranks.value(left, right) ?? PairTable.none }

        /// The id that a pair makes, whose rank comes from `rank(_:_:)` and is not `none`.
        @inline(__always)
        func merged(_ left: TokenID, _ right: TokenID, rank: UInt32) -> TokenID {
            if let madeOffset { return rank &+ madeOffset }
            let id = made[Int(rank)]
            return id == PairTable.several ? madeByPair.value(left, right) ?? left : id
        }
    }
}

/// Numbers below 2^22 - 1 by pairs of tokens.
///
/// An open-addressing table of 64-bit slots: 21 bits for each id of the pair, 22 for the number plus one; zero is free.
private struct PairSlots: Sendable {
    private let slots: FixedTable<UInt64>
    private let shift: UInt64
    private let hash = TableHash()
    /// Eight bits a slot, of which each pair sets one.
    ///
    /// Most pairs that are asked for are not there, which this table tells from memory that is near.
    private let filter: FixedTable<UInt64>

    /// Makes an empty table with room for `capacity` pairs.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        slots = FixedTable(count: 1 << bits)
        filter = FixedTable(count: 1 << (bits - 3))
        shift = 64 - bits
    }

    /// Sets the number of a pair; there must be room for it.
    func insert(_ left: TokenID, _ right: TokenID, _ value: UInt32) {
        let key = UInt64(left) << 21 | UInt64(right)
        let hash = self.hash(key)
        filter[Int(truncatingIfNeeded: hash >> 6) & (filter.count - 1)] |= 1 << (hash & 63)
        var slot = Int(truncatingIfNeeded: hash >> shift)
        while slots[slot] != 0, slots[slot] >> 22 != key { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = key << 22 | UInt64(value + 1)
    }

    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        withExtendedLifetime((slots, filter)) {
            body(
                View(
                    slots: UnsafePointer(slots.elements), filter: UnsafePointer(filter.elements),
                    mask: slots.count - 1, shift: shift, hash: hash))
        }
    }

    struct View {
        let slots: UnsafePointer<UInt64>
        let filter: UnsafePointer<UInt64>
        let mask: Int
        let shift: UInt64
        let hash: TableHash

        @inline(__always)
        func value(_ left: TokenID, _ right: TokenID) -> UInt32? {
            let key = UInt64(left) << 21 | UInt64(right)
            let hash = self.hash(key)
            // There are an eighth as many words as slots.
            guard filter[Int(truncatingIfNeeded: hash >> 6) & (mask >> 3)] >> (hash & 63) & 1 != 0 else {
                return nil
            }
            var slot = Int(truncatingIfNeeded: hash >> shift)
            while true {
                // A hash has as many bits as there are slots, and `mask` keeps the others in range.
                let entry = slots[slot]
                if entry >> 22 == key, entry != 0 { return UInt32(truncatingIfNeeded: entry & 0x3F_FFFF) - 1 }
                if entry == 0 { return nil }
                slot = (slot + 1) & mask
            }
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
