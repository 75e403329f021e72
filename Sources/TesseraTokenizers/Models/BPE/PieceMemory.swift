internal import TesseraCore

/// The memory in which `PieceEncoder` encodes a block of pieces, and the words that it remembers.
///
/// Held by one `EncoderScratch`, thus used by one call of `encode` at a time.
final class PieceMemory {
    /// The most pieces of a block.
    static let capacity = 256

    /// The most tokens of a block before they are moved to where they belong.
    static let outputCapacity = 2048

    /// Where the pieces of the block start in the text.
    let starts: UnsafeMutablePointer<Int>
    /// Where they end.
    let ends: UnsafeMutablePointer<Int>
    /// Their keys; zero for those that `shortWords` cannot hold.
    let keys: UnsafeMutablePointer<ShortWordCache.Key>
    /// Where their lines in `shortWords` are.
    let lines: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// The numbers of the pieces that were not seen before.
    let missing: UnsafeMutablePointer<Int>
    /// The tokens of the block.
    let output: UnsafeMutablePointer<TokenID>
    /// What was loaded ahead of its use; never read.
    var touched: UInt64 = 0
    /// The symbols of the word at hand.
    let symbols = ShortWordMerger.Memory()

    /// For each number of bytes below 16, the bits of a key that they take: `low` and `high`.
    let masks: UnsafeMutablePointer<ShortWordCache.Key>

    let shortWords = ShortWordCache()
    let longWords = LongWordCache()

    init() {
        starts = .allocate(capacity: Self.capacity)
        ends = .allocate(capacity: Self.capacity)
        keys = .allocate(capacity: Self.capacity)
        lines = .allocate(capacity: Self.capacity)
        missing = .allocate(capacity: Self.capacity + 1)
        output = .allocate(capacity: Self.outputCapacity)
        masks = .allocate(capacity: 16)
        for count in 0..<16 {
            let bits = UInt64(8 * count)
            masks[count] = ShortWordCache.Key(
                low: count < 8 ? 1 << bits - 1 : .max, high: count < 8 ? 0 : 1 << (bits - 64) - 1)
        }
    }

    deinit {
        starts.deallocate()
        ends.deallocate()
        keys.deallocate()
        lines.deallocate()
        missing.deallocate()
        output.deallocate()
        masks.deallocate()
        symbols.deallocate()
    }
}
