/// For each state the pairs of which there are more than in the state before, in some category.
struct PairRises: Sendable {
    /// A pair that rises.
    struct Rise: Sendable, BitwiseCopyable {
        /// The number of the pair.
        var pair: UInt32
        /// The largest share that it has of any category's pairs, and so the most of any mixture's, until it rises again.
        var bound: Double
    }

    /// Where the rises of each state start in `list`, with the end of the last.
    private var starts: [Int]
    private var list: [Rise] = []

    /// Finds the rises of the first `stateCount` states.
    ///
    /// - Parameter totals: for each category how many pairs it has before any merge.
    init(_ entries: PairEntries, totals: [Int], stateCount: Int) {
        starts = [Int](repeating: 0, count: stateCount + 1)
        Self.forEach(entries, stateCount) { _, state in starts[state + 1] += 1 }
        for state in 0..<stateCount { starts[state + 1] += starts[state] }
        var free = starts
        list = [Rise](repeating: Rise(pair: 0, bound: 0), count: starts[stateCount])
        Self.forEach(entries, stateCount) { pair, state in
            var bound = 0.0
            entries.forEachCategory(of: pair, in: state) { category, count in
                if totals[category] > 0 { bound = max(bound, Double(count) / Double(totals[category])) }
            }
            list[free[state]] = Rise(pair: UInt32(truncatingIfNeeded: pair), bound: bound)
            free[state] += 1
        }
        for state in 0..<stateCount {
            list[starts[state]..<starts[state + 1]].sort {
                $0.bound != $1.bound ? $0.bound > $1.bound : $0.pair < $1.pair
            }
        }
    }

    /// Calls `body` with each state in which a pair rises, once, in the order of pairs.
    private static func forEach(
        _ entries: PairEntries, _ stateCount: Int, _ body: (_ pair: Int, _ state: Int) -> Void
    ) {
        var last = [Int](repeating: -1, count: stateCount)
        for pair in 0..<entries.pairCount {
            for part in entries.parts[pair]..<entries.parts[pair + 1] {
                var before = 0
                for entry in entries.starts[part]..<entries.starts[part + 1] {
                    let state = Int(entries.states[entry])
                    if entries.counts[entry] > before, state < stateCount, last[state] != pair {
                        last[state] = pair
                        body(pair, state)
                    }
                    before = entries.counts[entry]
                }
            }
        }
    }

    /// The rises of a state, the highest bound in front.
    @inline(__always)
    func inState(_ state: Int) -> ArraySlice<Rise> { list[starts[state]..<starts[state + 1]] }
}
