/// The fewest bytes from each state to the end of its rule, and the first step of such a way.
///
/// Knuth's generalisation of Dijkstra's algorithm to grammars (Information Processing Letters 1977): a call costs what
/// the called rule costs. A state without such a way costs `unreachable`.
struct ShortestTexts {
    static let unreachable = Int32.max

    /// What takes more bytes than this counts as out of reach, so that completions can be written out.
    private static let longest: Int64 = 1 << 20

    /// What comes first on the shortest way.
    enum Step {
        case end
        case byte(UInt8, Int32)
        case call(Int32, Int32)
    }

    private(set) var distance: [Int32]
    private(set) var step: [Step]

    /// - Parameters:
    ///   - states: the states of all rules, with targets and called rules numbered through.
    ///   - starts: the start of each rule.
    init(_ states: [RuleAutomaton.State], starts: [Int32]) {
        distance = [Int32](repeating: Self.unreachable, count: states.count)
        step = [Step](repeating: .end, count: states.count)
        var incoming = [[(state: Int32, byte: UInt8)]](repeating: [], count: states.count)
        /// Calls, by the state that they return to and by the rule that they call.
        var returning = [[(state: Int32, rule: Int32)]](repeating: [], count: states.count)
        var calling = [[(state: Int32, target: Int32)]](repeating: [], count: starts.count)
        var ruleOfStart: [Int32: Int32] = [:]
        for (rule, start) in starts.enumerated() { ruleOfStart[start] = Int32(truncatingIfNeeded: rule) }
        for (index, state) in states.enumerated() {
            let index = Int32(truncatingIfNeeded: index)
            for move in state.moves {
                incoming[Int(move.target)].append((index, Self.preferredByte(of: move.range)))
            }
            for call in state.calls {
                returning[Int(call.target)].append((index, call.rule))
                calling[Int(call.rule)].append((index, call.target))
            }
        }

        var queue = DistanceQueue()
        var isDone = [Bool](repeating: false, count: states.count)
        for (index, state) in states.enumerated() where state.isFinal {
            distance[index] = 0
            queue.insert(Int32(truncatingIfNeeded: index), 0)
        }
        func improve(_ state: Int32, _ candidate: Int64, _ first: Step) {
            guard candidate <= Self.longest, candidate < Int64(distance[Int(state)]) else { return }
            distance[Int(state)] = Int32(candidate)
            step[Int(state)] = first
            queue.insert(state, Int32(candidate))
        }
        while let state = queue.removeFirst() {
            guard !isDone[Int(state)] else { continue }
            isDone[Int(state)] = true
            let cost = Int64(distance[Int(state)])
            for edge in incoming[Int(state)] { improve(edge.state, cost + 1, .byte(edge.byte, state)) }
            for edge in returning[Int(state)] where isDone[Int(starts[Int(edge.rule)])] {
                improve(
                    edge.state, cost + Int64(distance[Int(starts[Int(edge.rule)])]), .call(edge.rule, state))
            }
            if let rule = ruleOfStart[state] {
                for edge in calling[Int(rule)] where isDone[Int(edge.target)] {
                    improve(edge.state, cost + Int64(distance[Int(edge.target)]), .call(rule, edge.target))
                }
            }
        }
    }

    /// A byte that reads well, where a range allows any: a letter, else a digit, else the first.
    private static func preferredByte(of range: ByteRange) -> UInt8 {
        for byte in [UInt8(ascii: "a"), UInt8(ascii: "A"), UInt8(ascii: "0"), UInt8(ascii: " ")]
        where (range.lower...range.upper).contains(byte) { return byte }
        return range.lower
    }
}

/// States waiting in the order of their distance: a binary heap that may hold a state more than once.
private struct DistanceQueue {
    private var heap: [(distance: Int32, state: Int32)] = []

    mutating func insert(_ state: Int32, _ distance: Int32) {
        heap.append((distance, state))
        var child = heap.count - 1
        while child > 0, heap[(child - 1) / 2].distance > heap[child].distance {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Int32? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].distance < heap[least].distance { least = child }
            if least == parent { return first.state }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
