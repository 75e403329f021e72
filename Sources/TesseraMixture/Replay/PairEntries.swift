/// The counts of pairs by pair, category and state, one after another in memory.
///
/// A pair has a part for each category it occurs in, and a part an entry for each state in which its count is another than
/// before. The state with number t is that before merge t.
struct PairEntries: Sendable {
    /// Where the parts of each pair start, with the end of the last.
    private(set) var parts: [Int]
    /// The category of each part.
    private var categories: [UInt32]
    /// Where the entries of each part start, with the end of the last.
    private(set) var starts: [Int]
    /// The state and the count of each entry.
    private(set) var states: [Int32] = []
    private(set) var counts: [Int] = []

    /// How many pairs there are.
    var pairCount: Int { parts.count - 1 }

    /// Sorts the changes of all categories by pair.
    ///
    /// - Parameter numbers: for each category the numbers that its pairs have here, of which there are `pairCount`.
    init(_ histories: [CategoryHistory], numbers: [[Int]], pairCount: Int) {
        parts = [Int](repeating: 0, count: pairCount + 1)
        for list in numbers { for pair in list { parts[pair + 1] += 1 } }
        for pair in 0..<pairCount { parts[pair + 1] += parts[pair] }
        var free = parts
        categories = [UInt32](repeating: 0, count: parts[pairCount])
        starts = [Int](repeating: 0, count: categories.count + 1)
        var partOf: [[Int]] = []
        for (category, list) in numbers.enumerated() {
            partOf.append(
                list.map { pair in
                    let part = free[pair]
                    free[pair] += 1
                    categories[part] = UInt32(truncatingIfNeeded: category)
                    return part
                })
            for number in histories[category].firstCounts.indices {
                starts[partOf[category][number] + 1] += 1
            }
            for number in histories[category].changedPairs { starts[partOf[category][Int(number)] + 1] += 1 }
        }
        for part in categories.indices { starts[part + 1] += starts[part] }
        var place = starts
        states = [Int32](repeating: 0, count: starts[categories.count])
        counts = [Int](repeating: 0, count: states.count)
        for (history, partOf) in zip(histories, partOf) {
            for (number, count) in history.firstCounts.enumerated() {
                counts[place[partOf[number]]] = count
                place[partOf[number]] += 1
            }
            for step in 0..<(history.starts.count - 1) {
                for index in history.starts[step]..<history.starts[step + 1] {
                    let part = partOf[Int(history.changedPairs[index])]
                    states[place[part]] = Int32(truncatingIfNeeded: step + 1)
                    counts[place[part]] = history.changedCounts[index]
                    place[part] += 1
                }
            }
        }
    }

    /// Calls `body` with each category in which a pair ever occurs and how often it does in a state.
    @inline(__always)
    func forEachCategory(of pair: Int, in state: Int, _ body: (_ category: Int, _ count: Int) -> Void) {
        for part in parts[pair]..<parts[pair + 1] {
            body(Int(categories[part]), count(ofPart: part, in: state))
        }
    }

    /// The count in the last entry of a part whose state is not after `state`.
    @inline(__always)
    private func count(ofPart part: Int, in state: Int) -> Int {
        var (low, high) = (starts[part], starts[part + 1])
        while low < high {
            let middle = (low + high) / 2
            if Int(states[middle]) <= state { low = middle + 1 } else { high = middle }
        }
        return low > starts[part] ? counts[low - 1] : 0
    }
}
