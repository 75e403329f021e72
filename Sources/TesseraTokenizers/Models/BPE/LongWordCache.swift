internal import TesseraCore

/// The tokens of words encoded before that `ShortWordCache` cannot hold: longer ones, and those of many tokens.
///
/// A table of lines of four places; each tells the hash of a word and where its bytes and tokens are. When the memory
/// for these is full, there is more of it; when it may not grow, everything is forgotten. Most texts have few such words,
/// and memory that is touched first takes as long as merging several.
///
/// Held by one `PieceMemory`, thus used by one call of `encode` at a time.
final class LongWordCache {
    /// The longest word that fits, in bytes.
    static let longestWord = 255

    /// The sizes that it takes: the logarithm of the number of lines, and the bytes for words and their tokens.
    private static let sizes: [(lineBits: UInt64, wordBytes: Int)] = [
        (9, 64 << 10), (12, 512 << 10), (14, 6 << 20),
    ]

    private struct Place {
        var hash: UInt64
        /// Where the tokens begin in `words`, the bytes behind them.
        var start: UInt32
        var byteCount: UInt16
        /// Zero: the place is free.
        var tokenCount: UInt16
    }

    private var places: ZeroedMemory?
    private var words: ZeroedMemory?
    private var size = 0
    private var lineBits = LongWordCache.sizes[0].lineBits
    private var used = 0

    init() {
        places = ZeroedMemory(byteCount: 64 << Int(Self.sizes[0].lineBits))
        words = ZeroedMemory(byteCount: Self.sizes[0].wordBytes)
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
        guard tokens > 0, count <= Self.longestWord, tokens <= count else { return }
        let bytes = 4 * tokens + (count + 3) / 4 * 4
        if used + bytes > Self.sizes[size].wordBytes { makeRoom() }
        guard let places, let words else { return }
        put(
            Place(
                hash: hash, start: UInt32(truncatingIfNeeded: used),
                byteCount: UInt16(truncatingIfNeeded: count), tokenCount: UInt16(truncatingIfNeeded: tokens)),
            in: places)
        (words.start + used).copyMemory(from: ids, byteCount: 4 * tokens)
        (words.start + used + 4 * tokens).copyMemory(from: start, byteCount: count)
        used += bytes
    }

    /// Writes a place in front of those of its line, the last of which is lost.
    private func put(_ place: Place, in places: ZeroedMemory) {
        let line = line(of: place.hash, places)
        for index in stride(from: 3, to: 0, by: -1) { line[index] = line[index - 1] }
        line[0] = place
    }

    /// Takes the next size, or forgets everything if there is none.
    private func makeRoom() {
        guard let places, let words else { return }
        let oldPlaces = places.start.assumingMemoryBound(to: Place.self)
        let oldCount = 4 << Int(lineBits)
        if size + 1 < Self.sizes.count, let newWords = ZeroedMemory(byteCount: Self.sizes[size + 1].wordBytes)
        {
            if let newPlaces = ZeroedMemory(byteCount: 64 << Int(Self.sizes[size + 1].lineBits)) {
                size += 1
                lineBits = Self.sizes[size].lineBits
                newWords.start.copyMemory(from: words.start, byteCount: used)
                // The last of a line first, so that its order is kept.
                for index in (0..<oldCount).reversed() where oldPlaces[index].tokenCount > 0 {
                    put(oldPlaces[index], in: newPlaces)
                }
                words.deallocate()
                places.deallocate()
                self.words = newWords
                self.places = newPlaces
                return
            }
            newWords.deallocate()
        }
        for index in 0..<oldCount { oldPlaces[index].tokenCount = 0 }
        used = 0
    }

    @inline(__always)
    private func line(of hash: UInt64, _ places: ZeroedMemory) -> UnsafeMutablePointer<Place> {
        places.start.assumingMemoryBound(to: Place.self) + Int(
            truncatingIfNeeded: hash >> (64 - lineBits)) << 2
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
