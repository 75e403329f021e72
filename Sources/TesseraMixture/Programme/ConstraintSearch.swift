internal import TesseraCore

/// Finds constraints that a solution breaks, worst first at each merge.
///
/// A pair's count falls but for the steps that make one of its symbols, so what it was when it rose bounds what it is. A
/// queue holds these bounds; a pair is looked at anew only when its bound is above what a merge counts. Pairs whose bound
/// is below all later merges never enter it.
package struct ConstraintSearch: Sendable {
    private let histories: PairHistories
    /// The merges whose constraints are wanted.
    private let steps: Range<Int>

    /// The most constraints of one merge in one search.
    private let mostOfOneMerge = 5
    /// By how much a constraint must be broken, as a part of its largest coefficient.
    private let tolerance = 1e-6

    /// Searches the constraints of these merges.
    package init(_ histories: PairHistories, steps: Range<Int>) {
        self.histories = histories
        self.steps = steps.clamped(to: 0..<histories.mergeCount)
    }

    /// How many merges' constraints are searched.
    var mergeCount: Int { steps.count }

    /// Constraints that `solution` breaks and that are not in `known`, in the order of their merges.
    package func broken(
        by solution: MixtureSolution, known: Set<MixtureConstraint>
    ) -> [MixtureConstraint] {
        let weights = zip(solution.shares, histories.pairTotals).map { $1 > 0 ? $0 / Double($1) : 0 }
        let limits = limits(solution, weights)
        var floors = limits
        for step in steps.reversed().dropFirst() { floors[step] = min(floors[step], floors[step + 1]) }
        var queue = BoundQueue(pairCount: histories.pairs.count)
        var found: [MixtureConstraint] = []
        for step in 0..<steps.upperBound {
            let floor = floors[max(step, steps.lowerBound)]
            for rise in histories.rises(before: step) {
                guard rise.bound > floor else { break }
                let score = score(Int(rise.pair), before: step, weights, solution)
                if score > floor { queue.raise(Int(rise.pair), to: score) }
            }
            guard step >= steps.lowerBound else { continue }
            var (looked, taken) = ([(pair: Int, score: Double)](), 0)
            while taken < mostOfOneMerge, let top = queue.first, top.score > limits[step] {
                queue.removeFirst()
                let score = score(top.pair, before: step, weights, solution)
                guard score >= top.score else {
                    if score > floor { queue.raise(top.pair, to: score) }
                    continue
                }
                looked.append((top.pair, score))
                let constraint = MixtureConstraint(step: step, pair: top.pair)
                guard score - limits[step] > tolerance * scale(of: constraint), !known.contains(constraint)
                else {
                    continue
                }
                found.append(constraint)
                taken += 1
            }
            for (pair, score) in looked { queue.raise(pair, to: score) }
        }
        return found
    }

    /// For each merge what its pair counts, its slack with it.
    private func limits(_ solution: MixtureSolution, _ weights: [Double]) -> [Double] {
        (0..<histories.mergeCount).map { step in
            weights.indices.reduce(solution.mergeSlacks[step]) {
                $0 + weights[$1] * Double(histories.countOfMerge(step, in: $1))
            }
        }
    }

    /// What a pair counts in the mixture before a merge, less its slack.
    @inline(__always)
    private func score(_ pair: Int, before step: Int, _ weights: [Double], _ solution: MixtureSolution)
        -> Double
    {
        var score = -solution.pairSlacks[pair]
        histories.forEachCategory(of: pair, before: step) { score += weights[$0] * Double($1) }
        return score
    }

    /// The largest difference between the share of the merge's pair and of the other, over all categories.
    private func scale(of constraint: MixtureConstraint) -> Double {
        histories.differences(constraint).reduce(0) { max($0, $1.magnitude) }
    }
}

extension PairHistories {
    /// For each category the share of the merge's pair less the share of the other pair, of all pairs at the beginning.
    package func differences(_ constraint: MixtureConstraint) -> [Double] {
        var counts = pairTotals.indices.map { countOfMerge(constraint.step, in: $0) }
        forEachCategory(of: constraint.pair, before: constraint.step) { counts[$0] -= $1 }
        return zip(counts, pairTotals).map { $1 > 0 ? Double($0) / Double($1) : 0 }
    }
}

/// Pairs by an upper bound of their score, the highest first; each pair has one bound that counts.
private struct BoundQueue {
    private var heap: [(score: Double, pair: UInt32)] = []
    /// For each pair the bound that counts; entries of the heap with another one are passed over.
    private var bounds: [Double]

    init(pairCount: Int) { bounds = [Double](repeating: -.infinity, count: pairCount) }

    /// The pair with the highest bound.
    var first: (pair: Int, score: Double)? {
        mutating get {
            while let top = heap.first {
                if bounds[Int(top.pair)] == top.score { return (Int(top.pair), top.score) }
                removeTop()
            }
            return nil
        }
    }

    /// Takes the first pair out.
    mutating func removeFirst() {
        guard let top = heap.first else { return }
        bounds[Int(top.pair)] = -.infinity
        removeTop()
    }

    /// Puts a pair in with this bound, unless it has a higher one.
    mutating func raise(_ pair: Int, to score: Double) {
        guard score > bounds[pair] else { return }
        bounds[pair] = score
        heap.append((score, UInt32(truncatingIfNeeded: pair)))
        var place = heap.count - 1
        while place > 0, heap[place].score > heap[(place - 1) / 2].score {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func removeTop() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].score > heap[child].score { child += 1 }
            guard heap[child].score > last.score else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = last
    }
}
