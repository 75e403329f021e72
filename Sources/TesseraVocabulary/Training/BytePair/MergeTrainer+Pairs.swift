extension MergeTrainer {
    /// Makes candidates of the pairs that the words begin with.
    mutating func findPairs() {
        var table = PairIndex(symbolCount: lengths.count)
        var counts = PlainList<Int>()
        var placeCounts = PlainList<UInt32>()
        var firsts = PlainList<UInt64>()
        forEachPair { pair, _, count in
            let index = table.index(of: pair, next: counts.count)
            if index == counts.count {
                counts.append(0)
                placeCounts.append(0)
                firsts.append(pair)
            }
            counts.elements[index] &+= count
            placeCounts.elements[index] &+= 1
        }
        var starts = PlainList<Int>(capacity: counts.count)
        var total = 0
        for index in 0..<counts.count {
            let (left, right) = (
                UInt32(truncatingIfNeeded: firsts[index] >> 32), UInt32(truncatingIfNeeded: firsts[index])
            )
            guard superwords?.allows(left, right) ?? true else {
                starts.append(-1)
                continue
            }
            starts.append(total)
            queue.insert(
                MergeCandidate(
                    count: counts[index], left: left, right: right, start: total,
                    placeCount: placeCounts[index],
                    countedAt: 0))
            total += Int(placeCounts[index])
        }
        _ = places.extend(by: total)
        let elements = places.elements
        forEachPair { pair, place, _ in
            let index = table.index(of: pair, next: -1)
            guard starts.elements[index] >= 0 else { return }
            elements[starts.elements[index]] = place
            starts.elements[index] += 1
        }
    }

    /// Calls `body` with every pair of neighbours, its place and the count of its word, in ascending places.
    private func forEachPair(_ body: (UInt64, UInt32, Int) -> Void) {
        let slots = arena.slots.elements
        var place = 1
        for run in arena.runs.dropFirst() {
            while place < Int(run.end) {
                let left = slots[place]
                if left == SymbolArena.edge {
                    place += 1
                    continue
                }
                let next = place + Int(lengths.elements[Int(left)])
                let right = slots[next]
                if right != SymbolArena.edge {
                    body(UInt64(left) << 32 | UInt64(right), UInt32(truncatingIfNeeded: place), run.count)
                }
                place = next
            }
        }
    }
}

/// Numbers pairs in the order in which they are first asked for.
private struct PairIndex: ~Copyable {
    /// Symbols so few that every pair has a slot of its own.
    private static let fewSymbols = 2048

    private let symbolCount: Int
    private let isDense: Bool
    /// For each pair its number plus one.
    private var dense: PlainList<UInt32>
    private var sparse: [UInt64: Int] = [:]

    init(symbolCount: Int) {
        self.symbolCount = symbolCount
        isDense = symbolCount <= Self.fewSymbols
        dense = PlainList(zeros: isDense ? symbolCount * symbolCount : 1)
    }

    /// The number of `pair`; `next` when it has none, which it then gets unless that is negative.
    @inline(__always)
    mutating func index(of pair: UInt64, next: Int) -> Int {
        guard isDense else { return sparseIndex(of: pair, next: next) }
        let slot = Int(pair >> 32) * symbolCount + Int(pair & 0xFFFF_FFFF)
        let known = dense.elements[slot]
        if known != 0 { return Int(known) - 1 }
        if next >= 0 { dense.elements[slot] = UInt32(truncatingIfNeeded: next + 1) }
        return next
    }

    private mutating func sparseIndex(of pair: UInt64, next: Int) -> Int {
        if let known = sparse[pair] { return known }
        if next >= 0 { sparse[pair] = next }
        return next
    }
}
