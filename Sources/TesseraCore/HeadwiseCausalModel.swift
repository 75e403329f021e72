/// A causal model whose attention can be watched, and whose caches can keep other tokens in each key/value head: for
/// eviction.
public protocol HeadwiseCausalModel: LayeredCausalModel where Cache: HeadwiseCache {
    /// The key/value heads of each layer.
    var keyValueHeadCount: Int { get }

    /// How many tokens a layer looks back, the token itself included; nil for all.
    func attentionWindow(ofLayer layer: Int) -> Int?

    /// Reads `tokens` as `read(_:cache:rows:logits:)` does, with the same bits, and shows `observer` the attention of
    /// every token.
    ///
    /// Takes the time of another pass over the keys; `read(_:cache:rows:logits:)` itself never pays for it.
    func read(
        _ tokens: [TokenID], cache: Cache, rows: LogitRows, observer: any AttentionObserver,
        logits: inout [Float]
    ) throws(LocatedError)
}

/// A cache that can keep other tokens in each key/value head.
public protocol HeadwiseCache: CausalCache {
    /// The bytes of memory that it takes.
    var byteCount: Int { get }

    /// Gives up all but `count` entries of every head, for ever, and the memory of those given up.
    ///
    /// An entry is the key and value of a token in one layer and head. Those in the first `count` places stay, except
    /// where `moves` puts others in their place; the heads may so keep different tokens, but equally many. Keys stay
    /// rotated to the positions that they were read at, and tokens read later follow the last token read.
    ///
    /// Afterwards `truncate(to:)` takes back what is read from now on; cut below `count`, the cache holds nothing
    /// that could be named.
    ///
    /// - Parameter moves: for a layer and a head, which entries go where, one after the other.
    /// - Throws: `LocatedError` when a place is not there, or memory shared with another text must be copied and there
    ///   is none; the cache is then as it was.
    func compact(
        to count: Int, moving moves: (_ layer: Int, _ head: Int) -> [EntryMove]
    ) throws(LocatedError)
}

/// A move of an entry of a cache.
public struct EntryMove: Hashable, Sendable {
    /// The place it lies in.
    public var source: Int

    /// The place it goes to.
    public var target: Int

    /// Creates a move.
    public init(from source: Int, to target: Int) {
        self.source = source
        self.target = target
    }
}

/// Watches attention while a model reads.
public protocol AttentionObserver: AnyObject, Sendable {
    /// Whether the attention of a layer is wanted; asked before it is computed, and always answered alike.
    func watches(layer: Int) -> Bool

    /// Takes note of what one query sees.
    ///
    /// Called by several threads at once for different layers and key/value heads. The calls for one of these come one
    /// after the other and in the same order whatever the number of threads; the rows of a query head ascend.
    func observe(_ row: AttentionRow)
}

extension AttentionObserver {
    /// All layers are wanted.
    public func watches(layer: Int) -> Bool { true }
}

/// What one query sees of the entries that it may look at.
public struct AttentionRow {
    /// The layer, counted from 0.
    public let layer: Int

    /// The key/value head, counted from 0.
    public let head: Int

    /// The query head, counted from 0; several may share a key/value head.
    public let queryHead: Int

    /// The place of the query's token among those that the call read, counted from 0.
    public let index: Int

    /// The scaled product of the query with the key of each entry, its own last: what the softmax is taken of.
    ///
    /// Minus infinity outside of a window.
    public let logits: UnsafeBufferPointer<Float>

    /// Creates a row; `logits` must stay good for the call that it is given to.
    public init(
        layer: Int, head: Int, queryHead: Int, index: Int, logits: UnsafeBufferPointer<Float>
    ) {
        self.layer = layer
        self.head = head
        self.queryHead = queryHead
        self.index = index
        self.logits = logits
    }
}
