internal import TesseraCore

/// The words of up to 12 bytes met lately that are one token: most words of most texts.
///
/// Pairs of places of 16 bytes: a word with zeros behind it, then its token. The whole is small enough to stay in the
/// cache of the processor's core, where the tables of all words are not: on a machine whose outer caches are shared, a
/// word that is found here costs a tenth of one that is looked up there.
///
/// Held by one `PieceMemory`, thus used by one call of `encode` at a time.
final class RecentTokens {
    /// 256 KiB.
    private static let pairBits: UInt64 = 13
    private static let pairBytes = 32

    private let memory: UnsafeMutableRawPointer

    init() {
        let byteCount = Self.pairBytes << Int(Self.pairBits)
        memory = .allocate(byteCount: byteCount, alignment: 64)
        // No word looks like this, the empty one included.
        memory.initializeMemory(as: UInt8.self, repeating: 0xFF, count: byteCount)
    }

    deinit { memory.deallocate() }

    /// A view for many look-ups.
    var view: View { View(start: memory) }

    /// The table's memory, free of reference counting.
    struct View {
        fileprivate let start: UnsafeMutableRawPointer

        /// The token of the word.
        ///
        /// - Parameters:
        ///   - place: where it is if it is there.
        ///   - isFound: set to whether it is there; without that the token means nothing.
        @inline(__always)
        func token(
            of key: ShortWordCache.Key, at place: UnsafeMutableRawPointer, isFound: inout Bool
        ) -> TokenID {
            let pair = UnsafeRawPointer(place)
            let first = (pair.load(as: UInt64.self), pair.load(fromByteOffset: 8, as: UInt64.self))
            let second = (
                pair.load(fromByteOffset: 16, as: UInt64.self), pair.load(fromByteOffset: 24, as: UInt64.self)
            )
            // Zero where the places hold the word. Nothing here branches: what is found cannot be foretold.
            let atFirst = (first.0 ^ key.low) | (first.1 ^ key.high) << 32
            let atSecond = (second.0 ^ key.low) | (second.1 ^ key.high) << 32
            isFound = min(atFirst, atSecond) | key.high >> 32 == 0
            return TokenID(truncatingIfNeeded: (atFirst == 0 ? first.1 : second.1) >> 32)
        }

        /// Remembers the token of a word; words of more than 12 bytes are not remembered.
        ///
        /// The word that was remembered last but one at its place is forgotten.
        @inline(__always)
        func insert(_ key: ShortWordCache.Key, _ id: TokenID) {
            guard key.high >> 32 == 0, key.low != 0 else { return }
            let pair = place(of: key)
            let (low, high) = (pair.load(as: UInt64.self), pair.load(fromByteOffset: 8, as: UInt64.self))
            // A word that comes twice in a block is looked up, and remembered, twice.
            if low == key.low, (high ^ key.high) << 32 == 0 { return }
            pair.storeBytes(of: low, toByteOffset: 16, as: UInt64.self)
            pair.storeBytes(of: high, toByteOffset: 24, as: UInt64.self)
            pair.storeBytes(of: key.low, as: UInt64.self)
            pair.storeBytes(of: key.high | UInt64(id) << 32, toByteOffset: 8, as: UInt64.self)
        }

        /// Where a word is if it is there.
        @inline(__always)
        func place(of key: ShortWordCache.Key) -> UnsafeMutableRawPointer {
            let mixed = key.low &* 0x9E37_79B9_7F4A_7C15 ^ key.high &* 0xE703_7ED1_A0B4_28DB
            let hash = (mixed ^ mixed >> 32) &* 0x8EBC_6AF0_9C88_C6E3
            return start + Int(truncatingIfNeeded: hash >> (64 - RecentTokens.pairBits))
                &* RecentTokens.pairBytes
        }
    }
}
