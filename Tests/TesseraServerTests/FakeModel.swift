import Synchronization
import TesseraCore

/// A causal model that is a function of the tokens read so far, in pages of four tokens, which notes every pass.
final class FakeModel: BatchCausalModel {
    let vocabularySize: Int
    let contextLength: Int
    /// The most pages; nil for no limit.
    let pageLimit: Int?
    private let state = Mutex(State())
    private let beforePass: @Sendable () -> Void
    private let score: @Sendable (ArraySlice<TokenID>, Int) -> Float

    private struct State {
        var passes: [[Int]] = []
        var heldPages = 0
        var refusals = 0
    }

    final class Cache: CausalCache {
        fileprivate(set) var tokens: [TokenID] = []
        /// The token that each one follows, -1 for the first.
        fileprivate var parents: [Int] = []
        let capacity: Int
        private let release: (Int) -> Void
        var count: Int { tokens.count }

        init(capacity: Int, release: @escaping (Int) -> Void) {
            self.capacity = capacity
            self.release = release
        }

        deinit { release(FakeModel.pages(tokens.count)) }

        func truncate(to count: Int) {
            guard count < tokens.count else { return }
            release(FakeModel.pages(tokens.count) - FakeModel.pages(max(0, count)))
            tokens.removeSubrange(max(0, count)...)
            parents.removeSubrange(max(0, count)...)
        }

        /// Only for a path of the draft tree that was read last: with any other the text is no line any more.
        func keep(_ rows: [Int], from base: Int) {
            let pages = FakeModel.pages(tokens.count)
            let isPath = zip(rows, [-1] + rows).allSatisfy { row, before in
                parents[base + row] == base + before
            }
            tokens = tokens.prefix(base) + rows.map { tokens[base + $0] }
            parents = isPath ? Array(-1..<(tokens.count - 1)) : parents.prefix(base) + rows.map { _ in -1 }
            release(pages - FakeModel.pages(tokens.count))
        }

        /// Whether the tokens are those of one text, in order.
        fileprivate var isLine: Bool { parents.enumerated().allSatisfy { $1 == $0 - 1 } }

        /// The text that ends with the token at `index`.
        fileprivate func line(to index: Int) -> [TokenID] {
            if isLine { return Array(tokens[...index]) }
            var (line, index): ([TokenID], Int) = ([], index)
            while index >= 0 {
                line.append(tokens[index])
                index = parents[index]
            }
            return line.reversed()
        }
    }

    /// Creates a model whose score for a token after some tokens is a hash of them all, from 0 to 8.
    init(
        vocabularySize: Int = 257, contextLength: Int = 512, pageLimit: Int? = nil,
        score: @escaping @Sendable (ArraySlice<TokenID>, Int) -> Float = FakeModel.hashed,
        beforePass: @escaping @Sendable () -> Void = {}
    ) {
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.pageLimit = pageLimit
        self.beforePass = beforePass
        self.score = score
    }

    static func pages(_ tokens: Int) -> Int { (tokens + 3) / 4 }

    static func hashed(_ tokens: ArraySlice<TokenID>, _ id: Int) -> Float {
        var seed: UInt64 = 17
        for token in tokens { seed = seed &* 31 &+ UInt64(token) &+ 1 }
        return Float(CounterRandom(seed: seed).uniform(at: id) * 8)
    }

    /// Scores that depend on the last token alone and favour a few: texts that repeat themselves in other words.
    static func babbling(_ tokens: ArraySlice<TokenID>, _ id: Int) -> Float {
        guard let last = tokens.last else { return 0 }
        let step = (id + 257 - Int(last)) % 257
        return step == 1 || step == 254 ? 6 : step == 3 ? 5 : hashed(tokens.suffix(1), id) / 4
    }

    /// The number of tokens of every item of every pass.
    var passes: [[Int]] { state.withLock { $0.passes } }

    /// How often there were no pages for a pass.
    var refusals: Int { state.withLock { $0.refusals } }

    /// The pages that caches hold.
    var heldPages: Int { state.withLock { $0.heldPages } }

    /// Whether every page is given back within two seconds: the model's thread tells of a text's end a little before.
    func givesPagesBack() async -> Bool {
        for _ in 0..<200 where heldPages != 0 { try? await Task.sleep(for: .milliseconds(10)) }
        return heldPages == 0
    }

    var cacheUse: CacheUse {
        CacheUse(
            pageTokens: 4, pageBytes: 100, byteLimit: pageLimit.map { $0 * 100 }, heldBytes: heldPages * 100,
            idleBytes: 0)
    }

    func makeCache(capacity: Int) throws(LocatedError) -> Cache {
        guard (1...contextLength).contains(capacity) else {
            throw LocatedError(problem: "capacity \(capacity)")
        }
        return Cache(capacity: capacity) { [self] pages in state.withLock { $0.heldPages -= pages } }
    }

    func makeCache(copying original: Cache, capacity: Int) throws(LocatedError) -> Cache {
        let copy = try makeCache(capacity: capacity)
        copy.tokens = original.tokens
        copy.parents = original.parents
        state.withLock { $0.heldPages += Self.pages(copy.count) }
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
        beforePass()
        let new = items.reduce(0) {
            $0 + Self.pages($1.cache.count + $1.tokens.count) - Self.pages($1.cache.count)
        }
        for (index, item) in items.enumerated() {
            guard !item.tokens.isEmpty, item.tokens.allSatisfy({ Int($0) < vocabularySize }),
                item.cache.count + item.tokens.count <= item.cache.capacity, item.cache.isLine,
                item.parents?.enumerated().allSatisfy({ (-1..<$0).contains($1) }) ?? true
            else { throw BatchReadError(.item(index), LocatedError(problem: "item \(index) cannot be read")) }
        }
        let fits = state.withLock { state in
            if let pageLimit, state.heldPages + new > pageLimit {
                state.refusals += 1
                return false
            }
            state.heldPages += new
            state.passes.append(items.map(\.tokens.count))
            return true
        }
        guard fits else { throw BatchReadError(.exhausted, LocatedError(problem: "no pages")) }
        logits.removeAll(keepingCapacity: true)
        for item in items {
            let base = item.cache.count
            for (index, token) in item.tokens.enumerated() {
                item.cache.tokens.append(token)
                item.cache.parents.append(base + (item.parents?[index] ?? index - 1))
                let isWanted =
                    switch item.rows {
                    case .none: false
                    case .last: index == item.tokens.count - 1
                    case .all: true
                    }
                guard isWanted else { continue }
                let line = item.cache.line(to: base + index)
                for id in 0..<vocabularySize { logits.append(score(line[...], id)) }
            }
        }
    }
}
