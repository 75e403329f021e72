internal import TesseraCore

/// A causal model that babbles: its scores follow from the last two tokens and a seed.
///
/// It reads trees of drafts as an engine model does, so the verifier can be tried without a model at hand.
struct BabblingModel: BatchCausalModel {
    static let letterCount = 6
    static let endOfText = TokenID(letterCount)

    static let vocabularySize = letterCount + 1

    let seed: UInt64
    var vocabularySize: Int { Self.vocabularySize }
    var contextLength: Int { 128 }

    final class Cache: CausalCache {
        /// The tokens, and the place that each one follows; -1 for the first.
        fileprivate var tokens: [TokenID] = []
        fileprivate var parents: [Int] = []
        let capacity: Int
        var count: Int { tokens.count }

        fileprivate init(capacity: Int) { self.capacity = capacity }

        func truncate(to count: Int) {
            guard count < tokens.count else { return }
            tokens.removeSubrange(max(0, count)...)
            parents.removeSubrange(max(0, count)...)
        }

        func keep(_ rows: [Int], from base: Int) {
            tokens = tokens.prefix(base) + rows.map { tokens[base + $0] }
            parents = Array(-1..<tokens.count - 1)
        }
    }

    func makeCache(capacity: Int) -> Cache { Cache(capacity: capacity) }

    func makeCache(copying original: Cache, capacity: Int) -> Cache {
        let cache = Cache(capacity: capacity)
        (cache.tokens, cache.parents) = (original.tokens, original.parents)
        return cache
    }

    var cacheUse: CacheUse {
        CacheUse(pageTokens: 1, pageBytes: 1, byteLimit: nil, heldBytes: 0, idleBytes: 0)
    }

    func read(_ tokens: [TokenID], cache: Cache, rows: LogitRows, logits: inout [Float]) throws(LocatedError)
    {
        do throws(BatchReadError) {
            try read([BatchItem(cache: cache, tokens: tokens, rows: rows)], logits: &logits)
        } catch {
            throw error.cause
        }
    }

    func read(_ items: [BatchItem<Cache>], logits: inout [Float]) throws(BatchReadError) {
        logits.removeAll(keepingCapacity: true)
        for item in items {
            let base = item.cache.count
            for (index, token) in item.tokens.enumerated() {
                let parent = base + (item.parents?[index] ?? index - 1)
                item.cache.tokens.append(token)
                item.cache.parents.append(parent)
                if item.rows == .all || (item.rows == .last && index == item.tokens.count - 1) {
                    logits += scores(after: token, parent < 0 ? 99 : item.cache.tokens[parent])
                }
            }
        }
    }

    private func scores(after last: TokenID, _ before: TokenID) -> [Float] {
        let random = CounterRandom(seed: seed)
        return (0..<vocabularySize).map { token in
            let height: Float = token == Int(Self.endOfText) ? 4 : 6
            return height * Float(random.uniform(at: token, stream: UInt64(last) * 100 + UInt64(before)))
        }
    }
}

/// Its tokenizer: letters, and an end.
struct LetterTokenizer: Tokenizer {
    var vocabularySize: Int { BabblingModel.vocabularySize }
    var specialTokens: SpecialTokens { SpecialTokens(endOfText: [BabblingModel.endOfText]) }

    func encode(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        ids += text.compactMap { byte in
            (97..<103).contains(byte) ? TokenID(byte - 97) : nil
        }
    }

    func bytes(of id: TokenID) -> [UInt8] { id < BabblingModel.endOfText ? [UInt8(97 + id)] : [] }
    func spelling(of id: TokenID) -> String? { String(decoding: bytes(of: id), as: UTF8.self) }
    func id(ofSpelling spelling: String) -> TokenID? { encode(spelling).first }
}
