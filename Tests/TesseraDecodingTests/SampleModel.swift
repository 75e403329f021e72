import Synchronization
import TesseraCore

/// A causal model that is a function of the tokens read so far, for tests.
///
/// Counts the tokens it is given and holds its caches to the protocol: growth, capacity, truncation.
final class SampleModel: CausalModel {
    let vocabularySize: Int
    let contextLength: Int
    private let logits: @Sendable (ArraySlice<TokenID>) -> [Float]
    private let count = Mutex(0)

    final class Cache: CausalCache {
        fileprivate(set) var tokens: [TokenID] = []
        let capacity: Int
        var count: Int { tokens.count }

        init(capacity: Int) {
            self.capacity = capacity
        }

        func truncate(to count: Int) {
            if count < tokens.count { tokens.removeSubrange(max(0, count)...) }
        }

        func keep(_ rows: [Int], from base: Int) {
            let kept = rows.filter { (base..<tokens.count).contains(base + $0) }.map { tokens[base + $0] }
            tokens = tokens.prefix(base) + kept
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

    func read(
        _ tokens: [TokenID], cache: Cache, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        guard !tokens.isEmpty, tokens.allSatisfy({ Int($0) < vocabularySize }) else {
            throw LocatedError(problem: "no tokens, or an id out of range")
        }
        guard cache.count + tokens.count <= cache.capacity else {
            throw LocatedError(problem: "the cache is full")
        }
        logits.removeAll(keepingCapacity: true)
        for (index, token) in tokens.enumerated() {
            cache.tokens.append(token)
            let isWanted = rows == .all || (rows == .last && index == tokens.count - 1)
            if isWanted { logits += self.logits(cache.tokens[...]) }
        }
        count.withLock { $0 += tokens.count }
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
