internal import TesseraCore

/// The memory in which `PieceEncoder` encodes a block of pieces, and the words that it remembers.
///
/// Held by one `EncoderScratch`, thus used by one call of `encode` at a time.
final class PieceMemory {
    /// The most pieces of a block: the more there are, the more words are merged in step.
    static let capacity = 1024

    /// How many words are merged at once.
    static let mergingCount = 16

    /// Where the pieces of a block start, and where the last one ends.
    let places: UnsafeMutablePointer<Int>
    /// Where the text was cut, before that is made into places.
    let cuts: UnsafeMutablePointer<MatchCursor.Cut>
    /// The tokens of the pieces that are known to be one.
    let tokens: UnsafeMutablePointer<TokenID>
    /// Their keys; zero for those that `shortWords` cannot hold.
    let keys: UnsafeMutablePointer<ShortWordCache.Key>
    /// Where their lines in the tables of words are.
    let lines: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// The numbers of the other pieces.
    let missing: UnsafeMutablePointer<Int>
    /// For each of those pieces, by its place among them, the hash of its bytes if it is longer than a key.
    let hashes: UnsafeMutablePointer<UInt64>
    /// For each of those pieces where its tokens are in `output`, and how many they are.
    let results: UnsafeMutablePointer<(start: Int, count: Int)>
    /// Which of those pieces must be merged.
    let merging: UnsafeMutablePointer<Int>
    /// The tokens of those pieces: at most one for each byte of a word that `longWords` may hold.
    let output: UnsafeMutablePointer<TokenID>
    /// The tokens of the block in their order, as long as they are not too many.
    let assembled: UnsafeMutablePointer<TokenID>
    static let assembledCount = 4096
    /// The words that are merged at once.
    let words: UnsafeMutablePointer<ShortWordMerger.Word>

    /// For each number of bytes below 16, the bits of a key that they take: `low` and `high`.
    let masks: UnsafeMutablePointer<ShortWordCache.Key>

    let recentTokens = RecentTokens()
    let shortWords = ShortWordCache()
    let longWords = LongWordCache()

    init() {
        places = .allocate(capacity: Self.capacity + 1)
        cuts = .allocate(capacity: 2 * LaneCutter.room)
        tokens = .allocate(capacity: Self.capacity + 4)
        keys = .allocate(capacity: Self.capacity + 1)
        lines = .allocate(capacity: Self.capacity)
        missing = .allocate(capacity: Self.capacity + 1)
        hashes = .allocate(capacity: Self.capacity)
        results = .allocate(capacity: Self.capacity)
        merging = .allocate(capacity: Self.capacity)
        output = .allocate(capacity: Self.capacity * LongWordCache.longestWord + ShortWordCache.mostTokens)
        assembled = .allocate(capacity: Self.assembledCount + 4)
        words = .allocate(capacity: Self.mergingCount)
        for index in 0..<Self.mergingCount { (words + index).initialize(to: ShortWordMerger.Word()) }
        masks = .allocate(capacity: 16)
        for count in 0..<16 {
            let bits = UInt64(8 * count)
            masks[count] = ShortWordCache.Key(
                low: count < 8 ? 1 << bits - 1 : .max, high: count < 8 ? 0 : 1 << (bits - 64) - 1)
        }
    }

    deinit {
        places.deallocate()
        cuts.deallocate()
        tokens.deallocate()
        keys.deallocate()
        lines.deallocate()
        missing.deallocate()
        output.deallocate()
        masks.deallocate()
        hashes.deallocate()
        results.deallocate()
        merging.deallocate()
        assembled.deallocate()
        for index in 0..<Self.mergingCount { words[index].deallocate() }
        words.deallocate()
    }
}
