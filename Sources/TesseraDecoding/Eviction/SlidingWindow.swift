public import TesseraCore

/// Keeps the last tokens, and the first few as attention sinks.
///
/// Xiao et al., "Efficient streaming language models with attention sinks" (StreamingLLM), arXiv:2309.17453, section
/// 3.2, with four sinks. Without sinks it is a plain window, which fails as soon as the first tokens leave it.
///
/// Differs from the paper: tokens keep the positions that they were read at, where the paper counts positions anew
/// within the cache. So a text ends with the model's context, and no key is rotated twice.
public struct SlidingWindow: CachePolicy {
    /// How many of the first tokens stay.
    public var sinkCount: Int

    /// A window beside `sinkCount` of the first tokens.
    public init(sinkCount: Int = 0) { self.sinkCount = max(0, sinkCount) }

    /// The oldest that are no sinks.
    public func evicted(from entries: CacheEntries, keeping count: Int) -> [Int] {
        entries.lowest(keeping: count, first: min(sinkCount, max(0, count - 1)), areScored: false)
    }
}
