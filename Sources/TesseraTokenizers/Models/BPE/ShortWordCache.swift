internal import TesseraCore

/// The tokens of words of up to 15 bytes encoded before, as long as there are no more than eight.
///
/// A table of cache lines of two words of up to four tokens each, or one of up to eight. A new word takes the place in
/// front if that is free, else mostly the other: the words that come first in a text are the frequent ones. The table
/// grows when a quarter as many words as it has lines were pushed out, each of which must be merged again.
///
/// Held by one `PieceMemory`, thus used by one call of `encode` at a time.
final class ShortWordCache {
    /// The longest word that fits, in bytes.
    static let longestWord = 15
    /// The most tokens that fit.
    static let mostTokens = 8
    /// The most tokens of a word that takes half a line.
    private static let fewTokens = 4
    /// The count of a word with more tokens, which are elsewhere.
    static let manyTokens = 0xFF

    /// The sizes that the table takes: 64 KiB, 512 KiB, 2 MiB and 8 MiB.
    private static let lineBits = [10, 13, 15, 17]

    /// The bytes of a word and zeros behind; its last byte is not zero, so that words differ when their keys do.
    struct Key {
        var low: UInt64
        /// The top byte is zero.
        var high: UInt64

        /// The key of no word.
        static let none = Key(low: 0, high: 0)

        @inline(__always)
        var isNone: Bool { low | high == 0 }

        @inline(__always)
        init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }

        /// The key of the `count` bytes at `start`, 1 to 15, of which no more may be read.
        init(_ start: UnsafePointer<UInt8>, count: Int) {
            low = 0
            high = 0
            for index in 0..<min(count, 8) { low |= UInt64(start[index]) << UInt64(8 * index) }
            for index in 8..<max(count, 8) { high |= UInt64(start[index]) << UInt64(8 * index - 64) }
        }
    }

    /// Half a line: a key, the number of tokens in the top byte of its `high`, and the tokens; free when all zero.
    private struct Entry {
        var low: UInt64
        var high: UInt64
        var ids: SIMD4<TokenID>

        var isFree: Bool { low == 0 && high == 0 }

        /// Whether the word takes the whole line.
        var isWide: Bool { (UInt64(fewTokens + 1)...UInt64(mostTokens)).contains(high >> 56) }

        /// The second half of a wide word: a key that no text has, and the tokens.
        init(second ids: SIMD4<TokenID>) {
            self.init(low: .max, high: 0x00FF_FFFF_FFFF_FFFF, ids: ids)
        }

        init(low: UInt64, high: UInt64, ids: SIMD4<TokenID>) {
            self.low = low
            self.high = high
            self.ids = ids
        }
    }

    private var memory: ZeroedMemory?
    private var size = 0
    /// How many words were pushed out since the table grew.
    private var pushedOut = 0
    private let seed = UInt64.random(in: .min ... .max) | 1

    init() {
        memory = ZeroedMemory(byteCount: 64 << Self.lineBits[0])
    }

    deinit { memory?.deallocate() }

    /// The table's memory, free of reference counting; valid until the next `insert`.
    struct View {
        fileprivate let start: UnsafeMutableRawPointer
        fileprivate let shift: UInt64
        fileprivate let seed: UInt64

        /// Whether the table grew in between.
        @inline(__always)
        func differs(from other: View) -> Bool { shift != other.shift }

        /// Where the line of `key` is.
        @inline(__always)
        func line(of key: Key) -> UnsafeMutableRawPointer {
            let product = (key.low ^ seed).multipliedFullWidth(by: key.high ^ 0x9E37_79B9_7F4A_7C15)
            let mixed = (product.high ^ product.low) &* 0xE703_7ED1_A0B4_28DB
            return start + Int(truncatingIfNeeded: mixed &>> shift) &<< 6
        }

        /// Writes the tokens of the word, always four or eight of them, to `output`.
        ///
        /// - Returns: how many of them count; zero when the word is not there, `manyTokens` when they are elsewhere.
        @inline(__always)
        func copyTokens(_ key: Key, line: UnsafeMutableRawPointer, to output: UnsafeMutablePointer<TokenID>)
            -> Int
        {
            let line = UnsafeRawPointer(line)
            let first = difference(line, key)
            let second = difference(line + 32, key)
            // Which of the two it is cannot be foretold, so no branch asks.
            let place = line + (first == 0 ? 0 : 32)
            guard first == 0 || second == 0 else { return 0 }
            UnsafeMutableRawPointer(output).storeBytes(
                of: place.load(fromByteOffset: 16, as: SIMD4<TokenID>.self), as: SIMD4<TokenID>.self)
            let count = Int(truncatingIfNeeded: place.load(fromByteOffset: 15, as: UInt8.self))
            if count > fewTokens {
                UnsafeMutableRawPointer(output + fewTokens).storeBytes(
                    of: line.load(fromByteOffset: 48, as: SIMD4<TokenID>.self), as: SIMD4<TokenID>.self)
            }
            return count
        }

        @inline(__always)
        private func difference(_ place: UnsafeRawPointer, _ key: Key) -> UInt64 {
            (place.load(as: UInt64.self) ^ key.low)
                | ((place.load(fromByteOffset: 8, as: UInt64.self) ^ key.high) & 0x00FF_FFFF_FFFF_FFFF)
        }
    }

    /// A view for many look-ups; nil when there is no memory.
    var view: View? {
        memory.map { View(start: $0.start, shift: UInt64(64 - Self.lineBits[size]), seed: seed) }
    }

    /// Remembers a word that is not there.
    ///
    /// - Parameters:
    ///   - ids: its tokens, eight of which are read.
    ///   - count: how many there are, at most `mostTokens`, or `manyTokens`.
    func insert(_ key: Key, _ ids: UnsafePointer<TokenID>, count: Int) {
        guard let view else { return }
        let raw = UnsafeRawPointer(ids)
        let entry = Entry(
            low: key.low, high: key.high | UInt64(truncatingIfNeeded: count) << 56,
            ids: raw.loadUnaligned(as: SIMD4<TokenID>.self))
        let second = raw.loadUnaligned(fromByteOffset: 16, as: SIMD4<TokenID>.self)
        put(entry, Entry(second: second), view.line(of: key))
        if pushedOut > 1 << (Self.lineBits[size] - 2), size + 1 < Self.lineBits.count { grow() }
    }

    private func put(_ entry: Entry, _ second: Entry, _ line: UnsafeMutableRawPointer) {
        let places = line.assumingMemoryBound(to: Entry.self)
        if entry.isWide {
            if !places[0].isFree { pushedOut &+= 1 }
            places[0] = entry
            places[1] = second
        } else if places[0].isFree {
            places[0] = entry
        } else if places[1].isFree {
            places[1] = entry
        } else {
            pushedOut &+= 1
            if places[0].isWide {
                places[0] = entry
                places[1] = Entry(low: 0, high: 0, ids: SIMD4())
            } else {
                places[pushedOut & 7 == 0 ? 0 : 1] = entry
            }
        }
    }

    private func grow() {
        guard let old = memory, let new = ZeroedMemory(byteCount: 64 << Self.lineBits[size + 1]) else {
            return
        }
        let count = 2 << Self.lineBits[size]
        memory = new
        size += 1
        guard let view else { return }
        let entries = old.start.assumingMemoryBound(to: Entry.self)
        var index = 0
        while index < count {
            let entry = entries[index]
            if !entry.isFree {
                let key = Key(low: entry.low, high: entry.high & 0x00FF_FFFF_FFFF_FFFF)
                put(entry, entries[index | 1], view.line(of: key))
            }
            index += entry.isWide ? 2 : 1
        }
        pushedOut = 0
        old.deallocate()
    }
}
