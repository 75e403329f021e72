/// Hashes of the tables that are built from files.
///
/// The seed differs from process to process, so that a file cannot be made whose entries all meet in one slot. The
/// order of the slots is never seen outside.
struct TableHash: Sendable {
    private let seed: UInt64

    /// Draws a seed.
    init() {
        seed = UInt64.random(in: .min ... .max) | 1
    }

    /// The hash of a number.
    @inline(__always)
    func callAsFunction(_ key: UInt64) -> UInt64 {
        Self.fold(key ^ seed, 0x9E37_79B9_7F4A_7C15)
    }

    /// The hash of `count` bytes at `start`.
    @inline(__always)
    func callAsFunction(_ start: UnsafeRawPointer, count: Int) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: count)
        var position = 0
        while position + 8 <= count {
            let word = start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            hash = Self.fold(hash ^ word, 0xE703_7ED1_A0B4_28DB)
            position += 8
        }
        var tail: UInt64 = 0
        if position + 4 <= count {
            tail = UInt64(start.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            position += 4
        }
        while position < count {
            tail = tail << 8 | UInt64(start.load(fromByteOffset: position, as: UInt8.self))
            position += 1
        }
        return Self.fold(hash ^ tail, 0x8EBC_6AF0_9C88_C6E3)
    }

    /// The two halves of a 128-bit product, folded.
    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
