public import TesseraCore

/// The tokens a model has read, with the cache that holds their keys and values.
///
/// Asked for the logits after some tokens, it keeps what the cache shares with them and reads only the rest:
/// the next turn of a chat costs its new tokens, not the whole conversation.
public struct ReadText<Model: CausalModel> {
    /// The model.
    public let model: Model

    /// The tokens in the cache.
    public private(set) var tokens: [TokenID] = []

    /// The most tokens it can hold.
    public let capacity: Int

    /// The keys and values of these tokens.
    public let cache: Model.Cache

    /// The tree that was read last, while the cache holds more of it than the text does.
    var open: OpenTree?

    /// A tree of drafts in the cache.
    struct OpenTree {
        /// Where it begins.
        let base: Int

        /// The rows of it that belong to the text.
        var rows: [Int]

        /// All of its rows.
        let size: Int
    }

    /// Tokens read between two looks at the cancellation.
    private static var blockSize: Int { 256 }

    /// The same where rows of all tokens are wanted: those of 64 take 13 MB with a vocabulary of 49,152.
    private static var wideBlockSize: Int { 64 }

    /// Creates an empty one.
    ///
    /// - Parameter capacity: the most tokens it may hold; nil for all of the model's context.
    /// - Throws: `LocatedError` when `capacity` is not in `1...contextLength` or memory is refused.
    public init(model: Model, capacity: Int? = nil) throws(LocatedError) {
        let capacity = capacity ?? model.contextLength
        guard (1...max(1, model.contextLength)).contains(capacity) else {
            throw LocatedError(
                field: "--context", problem: "\(capacity) tokens are outside 1...\(model.contextLength)",
                remedy: "give at most the \(model.contextLength) tokens that the model was trained for"
            )
        }
        self.model = model
        self.capacity = capacity
        cache = try model.makeCache(capacity: capacity)
    }

    /// Whether no further token can be read.
    public var isFull: Bool { tokens.count >= capacity }

    /// How many tokens of `text` need not be read again.
    ///
    /// At least one always is, because its logits are wanted.
    public func sharedCount(with text: [TokenID]) -> Int {
        var count = 0
        let most = min(tokens.count, text.count - 1)
        while count < most, tokens[count] == text[count] { count += 1 }
        return max(count, 0)
    }

    /// Makes the cache hold `text` and writes the logits after it.
    ///
    /// - Parameters:
    ///   - text: at least one token, at most `capacity`.
    ///   - logits: receives one row.
    /// - Returns: false when cancelled; the tokens read until then stay in the cache.
    /// - Throws: `LocatedError` when `text` is empty, too long or has an id out of range.
    public mutating func read(
        _ text: [TokenID], logits: inout [Float], cancellation: Cancellation = Cancellation(),
        progress: Progress = .ignored
    ) throws(LocatedError) -> Bool {
        try read(text, logits: &logits, rowsOfAll: false, cancellation: cancellation, progress: progress) {
            _, _ in
        }
    }

    /// Does the same, and tells of every block.
    ///
    /// - Parameters:
    ///   - rowsOfAll: whether the rows of every token are computed for `observe`; `logits` receives the last one.
    ///     Not for a model that evicts, to which the first rows are the end of the prompt.
    ///   - observe: receives the tokens of a block and the rows computed: those of all tokens, if asked for.
    mutating func read(
        _ text: [TokenID], logits: inout [Float], rowsOfAll: Bool, cancellation: Cancellation,
        progress: Progress, observe: ([TokenID], [Float]) -> Void
    ) throws(LocatedError) -> Bool {
        guard !text.isEmpty else {
            throw LocatedError(
                field: "prompt", problem: "it has no tokens",
                remedy: "give at least one character to go on from"
            )
        }
        guard text.count <= capacity else { throw Self.tooLong(text.count, capacity: capacity) }

        try settle()
        cache.truncate(to: sharedCount(with: text))
        let shared = cache.count  // one that evicts may have forgotten more
        tokens.removeSubrange(shared...)
        while tokens.count < text.count {
            if cancellation.isCancelled { return false }
            let end = min(tokens.count + (rowsOfAll ? Self.wideBlockSize : Self.blockSize), text.count)
            let block = Array(text[tokens.count..<end])
            let rows: LogitRows = rowsOfAll ? .all : (end == text.count ? .last : .none)
            try model.read(block, cache: cache, rows: rows, logits: &logits)
            tokens += block
            observe(block, logits)
            progress.report("reading the prompt", end - shared, of: text.count - shared, unit: "tokens")
        }
        if rowsOfAll { logits.removeFirst(max(0, logits.count - model.vocabularySize)) }
        return true
    }

    /// Reads one more token and writes the logits after it.
    ///
    /// - Throws: `LocatedError` when the cache is full or the id is out of range.
    public mutating func append(_ token: TokenID, logits: inout [Float]) throws(LocatedError) {
        try settle()
        try model.read([token], cache: cache, rows: .last, logits: &logits)
        tokens.append(token)
    }

    /// Counts a token that is in the cache.
    mutating func add(_ token: TokenID) { tokens.append(token) }

    /// Forgets the drafts that did not come true.
    mutating func settle() throws(LocatedError) {
        guard let tree = open else { return }
        // A line that was cut short needs no row moved.
        if tree.rows.count < tree.size { try cache.keep(tree.rows, from: tree.base) }
        open = nil
    }

    static func tooLong(_ count: Int, capacity: Int) -> LocatedError {
        LocatedError(
            field: "prompt", problem: "its \(count) tokens do not fit in the context of \(capacity)",
            remedy: "shorten it by \(count - capacity) tokens or use a model with a longer context"
        )
    }
}
