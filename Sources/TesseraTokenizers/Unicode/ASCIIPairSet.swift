/// A set of pairs of ASCII characters: 16,384 bits, so that asking is one load.
struct ASCIIPairSet: Sendable {
    /// For each left character two words, a bit for each right one.
    private let words: FixedTable<UInt64>

    /// The pairs for which `contains` holds.
    init(_ contains: (_ left: UInt32, _ right: UInt32) -> Bool) {
        words = FixedTable(count: 256)
        for left in UInt32(0)..<128 {
            for right in UInt32(0)..<128 where contains(left, right) {
                words[Int(2 * left + right / 64)] |= 1 << UInt64(right % 64)
            }
        }
    }

    /// Whether the pair is there; both must be below 128.
    @inline(__always)
    func contains(_ left: UInt32, _ right: UInt32) -> Bool {
        words.elements[Int(2 * left + right / 64)] >> UInt64(right % 64) & 1 != 0
    }
}
