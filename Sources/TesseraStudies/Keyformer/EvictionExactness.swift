internal import TesseraCore
internal import TesseraDecoding

/// What holds of the policies exactly, on random attention.
enum EvictionExactness {
    private static let kept = "evictions that miss the budget, a recent token or a sink"
    private static let heavy =
        "evictions of Keyformer without noise at temperature 1 that are not those of H2O"
    private static let shifted = "scores that a constant in all logits changes"
    private static let gumbel =
        "tokens whose share of the noisy maxima is not the softmax, by 3 standard errors"

    static let names = [kept, heavy, shifted, gumbel]

    /// How often each is violated.
    static func violations(seed: UInt64) throws(LocatedError) -> [(name: String, count: Int)] {
        [
            (kept, try missedBudgets(seed: seed)), (heavy, try differencesFromHeavyHitters(seed: seed)),
            (shifted, try changesByConstants(seed: seed)), (gumbel, noisyShares()),
        ]
    }

    /// Random logits of the query at `position`.
    private static func logits(_ count: Int, _ position: Int, _ random: CounterRandom) -> [Float] {
        (0..<count).map { Float(random.uniform(at: $0, stream: UInt64(position)) * 8 - 4) }
    }

    private static func score(
        _ logits: [Float], with policy: any CachePolicy, at step: Int, in entries: inout CacheEntries
    ) {
        logits.withUnsafeBufferPointer {
            policy.score(
                AttentionRow(layer: 1, head: 0, queryHead: 2, index: 0, logits: $0), at: step, in: &entries)
        }
    }

    private static func missedBudgets(seed: UInt64) throws(LocatedError) -> Int {
        var missed = 0
        let random = CounterRandom(seed: seed)
        let policies: [(policy: any CachePolicy, first: Int, last: Int)] = [
            (SlidingWindow(), 0, 20), (SlidingWindow(sinkCount: 4), 4, 16),
            (try HeavyHitters(recentShare: 0.5), 0, 10), (try Keyformer(), 0, 6),
        ]
        for (policy, first, last) in policies {
            var entries = CacheEntries()
            for position in 0..<120 {
                entries.append(position..<position + 1)
                score(logits(entries.count, position, random), with: policy, at: position, in: &entries)
                guard entries.count > 20 else { continue }
                let gone = policy.evicted(from: entries, keeping: 20)
                entries.remove(gone)
                let held = Set(entries.positions.map(Int.init))
                let wanted = Array(0..<first) + Array(position - last + 1...position)
                if held.count != 20 || !held.isSuperset(of: wanted) { missed += 1 }
            }
        }
        return missed
    }

    /// H2O in double precision, position by position, and without a line of the policies.
    private static func differencesFromHeavyHitters(seed: UInt64) throws(LocatedError) -> Int {
        var options = Keyformer.Options()
        options.hasNoise = false
        options.temperatures = (1, 1)
        let policy = try Keyformer(options)
        let random = CounterRandom(seed: seed)
        var entries = CacheEntries()
        var sums: [Int: Double] = [:]
        var differences = 0
        for position in 0..<200 {
            entries.append(position..<position + 1)
            sums[position] = 0
            let row = logits(entries.count, position, random)
            score(row, with: policy, at: position, in: &entries)
            let weights = row.map { exponential(Double($0)) }
            let total = weights.reduce(0, +)
            for (place, weight) in zip(entries.positions, weights) {
                sums[Int(place), default: 0] += weight / total
            }
            guard entries.count > 30 else { continue }
            let oldest = sums.filter { $0.key <= position - 9 }
            if let lowest = oldest.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
                sums[lowest.key] = nil
            }
            entries.remove(policy.evicted(from: entries, keeping: 30))
            if Set(entries.positions.map(Int.init)) != Set(sums.keys) { differences += 1 }
        }
        return differences
    }

    private static func changesByConstants(seed: UInt64) throws(LocatedError) -> Int {
        let policy = try Keyformer()
        let random = CounterRandom(seed: seed)
        let row = logits(50, 0, random)
        var (entries, shifted) = (CacheEntries(), CacheEntries())
        entries.append(0..<50)
        shifted.append(0..<50)
        score(row, with: policy, at: 3, in: &entries)
        score(row.map { $0 + 5 }, with: policy, at: 3, in: &shifted)
        return zip(entries.scores, shifted.scores).count { ($0 - $1).magnitude > 1e-5 }
    }

    /// Draws from a seed of its own, since one seed in fifty misses three standard errors by chance.
    private static func noisyShares() -> Int {
        let draws = 20_000
        let row: [Double] = [0, 1, 2, -1, 0.5, -2, 1.5, 0.2]
        let random = CounterRandom(seed: 11)
        var wins = Array(repeating: 0, count: row.count)
        for draw in 0..<draws {
            let noisy = row.indices.map {
                row[$0] + Double(Keyformer.gumbel(random.bits(at: draw, stream: UInt64($0))))
            }
            wins[noisy.indices.max { noisy[$0] < noisy[$1] } ?? 0] += 1
        }
        let total = row.reduce(0) { $0 + exponential($1) }
        return row.indices.count { index in
            let share = exponential(row[index]) / total
            let error = (share * (1 - share) / Double(draws)).squareRoot()
            return (Double(wins[index]) / Double(draws) - share).magnitude > 3 * error
        }
    }
}

extension CacheEntries {
    /// Takes out the entries at `places`, which ascend.
    fileprivate mutating func remove(_ places: [Int]) {
        for place in places.reversed() {
            positions.remove(at: place)
            scores.remove(at: place)
        }
    }
}
