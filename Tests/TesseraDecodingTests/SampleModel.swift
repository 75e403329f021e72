import Synchronization
import TesseraCore

/// A causal model that is a function of the tokens read so far, for tests.
///
/// Counts the tokens it is given and holds its caches to the protocol: growth, capacity, truncation, and no reading on
/// from the branches of a draft tree.
final class SampleModel: BatchCausalModel {
    let vocabularySize: Int
    let contextLength: Int
    private let logits: @Sendable (ArraySlice<TokenID>) -> [Float]
    private let count = Mutex(0)

    final class Cache: CausalCache {
        fileprivate(set) var tokens: [TokenID] = []
        /// The token that each one follows; -1 for the first.
        fileprivate var parents: [Int] = []
        let capacity: Int
        var count: Int { tokens.count }

        /// Whether the tokens are those of one text, in order.
        fileprivate var isLine: Bool { parents.enumerated().allSatisfy { $1 == $0 - 1 } }

        /// The text that ends with the token at `index`.
        fileprivate func line(to index: Int) -> [TokenID] {
            var (line, index): ([TokenID], Int) = ([], index)
            while index >= 0 {
                line.append(tokens[index])
                index = parents[index]
            }
            return line.reversed()
        }

        init(capacity: Int) {
            self.capacity = capacity
        }

        func truncate(to count: Int) {
            guard count < tokens.count else { return }
            tokens.removeSubrange(max(0, count)...)
            parents.removeSubrange(max(0, count)...)
        }

        /// Only for a path of the tree that was read last.
        func keep(_ rows: [Int], from base: Int) {
            let kept = rows.map { tokens[base + $0] }
            let isPath = zip(rows, [-1] + rows).allSatisfy { row, before in
                parents[base + row] == (before < 0 ? base - 1 : base + before)
            }
            tokens = tokens.prefix(base) + kept
            parents = isPath ? Array(-1..<(tokens.count - 1)) : parents.prefix(base) + kept.map { _ in -1 }
        }
    }

    /// Creates a model whose scores after some tokens are `logits(tokens)`.
    init(
        vocabularySize: Int, contextLength: Int = 64,
        logits: @escaping @Sendable (ArraySlice<TokenID>) -> [Float]
    ) {
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.logits = logits
    }

    /// The tokens read in all calls together.
    var readCount: Int { count.withLock { $0 } }

    func makeCache(capacity: Int) throws(LocatedError) -> Cache {
        guard (1...contextLength).contains(capacity) else {
            throw LocatedError(problem: "capacity \(capacity)")
        }
        return Cache(capacity: capacity)
    }

    var cacheUse: CacheUse {
        CacheUse(pageTokens: 1, pageBytes: 1, byteLimit: nil, heldBytes: 0, idleBytes: 0)
    }

    func makeCache(copying original: Cache, capacity: Int) throws(LocatedError) -> Cache {
        let copy = try makeCache(capacity: capacity)
        copy.tokens = original.tokens
        copy.parents = original.parents
        return copy
    }

    func read(
        _ tokens: [TokenID], cache: Cache, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        do throws(BatchReadError) {
            try read([BatchItem(cache: cache, tokens: tokens, rows: rows)], logits: &logits)
        } catch {
            throw error.cause
        }
    }

    func read(_ items: [BatchItem<Cache>], logits: inout [Float]) throws(BatchReadError) {
        for (index, item) in items.enumerated() {
            let tokens = item.tokens
            func refuse(_ problem: String) -> BatchReadError {
                BatchReadError(.item(index), LocatedError(problem: problem))
            }
            guard !tokens.isEmpty, tokens.allSatisfy({ Int($0) < vocabularySize }) else {
                throw refuse("no tokens, or an id out of range")
            }
            guard item.cache.count + tokens.count <= item.cache.capacity else {
                throw refuse("the cache is full")
            }
            guard item.cache.isLine else { throw refuse("the text ends in branches") }
            if let parents = item.parents {
                guard parents.count == tokens.count,
                    parents.enumerated().allSatisfy({ (-1..<$0).contains($1) })
                else { throw refuse("no tree") }
            }
        }
        logits.removeAll(keepingCapacity: true)
        for item in items {
            let base = item.cache.count
            for (index, token) in item.tokens.enumerated() {
                item.cache.tokens.append(token)
                let parent = item.parents?[index] ?? index - 1
                item.cache.parents.append(base + parent)
                let isWanted = item.rows == .all || (item.rows == .last && index == item.tokens.count - 1)
                if isWanted { logits += self.logits(item.cache.line(to: base + index)[...]) }
            }
        }
        let rows = items.reduce(0) { $0 + $1.tokens.count }
        count.withLock { $0 += rows }
    }

    /// A model that says `script` after a prompt of `promptCount` tokens and then its last token for ever.
    static func saying(
        _ script: [TokenID], afterPromptOf promptCount: Int, vocabularySize: Int = 257,
        contextLength: Int = 64
    ) -> SampleModel {
        SampleModel(vocabularySize: vocabularySize, contextLength: contextLength) { tokens in
            var row = Array(repeating: Float(0), count: vocabularySize)
            let step = max(0, tokens.count - promptCount)
            row[Int(script[min(step, script.count - 1)])] = 10
            return row
        }
    }

    /// A model with random scores that depend on the last two tokens.
    static func random(vocabularySize: Int = 257, contextLength: Int = 64, seed: UInt64 = 1) -> SampleModel {
        SampleModel(vocabularySize: vocabularySize, contextLength: contextLength) { tokens in
            let key = tokens.suffix(2).reduce(1) { $0 &* 1_009 &+ UInt64($1) }
            let random = CounterRandom(seed: seed)
            return (0..<vocabularySize).map { Float(random.uniform(at: $0, stream: key)) * 8 }
        }
    }
}

/// Bytes as tokens, and pieces of several bytes from 257 on; 256 ends a text.
struct SampleTokenizer: Tokenizer {
    var pieces: [[UInt8]] = []
    var specialTokens = SpecialTokens(endOfText: [256])

    var vocabularySize: Int { 257 + pieces.count }

    func encode(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        ids += text.map(TokenID.init)
    }

    func bytes(of id: TokenID) -> [UInt8] {
        switch id {
        case 0..<256: [UInt8(id)]
        case 257..<TokenID(vocabularySize): pieces[Int(id) - 257]
        default: []
        }
    }

    func spelling(of id: TokenID) -> String? { id < vocabularySize ? "\(id)" : nil }

    func id(ofSpelling spelling: String) -> TokenID? { TokenID(spelling) }
}

extension CounterRandom {
    /// A number in `0..<count` for `position`.
    func index(below count: Int, at position: Int, stream: UInt64 = 0) -> Int {
        Int(bits(at: position, stream: stream) % UInt64(count))
    }
}
