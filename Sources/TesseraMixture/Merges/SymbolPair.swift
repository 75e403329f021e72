internal import TesseraCore

/// Two neighbouring symbols of a word.
package struct SymbolPair: Hashable, Sendable, BitwiseCopyable {
    /// The left symbol in the upper half, the right one in the lower.
    package var bits: UInt64

    /// The pair of two symbols.
    @inline(__always)
    package init(_ left: UInt32, _ right: UInt32) { bits = UInt64(left) << 32 | UInt64(right) }

    /// The left symbol.
    package var left: UInt32 { UInt32(truncatingIfNeeded: bits >> 32) }
    /// The right symbol.
    package var right: UInt32 { UInt32(truncatingIfNeeded: bits) }
}

/// Numbers pairs in the order in which they are first asked for: a hash table with open addressing.
///
/// `Dictionary` takes three times as long, and replaying merges does little else than look pairs up.
struct PairNumbers {
    /// The pairs by number.
    private(set) var pairs: [SymbolPair] = []

    /// For each slot the number plus one; zero is free.
    private var slots = [UInt32](repeating: 0, count: 1 << 10)
    private var shift: UInt64 = 64 - 10

    /// The number of `pair`, which is new when it equals the count before.
    @inline(__always)
    mutating func number(of pair: SymbolPair) -> Int {
        var slot = slot(of: pair)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if pairs[number] == pair { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        pairs.append(pair)
        slots[slot] = UInt32(truncatingIfNeeded: pairs.count)
        if pairs.count * 2 > slots.count { grow() }
        return pairs.count - 1
    }

    /// The number of `pair`; nil when it has none.
    func known(_ pair: SymbolPair) -> Int? {
        var slot = slot(of: pair)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if pairs[number] == pair { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    @inline(__always)
    private func slot(of pair: SymbolPair) -> Int {
        // Both halves must reach the upper bits, which are the slot.
        let mixed = (pair.bits ^ pair.bits >> 32) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (mixed ^ pair.bits &* 0xC2B2_AE3D_27D4_EB4F) >> shift)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        shift -= 1
        for (number, pair) in pairs.enumerated() {
            var slot = slot(of: pair)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(truncatingIfNeeded: number + 1)
        }
    }
}
