internal import CPrefetch
internal import TesseraCore

/// For each pair of tokens that may be merged, the merge's rank and the token it makes.
///
/// An open-addressing table of slots of 16 bytes, four to a cache line, so that a look-up mostly takes one line: the
/// pair plus one, then rank and token. A slot of zeros is free. Most pairs that are asked for are not there, which a
/// table of bits tells that is small enough to stay near the processor.
struct PairTable: Sendable {
    /// The most merges that a definition may list.
    static let largestCount = 1 << 22 - 1

    /// The rank of pairs that do not merge: above every other.
    static let none = UInt32.max

    /// The number of merges.
    let count: Int

    private let slots: FixedTable<UInt64>
    private let shift: UInt64
    /// A bit for each hash, of which each pair sets one.
    private let filter: FixedTable<UInt64>
    /// The most words of `filter`: 128 KiB.
    private static let mostFilterWords = 1 << 14
    private let hash = TableHash()

    /// The merges of `definition`; a pair that is listed again has its later rank, as in the reference.
    init(_ definition: BytePairDefinition) {
        let merges = definition.merges
        var bits: UInt64 = 4
        while 1 << bits < merges.count + merges.count / 4 { bits += 1 }
        slots = FixedTable(count: 2 << bits)
        shift = 64 - bits
        filter = FixedTable(count: min(Self.mostFilterWords, 1 << Int(bits - 3)))
        count = merges.count
        withView { view in
            var rank: UInt32 = 0
            for (number, merge) in merges.enumerated() {
                if number > 0, !definition.ranksEqually(merges[number - 1].made, merge.made) { rank += 1 }
                let pair = View.Pair(merge.left, merge.right)
                let hash = hash(pair.key)
                var slot = view.slot(ofHash: hash)
                while slots.elements[slot] != 0, slots.elements[slot] != pair.key {
                    slot = (slot + 2) & view.mask
                }
                filter.elements[view.filterWord(of: hash)] |= 1 << (hash & 63)
                slots.elements[slot] = pair.key
                slots.elements[slot + 1] = UInt64(rank) | UInt64(merge.made) << 32
            }
        }
    }

    /// Calls `body` with a view for many look-ups.
    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        withExtendedLifetime((slots, filter)) {
            body(
                View(
                    slots: UnsafePointer(slots.elements), mask: slots.count - 2, shift: shift, hash: hash,
                    filter: UnsafePointer(filter.elements), filterMask: UInt64(filter.count - 1)))
        }
    }

    /// What becomes of a pair.
    struct Merge {
        /// The rank of the merge, or `none`.
        let rank: UInt32
        /// The token that it makes, where there is a merge.
        let made: TokenID

        @inline(__always)
        fileprivate init(_ packed: UInt64) {
            rank = UInt32(truncatingIfNeeded: packed)
            made = UInt32(truncatingIfNeeded: packed >> 32)
        }
    }

    /// The table's memory, free of reference counting.
    struct View {
        fileprivate let slots: UnsafePointer<UInt64>
        fileprivate let mask: Int
        fileprivate let shift: UInt64
        fileprivate let hash: TableHash
        fileprivate let filter: UnsafePointer<UInt64>
        fileprivate let filterMask: UInt64

        /// Two neighbouring tokens.
        struct Pair {
            fileprivate let key: UInt64

            @inline(__always)
            init(_ left: TokenID, _ right: TokenID) { key = (UInt64(left) << 32 | UInt64(right)) &+ 1 }
        }

        /// What becomes of a pair.
        @inline(__always)
        func merge(_ left: TokenID, _ right: TokenID) -> Merge {
            let pair = Pair(left, right)
            return merge(pair, from: slot(of: pair))
        }

        /// The rank of a pair, or `none`.
        @inline(__always)
        func rank(_ left: TokenID, _ right: TokenID) -> UInt32 { merge(left, right).rank }

        /// Where the look-up of a pair begins, asked for from memory ahead of its use; negative: it is not there.
        @inline(__always)
        func prefetchedSlot(of pair: Pair) -> Int {
            let slot = slot(of: pair)
            if slot >= 0 { prefetch(slots + slot) }
            return slot
        }

        /// What becomes of a pair whose look-up begins at `slot`.
        @inline(__always)
        func merge(_ pair: Pair, from slot: Int) -> Merge {
            guard slot >= 0 else { return Merge(UInt64(none)) }
            var slot = slot
            while true {
                let key = slots[slot]
                if key == pair.key { return Merge(slots[slot + 1]) }
                if key == 0 { return Merge(UInt64(none)) }
                slot = (slot + 2) & mask
            }
        }

        @inline(__always)
        private func slot(of pair: Pair) -> Int {
            let hash = hash(pair.key)
            return filter[filterWord(of: hash)] >> (hash & 63) & 1 == 0 ? -1 : slot(ofHash: hash)
        }

        /// A hash has as many bits as there are slots.
        @inline(__always)
        fileprivate func slot(ofHash hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> shift) << 1 }

        @inline(__always)
        fileprivate func filterWord(of hash: UInt64) -> Int {
            Int(truncatingIfNeeded: hash >> 6 & filterMask)
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
