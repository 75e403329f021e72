import TesseraCore
import TesseraDecoding
import TesseraTestSupport
import Testing

@Suite("cache policies")
struct CachePolicyTests {
    /// Entries at `positions` with `scores`, in any order.
    private func entries(_ positions: [Int], _ scores: [Float]) -> CacheEntries {
        var entries = CacheEntries()
        entries.append(0..<positions.count)
        entries.positions = positions.map(Int32.init)
        entries.scores = scores
        return entries
    }

    private func score(
        _ logits: [Float], with policy: any CachePolicy, step: Int = 0, layer: Int = 0, queryHead: Int = 0,
        in entries: inout CacheEntries
    ) {
        logits.withUnsafeBufferPointer {
            policy.score(
                AttentionRow(layer: layer, head: 0, queryHead: queryHead, index: 0, logits: $0), at: step,
                in: &entries)
        }
    }

    @Test("a window gives up the oldest, in whatever place they lie; sinks stay")
    func windows() {
        let entries = entries([7, 0, 3, 9, 1, 8], [0, 5, 0, 1, 2, 0])
        #expect(SlidingWindow().evicted(from: entries, keeping: 5) == [1])
        #expect(SlidingWindow().evicted(from: entries, keeping: 3) == [1, 2, 4])
        #expect(SlidingWindow(sinkCount: 2).evicted(from: entries, keeping: 5) == [2])
        #expect(SlidingWindow(sinkCount: 2).evicted(from: entries, keeping: 3) == [0, 2, 5])
        #expect(SlidingWindow(sinkCount: 9).evicted(from: entries, keeping: 1).count == 5)
        #expect(SlidingWindow().evicted(from: entries, keeping: 6).isEmpty)
        #expect(SlidingWindow().evicted(from: entries, keeping: 0) == [0, 1, 2, 3, 4, 5])
    }

    @Test("attention decides among those that are not recent")
    func heavyHitters() throws {
        let policy = try HeavyHitters(recentShare: 0.5)
        let entries = entries([5, 4, 3, 2, 1, 0], [0, 0, 0.5, 0.1, 0.7, 0.1])
        // Two of four are recent, 4 and 5; of the rest, 1 and 3 have most.
        #expect(policy.evicted(from: entries, keeping: 4) == [3, 5])
        // Of equal scores the older goes.
        #expect(policy.evicted(from: entries, keeping: 5) == [5])
    }

    @Test("scores are sums of softmax rows")
    func sums() throws {
        let policy = try HeavyHitters()
        #expect(policy.readsAttention && !SlidingWindow().readsAttention)
        var entries = entries([0, 1, 2], [0, 0, 0])
        score([0], with: policy, in: &entries)
        score([1, 1], with: policy, in: &entries)
        score([-.infinity, 2, 2], with: policy, in: &entries)
        #expect(entries.scores == [1.5, 1, 0.5])
    }

    @Test("noise follows from seed, layer, head and positions, not from the places of entries")
    func noise() throws {
        var options = Keyformer.Options()
        options.seed = 5
        let policy = try Keyformer(options)
        let logits: [Float] = [0.3, 1, -2, 0.5]
        func scores(_ seed: UInt64, layer: Int = 0, head: Int = 0, position: Int = 9) throws -> [Float] {
            options.seed = seed
            var entries = entries([2, 4, 7, position], [0, 0, 0, 0])
            score(logits, with: try Keyformer(options), layer: layer, queryHead: head, in: &entries)
            return entries.scores
        }
        let base = try scores(5)
        #expect(try scores(5) == base)
        #expect(abs(base.reduce(0, +) - 1) < 1e-5)
        for other in [
            try scores(6), try scores(5, layer: 1), try scores(5, head: 1), try scores(5, position: 10),
        ] {
            #expect(other != base)
        }
        var moved = entries([7, 4, 2, 9], [0, 0, 0, 0])
        score([-2, 1, 0.3, 0.5], with: policy, in: &moved)
        for (place, original) in [2, 1, 0, 3].enumerated() {
            #expect(abs(moved.scores[place] - base[original]) < 1e-6)
        }
    }

    @Test("the temperature grows with the steps and stays at its end")
    func temperature() throws {
        var options = Keyformer.Options()
        options.stepCount = 10
        options.temperatures = (1, 2)
        let policy = try Keyformer(options)
        #expect([-1, 0, 5, 10, 11, .max].map(policy.temperature) == [1, 1, 1.5, 2, 2, 2])
    }

    @Test("the mean of standard Gumbel noise is Euler's constant, and none is infinite")
    func gumbel() {
        let random = CounterRandom(seed: 3)
        let numbers = (0..<100_000).map { Double(Keyformer.gumbel(random.bits(at: $0))) }
        #expect(abs(numbers.reduce(0, +) / 100_000 - 0.577_215_66) < 0.015)
        #expect([0, UInt64.max].allSatisfy { Keyformer.gumbel($0).isFinite })
    }

    @Test("budgets are read, and those out of range are refused")
    func budgets() throws {
        #expect(try CacheBudget(parsing: "512") == .tokens(512))
        #expect(try CacheBudget(parsing: "12.5%") == .percent(12.5))
        #expect(try CacheBudget(parsing: "all") == .all)
        for text in [
            "", "x", "%", "7", "0", "-3", "0%", "-1%", "101%", "nan%", "inf%", "1e400%", "9".repeated(40),
        ] {
            expectLocatedError(field: "--cache-budget") { try CacheBudget(parsing: text) }
        }
    }

    @Test("options out of range are refused")
    func refusals() {
        for share in [-0.1, 1.1, .nan, .infinity] {
            expectLocatedError(field: "--cache-recent") { try HeavyHitters(recentShare: share) }
        }
        for temperature in [0, -1, 101, Double.nan, .infinity] {
            var options = Keyformer.Options()
            options.temperatures = (1, temperature)
            expectLocatedError(field: "--cache-temperature") { try Keyformer(options) }
        }
        var options = Keyformer.Options()
        options.stepCount = 0
        expectLocatedError { try Keyformer(options) }
    }
}

extension String {
    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
