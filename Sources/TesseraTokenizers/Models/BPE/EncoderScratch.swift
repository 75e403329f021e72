internal import Synchronization
internal import TesseraCore

/// The memory that encoding reuses from word to word and call to call: no word allocates.
///
/// Unchecked: one call of `encode` holds it at a time, handed over by `ScratchPool`.
package final class EncoderScratch: @unchecked Sendable {
    /// The words seen last, with their tokens.
    var cache = WordCache()
    /// The symbols of the word at hand.
    var symbols: [TokenID] = []
    /// Where each symbol starts in the word, in bytes.
    var starts: [UInt32] = []
    /// Where the last symbol ends.
    var symbolEnd = 0
    /// The list and heap for long words.
    var links = MergeLinks()
    /// The spelling of the word at hand.
    var spelling: [UInt8] = []
    /// The nodes of the Unigram model.
    var paths = PathMemory()
    /// What byte-level BPE needs.
    lazy var pieces = PieceMemory()
    /// How much text came before, as far as `WholeTokens` wants to know.
    var seenByteCount = 0

    /// The tokens of a short word.
    let ids: UnsafeMutablePointer<TokenID>
    /// The ranks of a short word's pairs.
    let ranks: UnsafeMutablePointer<UInt32>

    package init() {
        ids = .allocate(capacity: WordMerger.longestScan)
        ranks = .allocate(capacity: WordMerger.longestScan)
        ids.initialize(repeating: 0, count: WordMerger.longestScan)
        ranks.initialize(repeating: 0, count: WordMerger.longestScan)
    }

    deinit {
        ids.deallocate()
        ranks.deallocate()
    }

    /// Gives back what a word of megabytes took.
    func shrink() {
        if symbols.capacity > 1 << 16 {
            symbols = []
            starts = []
            links = MergeLinks()
        }
        paths.shrink()
    }
}

/// Scratch memory for as many calls as run at once; a few are kept.
final class ScratchPool: Sendable {
    private let idle = Mutex<[EncoderScratch]>([])
    private static let mostKept = 16

    /// Calls `body` with memory that nobody else uses.
    func withScratch<Result>(_ body: (EncoderScratch) -> Result) -> Result {
        let scratch = idle.withLock { $0.popLast() } ?? EncoderScratch()
        defer {
            scratch.shrink()
            idle.withLock { if $0.count < Self.mostKept { $0.append(scratch) } }
        }
        return body(scratch)
    }
}
