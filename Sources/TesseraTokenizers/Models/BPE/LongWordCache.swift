internal import TesseraCore

/// The tokens of words encoded before that `ShortWordCache` cannot hold: longer ones, and those of many tokens.
///
/// A table of lines of four places; each tells the hash of a word and where its bytes and tokens are. When the memory
/// for these is full, everything is forgotten.
///
/// Held by one `PieceMemory`, thus used by one call of `encode` at a time.
final class LongWordCache {
    /// The longest word that fits, in bytes.
    static let longestWord = 255

    private static let lineBits: UInt64 = 14
    /// The bytes that words and their tokens take.
    private static let mostBytes = 6 << 20

    private struct Place {
        var hash: UInt64
        /// Where the tokens begin in `words`, the bytes behind them.
        var start: UInt32
        var byteCount: UInt16
        /// Zero: the place is free.
        var tokenCount: UInt16
    }

    private let places: ZeroedMemory?
    private let words: ZeroedMemory?
    private var used = 0

    init() {
        places = ZeroedMemory(byteCount: 64 << Int(Self.lineBits))
        words = ZeroedMemory(byteCount: Self.mostBytes)
    }

    deinit {
        places?.deallocate()
        words?.deallocate()
    }

    /// Where a word with this hash is, to ask for it ahead of its use; nil when there is no memory.
    @inline(__always)
    func line(of hash: UInt64) -> UnsafeRawPointer? {
        places.map { UnsafeRawPointer(line(of: hash, $0)) }
    }

    /// Writes the tokens of the `count` bytes at `start` to `output`, which has room for as many.
    ///
    /// - Parameter hash: any that is always the same for the same bytes.
    /// - Returns: how many there are; zero when the word is not there.
    func copyTokens(
        _ start: UnsafePointer<UInt8>, count: Int, hash: UInt64, to output: UnsafeMutablePointer<TokenID>
    ) -> Int {
        guard let places, let words else { return 0 }
        let line = self.line(of: hash, places)
        for index in 0..<4
        where line[index].hash == hash && Int(line[index].byteCount) == count && line[index].tokenCount > 0 {
            let tokens = Int(line[index].tokenCount)
            let place = words.start + Int(line[index].start)
            guard Self.equal(place + 4 * tokens, start, count: count) else { continue }
            UnsafeMutableRawPointer(output).copyMemory(from: place, byteCount: 4 * tokens)
            return tokens
        }
        return 0
    }

    /// Remembers a word that is not there.
    func insert(
        _ start: UnsafePointer<UInt8>, count: Int, hash: UInt64, _ ids: UnsafePointer<TokenID>, tokens: Int
    ) {
        guard let places, let words, tokens > 0, count <= Self.longestWord, tokens <= count else { return }
        let bytes = 4 * tokens + (count + 3) / 4 * 4
        if used + bytes > Self.mostBytes { forget(places) }
        let line = self.line(of: hash, places)
        for index in stride(from: 3, to: 0, by: -1) { line[index] = line[index - 1] }
        line[0] = Place(
            hash: hash, start: UInt32(truncatingIfNeeded: used), byteCount: UInt16(truncatingIfNeeded: count),
            tokenCount: UInt16(truncatingIfNeeded: tokens))
        (words.start + used).copyMemory(from: ids, byteCount: 4 * tokens)
        (words.start + used + 4 * tokens).copyMemory(from: start, byteCount: count)
        used += bytes
    }

    private func forget(_ places: ZeroedMemory) {
        let all = places.start.assumingMemoryBound(to: Place.self)
        for index in 0..<(4 << Int(Self.lineBits)) { all[index].tokenCount = 0 }
        used = 0
    }

    @inline(__always)
    private func line(of hash: UInt64, _ places: ZeroedMemory) -> UnsafeMutablePointer<Place> {
        places.start.assumingMemoryBound(to: Place.self) + Int(
            truncatingIfNeeded: hash >> (64 - Self.lineBits)) << 2
    }

    @inline(__always)
    private static func equal(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, count: Int) -> Bool {
        var position = 0
        while position + 8 <= count {
            let leftWord = left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            if leftWord != right.loadUnaligned(fromByteOffset: position, as: UInt64.self) { return false }
            position += 8
        }
        while position < count {
            let byte = left.load(fromByteOffset: position, as: UInt8.self)
            if byte != right.load(fromByteOffset: position, as: UInt8.self) { return false }
            position += 1
        }
        return true
    }
}
