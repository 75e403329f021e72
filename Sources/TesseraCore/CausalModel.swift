/// A model that gives, for every token of a text, a score for each token that could come next.
///
/// Engine models and lab models conform alike, so drafts, early exit, eviction, exact bytes and attribution are
/// written once against this protocol.
public protocol CausalModel: Sendable {
    /// The keys and values of the tokens read so far.
    associatedtype Cache: CausalCache

    /// The number of scores in one row of logits.
    var vocabularySize: Int { get }

    /// The most tokens a cache may hold.
    var contextLength: Int { get }

    /// Makes an empty cache with room for `capacity` tokens.
    ///
    /// - Throws: `LocatedError` when `capacity` is not in `1...contextLength` or memory is refused.
    func makeCache(capacity: Int) throws(LocatedError) -> Cache

    /// Reads `tokens` after those already in `cache` and writes rows of logits.
    ///
    /// - Parameters:
    ///   - tokens: at least one id, each below `vocabularySize`.
    ///   - cache: grows by `tokens.count`; unchanged when this throws.
    ///   - rows: which tokens' logits are wanted.
    ///   - logits: replaced by `[rows, vocabularySize]`, row-major; storage is reused between calls.
    /// - Throws: `LocatedError` for an id out of range or a cache that is full.
    func read(_ tokens: [TokenID], cache: Cache, rows: LogitRows, logits: inout [Float]) throws(LocatedError)
}

/// Which tokens of a call to `CausalModel.read` get a row of logits.
public enum LogitRows: Hashable, Sendable {
    /// None: the call only fills the cache.
    case none

    /// The last token.
    case last

    /// Every token.
    case all
}

/// The state of a causal model between calls: one per text, used by one caller at a time.
public protocol CausalCache: AnyObject {
    /// The tokens held.
    var count: Int { get }

    /// The tokens it has room for.
    var capacity: Int { get }

    /// Forgets every token from position `count` on; does nothing when there are fewer.
    ///
    /// A cache that evicts tokens may forget more, so `count` is to be looked at afterwards.
    func truncate(to count: Int)

    /// Keeps, of the tokens held from `base` on, only those at `base + rows[0]`, `base + rows[1]`, …, in that order.
    ///
    /// They are then held at `base`, `base + 1`, …, and tokens read later follow the last of them and see them
    /// all. With the path that was accepted of a draft tree, the cache is as if only that path had been read.
    /// With any other choice the tokens keep the positions that they were read at, as eviction wants it.
    ///
    /// Rows must ascend; those that do not, and those that are not held, are left out.
    ///
    /// - Throws: `LocatedError` when what is moved shares memory with another text and there is none for a copy; the
    ///   cache is then as it was. Rows of a draft tree that was just read are never shared.
    func keep(_ rows: [Int], from base: Int) throws(LocatedError)

    /// Takes over what this model has read of `tokens` for other texts, as far as it is still in memory.
    ///
    /// Goes on after the tokens held, which must be the first of `tokens`; else nothing is taken. The last token
    /// is never taken over, since reading it gives the logits that are wanted.
    ///
    /// - Returns: the tokens held afterwards.
    func adopt(_ tokens: [TokenID]) -> Int
}

extension CausalCache {
    /// Takes nothing over: for models that share nothing between texts.
    public func adopt(_ tokens: [TokenID]) -> Int { count }
}
