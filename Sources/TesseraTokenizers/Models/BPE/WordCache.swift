internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The tokens of short words merged before: a direct-mapped table of cache lines.
///
/// A word of up to 23 bytes with up to 8 tokens fits; what shares a slot replaces what was there. Memory comes
/// from `calloc`, so that pages cost nothing until a word lands in them.
struct WordCache: ~Copyable {
    /// The longest word that fits, in bytes.
    static let longestWord = 23
    /// The most tokens that fit.
    static let mostTokens = 8

    private static let slotBits: UInt64 = 14

    /// A word as three numbers: its bytes, zeros, and its length in the last byte.
    struct Key {
        var first: UInt64
        var second: UInt64
        var third: UInt64
    }

    /// One line of 64 bytes; a length of zero in the key marks it free.
    private struct Line {
        var key: Key
        var count: UInt32
        var padding: UInt32
        var ids: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
    }

    private let memory: UnsafeMutableRawPointer?

    init() {
        memory = calloc(1 << Int(Self.slotBits), MemoryLayout<Line>.stride)
    }

    deinit { free(memory) }

    /// The key of the `count` bytes at `start`, at most `longestWord`; `readable` bytes may be read there.
    @inline(__always)
    static func key(_ start: UnsafePointer<UInt8>, count: Int, readable: Int) -> Key {
        let raw = UnsafeRawPointer(start)
        var key = Key(first: 0, second: 0, third: UInt64(count) << 56)
        if readable >= 24 {
            key.first = raw.loadUnaligned(as: UInt64.self)
            if count <= 8 {
                key.first &= mask(count)
            } else {
                key.second = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                if count <= 16 {
                    key.second &= mask(count - 8)
                } else {
                    key.third |= raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self) & mask(count - 16)
                }
            }
        } else {
            withUnsafeMutableBytes(of: &key) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: count))
            }
        }
        return key
    }

    /// The bits of the first `count` bytes, 1 to 8.
    @inline(__always)
    private static func mask(_ count: Int) -> UInt64 { UInt64.max >> UInt64(64 - 8 * count) }

    /// The tokens of the word, or nil when it is not there.
    @inline(__always)
    func tokens(_ key: Key) -> UnsafeBufferPointer<TokenID>? {
        guard let memory else { return nil }
        let line = memory + slot(of: key)
        let first = line.load(as: UInt64.self)
        let second = line.load(fromByteOffset: 8, as: UInt64.self)
        let third = line.load(fromByteOffset: 16, as: UInt64.self)
        guard first == key.first, second == key.second, third == key.third else { return nil }
        let count = Int(line.load(fromByteOffset: 24, as: UInt32.self))
        return UnsafeBufferPointer(start: (line + 32).assumingMemoryBound(to: TokenID.self), count: count)
    }

    /// Remembers a word; does nothing when it has too many tokens.
    @inline(__always)
    func insert(_ key: Key, _ ids: UnsafePointer<TokenID>, count: Int) {
        guard let memory, count <= Self.mostTokens else { return }
        let line = memory + slot(of: key)
        line.storeBytes(of: key.first, as: UInt64.self)
        line.storeBytes(of: key.second, toByteOffset: 8, as: UInt64.self)
        line.storeBytes(of: key.third, toByteOffset: 16, as: UInt64.self)
        line.storeBytes(of: UInt32(truncatingIfNeeded: count), toByteOffset: 24, as: UInt32.self)
        (line + 32).copyMemory(from: ids, byteCount: 4 * count)
    }

    @inline(__always)
    private func slot(of key: Key) -> Int {
        let mixed =
            (key.first ^ key.second &* 0xE703_7ED1_A0B4_28DB ^ key.third &* 0x8EBC_6AF0_9C88_C6E3)
            &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> (64 - Self.slotBits)) << 6
    }
}
