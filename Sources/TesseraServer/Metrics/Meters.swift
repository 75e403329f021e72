internal import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let value = Atomic(0)

    /// Creates a counter at 0.
    package init() {}

    /// Adds `amount`.
    package func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }

    /// The sum so far.
    package var total: Int { value.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let value = Atomic(0)

    /// Creates a gauge at 0.
    package init() {}

    /// Replaces the number.
    package func set(_ new: Int) { value.store(new, ordering: .relaxed) }

    /// Adds `amount`, which may be negative.
    package func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }

    /// The number now.
    package var now: Int { value.load(ordering: .relaxed) }
}

/// How many of some durations were at most so long, for a fixed list of lengths.
package final class Histogram: Sendable {
    private struct State {
        var counts: [Int]
        var sum = 0.0
        var total = 0
    }

    /// The upper bounds in seconds, ascending.
    package let bounds: [Double]
    private let state: Mutex<State>

    /// Creates a histogram without durations.
    package init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count)))
    }

    /// Adds a duration in seconds.
    package func record(_ seconds: Double) {
        state.withLock { state in
            if let index = bounds.firstIndex(where: { seconds <= $0 }) { state.counts[index] += 1 }
            state.sum += seconds
            state.total += 1
        }
    }

    /// About how many seconds pass until a queue of `waiting` such things, some at once, has moved on: 1 to 120.
    func expectedSeconds(waiting: Int, atOnce: Int) -> Int {
        let (_, sum, total) = snapshot
        let mean = total > 0 ? sum / Double(total) : 1
        let seconds = mean * Double(waiting) / Double(max(1, atOnce))
        return min(120, max(1, Int(min(seconds, 1000).rounded(.up))))
    }

    /// The durations up to each bound, their sum and their number.
    package var snapshot: (cumulative: [Int], sum: Double, total: Int) {
        state.withLock { state in
            var running = 0
            return (
                state.counts.map { count in
                    running += count
                    return running
                }, state.sum, state.total
            )
        }
    }
}
