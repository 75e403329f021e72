internal import TesseraCore

/// A causal model that is a function of the tokens read so far: for experiments whose truth is known.
final class FunctionModel: CausalModel {
    let vocabularySize: Int
    let contextLength = 4_096
    private let logits: @Sendable (ArraySlice<TokenID>) -> [Float]

    final class Cache: CausalCache {
        fileprivate(set) var tokens: [TokenID] = []
        let capacity: Int
        var count: Int { tokens.count }

        fileprivate init(capacity: Int) { self.capacity = capacity }

        func truncate(to count: Int) {
            if count < tokens.count { tokens.removeSubrange(max(0, count)...) }
        }

        func keep(_ rows: [Int], from base: Int) {
            let kept = rows.filter { (base..<tokens.count).contains(base + $0) }.map { tokens[base + $0] }
            tokens = tokens.prefix(base) + kept
        }
    }

    /// Makes a model whose scores after some tokens are `logits(tokens)`.
    init(vocabularySize: Int, logits: @escaping @Sendable (ArraySlice<TokenID>) -> [Float]) {
        self.vocabularySize = vocabularySize
        self.logits = logits
    }

    func makeCache(capacity: Int) throws(LocatedError) -> Cache { Cache(capacity: capacity) }

    func read(
        _ tokens: [TokenID], cache: Cache, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        logits.removeAll(keepingCapacity: true)
        for (index, token) in tokens.enumerated() {
            cache.tokens.append(token)
            if rows == .all || (rows == .last && index == tokens.count - 1) {
                logits += self.logits(cache.tokens[...])
            }
        }
    }
}
