/// A causal model that reads tokens of several texts in one pass.
///
/// A pass over many rows costs little more than one over a single row as long as it waits for the weights, so
/// a server reads the next token of all its texts together, and a speculative method a whole tree of drafts.
public protocol BatchCausalModel: CausalModel {
    /// Reads the tokens of every item after those in its cache and writes the rows of logits that they ask for.
    ///
    /// A row has the same bits whatever it is read with.
    ///
    /// - Parameters:
    ///   - items: texts with caches of this model, no cache twice. Nothing happens when there are none.
    ///   - logits: replaced by `[rows, vocabularySize]`, the rows of the first item first; storage is reused.
    /// - Throws: `BatchReadError`; every cache is then as it was.
    func read(_ items: [BatchItem<Cache>], logits: inout [Float]) throws(BatchReadError)

    /// Makes a cache with room for `capacity` tokens that holds what `original` holds.
    ///
    /// The two share memory until one of them changes what they share.
    ///
    /// - Throws: `LocatedError` when `capacity` is below `original.count` or not in `1...contextLength`.
    func makeCache(copying original: Cache, capacity: Int) throws(LocatedError) -> Cache

    /// The memory that the caches of this model take now.
    var cacheUse: CacheUse { get }
}

/// Some tokens of one text, to be read after those in its cache.
public struct BatchItem<Cache: CausalCache> {
    /// The text read so far; grows by `tokens.count`.
    public var cache: Cache

    /// At least one id, each below the model's `vocabularySize`.
    public var tokens: [TokenID]

    /// What each token follows: nil when they follow each other in a line.
    ///
    /// Otherwise token i follows `tokens[parents[i]]`, or the text in the cache when `parents[i]` is -1, and sees
    /// the text, what it follows, and itself: a tree of drafts. Parents come before their children, so
    /// `parents[i]` is in `-1 ..< i`.
    ///
    /// Call `keep(_:from:)` or `truncate(to:)` on the cache before more is read: a text cannot go on from two ends.
    public var parents: [Int]?

    /// Which tokens get a row of logits, in the order of `tokens`.
    public var rows: LogitRows

    /// Creates an item.
    public init(cache: Cache, tokens: [TokenID], parents: [Int]? = nil, rows: LogitRows = .last) {
        self.cache = cache
        self.tokens = tokens
        self.parents = parents
        self.rows = rows
    }
}

/// Why a batch was not read.
public struct BatchReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller may do about it.
    public enum Reason: Hashable, Sendable {
        /// There is no memory for this many more tokens now: read fewer, or release caches and try again.
        case exhausted

        /// The item at this index can never be read like this; the others can without it.
        case item(Int)

        /// What is to be observed is not there; see `LayeredCausalModel`.
        case request
    }

    /// What a caller may do about it.
    public var reason: Reason

    /// What is wrong, for people.
    public var cause: LocatedError

    /// Creates an error.
    public init(_ reason: Reason, _ cause: LocatedError) {
        self.reason = reason
        self.cause = cause
    }

    /// The cause on one line.
    public var description: String { cause.description }
}

/// The memory that the caches of a model take, in pages of a fixed number of tokens.
public struct CacheUse: Hashable, Sendable {
    /// The tokens that a page has room for.
    public var pageTokens: Int

    /// The bytes of a page.
    public var pageBytes: Int

    /// The most bytes that all pages may take together; nil when there is no limit.
    public var byteLimit: Int?

    /// The bytes of the pages that texts hold; a page that several hold counts once.
    public var heldBytes: Int

    /// The bytes of pages that no text holds, kept for texts that begin alike until room is needed.
    public var idleBytes: Int

    /// Creates a measurement.
    public init(pageTokens: Int, pageBytes: Int, byteLimit: Int?, heldBytes: Int, idleBytes: Int) {
        self.pageTokens = pageTokens
        self.pageBytes = pageBytes
        self.byteLimit = byteLimit
        self.heldBytes = heldBytes
        self.idleBytes = idleBytes
    }
}
