internal import TesseraCore

/// For words that encode to one token, the token.
///
/// An open-addressing table of slots of 16 bytes, so that a look-up takes one cache line. For words of up to 12 bytes
/// a slot holds the bytes with zeros behind, then the token plus one; for longer ones a hash of the bytes, and what it
/// finds must be compared. A slot of zeros is free.
final class WholeTokenTable: Sendable {
    /// The longest word whose bytes fit.
    static let longestKey = 12
    /// The longest word.
    static let longestWord = 255

    private let longestSpelling: Int
    private let slots: FixedTable<UInt64>
    private let shift: UInt64
    private let seed = UInt64.random(in: .min ... .max) | 1
    private let hash = TableHash()

    /// Stands where the last four of twelve bytes would; no text has such bytes.
    private static let hashed: UInt64 = 0xFFFF_FFFF

    /// A table that knows no word.
    init() {
        longestSpelling = 0
        slots = FixedTable(count: 4)
        shift = 63
    }

    /// The table of the tokens of `vocabulary` for which `isWhole` holds.
    init(_ vocabulary: Vocabulary, _ alphabet: ByteAlphabet, isWhole: (TokenID) -> Bool) {
        var bits: UInt64 = 4
        while 1 << bits < vocabulary.count + vocabulary.count / 4 { bits += 1 }
        slots = FixedTable(count: 2 << bits)
        shift = 64 - bits
        var longest = 0
        var bytes = [UInt8](repeating: 0, count: Self.longestWord)
        let slots = slots
        let (shift, seed, hash) = (shift, seed, hash)
        bytes.withUnsafeMutableBufferPointer { buffer in
            guard let bytes = buffer.baseAddress else { return }
            for id in 0..<vocabulary.count {
                longest = max(longest, vocabulary.spellingLength(of: id))
                guard isWhole(TokenID(truncatingIfNeeded: id)) else { continue }
                let count = vocabulary.withSpelling(of: id) {
                    alphabet.bytes(of: $0, into: bytes, room: buffer.count)
                }
                guard count > 0 else { continue }
                var key = ShortWordCache.Key.none
                if count <= Self.longestKey, bytes[count - 1] != 0 {
                    key = ShortWordCache.Key(bytes, count: count)
                } else {
                    key = Self.key(ofHash: hash(bytes, count: count))
                }
                var slot = Self.place(of: key, seed, shift)
                while slots[slot + 1] != 0 { slot = (slot + 2) & (slots.count - 1) }
                slots[slot] = key.low
                slots[slot + 1] = key.high | UInt64(id + 1) << 32
            }
        }
        longestSpelling = longest
    }

    /// The key by which a word is looked up that has only a hash.
    @inline(__always)
    static func key(ofHash hash: UInt64) -> ShortWordCache.Key { ShortWordCache.Key(low: hash, high: hashed) }

    /// Calls `body` with a view for many look-ups.
    @inline(__always)
    func withView<Result>(_ body: (View) -> Result) -> Result {
        withExtendedLifetime(slots) {
            body(
                View(
                    longestSpelling: longestSpelling, slots: UnsafePointer(slots.elements),
                    mask: slots.count - 2, shift: shift, seed: seed, hash: hash))
        }
    }

    /// The table's memory, free of reference counting.
    struct View {
        /// The most bytes with which a token of the vocabulary is spelled.
        let longestSpelling: Int

        fileprivate let slots: UnsafePointer<UInt64>
        fileprivate let mask: Int
        fileprivate let shift: UInt64
        fileprivate let seed: UInt64
        fileprivate let hash: TableHash

        /// The token of the word with this key, if it is one and has no more than `longestKey` bytes.
        @inline(__always)
        func token(_ key: ShortWordCache.Key) -> TokenID? { key.high < hashed ? find(key) : nil }

        /// Where the look-up of `key` begins: to ask for it ahead of its use.
        @inline(__always)
        func firstSlot(of key: ShortWordCache.Key) -> UnsafePointer<UInt64> {
            slots + place(of: key, seed, shift)
        }

        /// The hash of a word that has no key.
        @inline(__always)
        func hash(_ start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
            hash(UnsafeRawPointer(start), count: count)
        }

        /// The token that the word with this hash may be, the only one, if it was hashed.
        @inline(__always)
        func likelyToken(hash: UInt64) -> TokenID? { find(key(ofHash: hash)) }

        @inline(__always)
        private func find(_ key: ShortWordCache.Key) -> TokenID? {
            var slot = place(of: key, seed, shift)
            while true {
                let high = slots[slot + 1]
                if high == 0 { return nil }
                if slots[slot] == key.low, high & 0xFFFF_FFFF == key.high {
                    return UInt32(truncatingIfNeeded: high >> 32) - 1
                }
                slot = (slot + 2) & mask
            }
        }
    }

    @inline(__always)
    fileprivate static func place(of key: ShortWordCache.Key, _ seed: UInt64, _ shift: UInt64) -> Int {
        let product = (key.low ^ seed).multipliedFullWidth(by: key.high ^ 0x9E37_79B9_7F4A_7C15)
        let mixed = (product.high ^ product.low) &* 0xE703_7ED1_A0B4_28DB
        return Int(truncatingIfNeeded: mixed >> shift) << 1
    }
}

extension ByteAlphabet {
    /// Writes the bytes that `spelling` stands for, if they are 1 to `room` and all are spelled with the alphabet.
    ///
    /// - Returns: how many there are; zero when that does not hold.
    @inline(__always)
    fileprivate func bytes(
        of spelling: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>, room: Int
    ) -> Int {
        var position = 0
        var count = 0
        while position < spelling.count {
            guard count < room, let (byte, length) = byte(at: position, of: spelling) else { return 0 }
            output[count] = byte
            count += 1
            position += length
        }
        return count
    }

    /// Whether `spelling` stands for the `count` bytes at `start`.
    func isSpelling(_ spelling: UnsafeRawBufferPointer, of start: UnsafePointer<UInt8>, count: Int) -> Bool {
        var position = 0
        for index in 0..<count {
            guard position < spelling.count, let (byte, length) = byte(at: position, of: spelling),
                byte == start[index]
            else { return false }
            position += length
        }
        return position == spelling.count
    }
}
