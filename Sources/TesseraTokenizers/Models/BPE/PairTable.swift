internal import TesseraCore

/// For each pair of tokens that may be merged, the merge's rank; for each rank, the token it makes.
///
/// An open-addressing table of 64-bit slots: 21 bits for each id of the pair, 22 for the rank.
struct PairTable: Sendable {
    /// The most merges that fit.
    static let largestCount = 1 << 22 - 1

    /// The rank of pairs that do not merge: above every other.
    static let none = UInt32.max

    private var slots: [UInt64]
    private let shift: UInt64
    private let hash = TableHash()

    /// For each rank, the id that the merge makes.
    private(set) var merged: [TokenID] = []

    private static let empty = UInt64.max

    /// Makes an empty table with room for `capacity` merges.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        slots = [UInt64](repeating: Self.empty, count: 1 << bits)
        shift = 64 - bits
        merged.reserveCapacity(capacity)
    }

    /// Adds the merge of the next rank; a pair that is there already gets the new rank, as in the reference.
    mutating func append(_ left: TokenID, _ right: TokenID, makes id: TokenID) {
        let key = UInt64(left) << 21 | UInt64(right)
        var slot = Int(truncatingIfNeeded: hash(key) >> shift)
        while slots[slot] != Self.empty, slots[slot] >> 22 != key { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = key << 22 | UInt64(merged.count)
        merged.append(id)
    }

    /// Calls `body` with a view for many look-ups.
    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        slots.withUnsafeBufferPointer { slots in
            merged.withUnsafeBufferPointer { merged in
                body(View(slots: slots, merged: merged, mask: slots.count - 1, shift: shift, hash: hash))
            }
        }
    }

    /// The table's memory, free of reference counting.
    struct View {
        fileprivate let slots: UnsafeBufferPointer<UInt64>
        fileprivate let merged: UnsafeBufferPointer<TokenID>
        fileprivate let mask: Int
        fileprivate let shift: UInt64
        fileprivate let hash: TableHash

        /// The rank of a pair, or `none`.
        @inline(__always)
        func rank(_ left: TokenID, _ right: TokenID) -> UInt32 {
            let key = UInt64(left) << 21 | UInt64(right)
            var slot = Int(truncatingIfNeeded: hash(key) >> shift)
            while true {
                let entry = slots[slot]
                if entry >> 22 == key { return UInt32(truncatingIfNeeded: entry & 0x3F_FFFF) }
                if entry == PairTable.empty { return PairTable.none }
                slot = (slot + 1) & mask
            }
        }

        /// The id that merge `rank` makes; `rank` must come from `rank(_:_:)` and not be `none`.
        @inline(__always)
        func merged(_ rank: UInt32) -> TokenID { merged[Int(rank)] }
    }
}
