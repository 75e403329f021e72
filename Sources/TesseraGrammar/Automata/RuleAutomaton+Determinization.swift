internal import TesseraCore

extension RuleAutomaton {
    /// Makes an automaton deterministic by the subset construction (Rabin and Scott, 1959).
    ///
    /// - Parameters:
    ///   - limit: the most states.
    ///   - steps: how many elements of sets may still be looked at; counted down.
    init(_ source: NondeterministicAutomaton, limit: Int, steps: inout Int) throws(LocatedError) {
        var subsets = SubsetTable(source)
        states = []
        _ = subsets.index(ofClosure: [source.start])
        var targets: [Int32] = []
        while states.count < subsets.sets.count {
            guard subsets.sets.count <= limit else { throw GrammarError.tooManyStates(limit) }
            let set = subsets.sets[states.count]
            var state = State()
            var edges: [(range: ByteRange, target: Int32)] = []
            var calls: [(rule: Int32, target: Int32)] = []
            for element in set {
                if element == source.end { state.isFinal = true }
                source.forEachEdge(of: element) { edge in
                    switch edge.label {
                    case .empty: break
                    case .bytes(let range): edges.append((range, edge.target))
                    case .call(let rule): calls.append((rule, edge.target))
                    }
                }
            }
            steps -= set.count + edges.count + calls.count
            guard steps > 0 else { throw GrammarError.tooManySteps }

            if edges.count == 1 {
                let target = subsets.index(ofClosure: [edges[0].target])
                state.moves = [Move(range: edges[0].range, target: target)]
            } else if !edges.isEmpty {
                var cuts: Set<Int> = []
                for edge in edges {
                    cuts.insert(Int(edge.range.lower))
                    cuts.insert(Int(edge.range.upper) + 1)
                }
                let borders = cuts.sorted()
                steps -= borders.count * edges.count
                guard steps > 0 else { throw GrammarError.tooManySteps }
                for (low, next) in zip(borders, borders.dropFirst()) {
                    targets.removeAll(keepingCapacity: true)
                    for edge in edges where Int(edge.range.lower) <= low && low <= Int(edge.range.upper) {
                        targets.append(edge.target)
                    }
                    guard !targets.isEmpty else { continue }
                    let target = subsets.index(ofClosure: targets)
                    let range = ByteRange(lower: UInt8(low), upper: UInt8(next - 1))
                    if let last = state.moves.last, last.target == target,
                        Int(last.range.upper) + 1 == low
                    {
                        state.moves[state.moves.count - 1].range.upper = range.upper
                    } else {
                        state.moves.append(Move(range: range, target: target))
                    }
                }
            }
            calls.sort { ($0.rule, $0.target) < ($1.rule, $1.target) }
            var first = 0
            while first < calls.count {
                let rule = calls[first].rule
                let rest = calls[first...].prefix { $0.rule == rule }
                let target = subsets.index(ofClosure: rest.map(\.target))
                state.calls.append(Call(rule: rule, target: target))
                first = rest.endIndex
            }
            states.append(state)
        }
    }
}

/// The sets of states that have been met, each with all that empty moves lead to.
private struct SubsetTable {
    private let source: NondeterministicAutomaton
    private(set) var sets: [[Int32]] = []
    private var indices: [[Int32]: Int32] = [:]
    /// In which search a state was last met.
    private var marks: [Int32]
    private var search: Int32 = 0
    /// States with an edge that is not empty, and the end: the others say nothing.
    private var matters: [Bool]

    init(_ source: NondeterministicAutomaton) {
        self.source = source
        marks = [Int32](repeating: 0, count: source.count)
        matters = [Bool](repeating: false, count: source.count)
        for state in matters.indices {
            var found = state == Int(source.end)
            source.forEachEdge(of: Int32(truncatingIfNeeded: state)) { edge in
                if case .empty = edge.label {} else { found = true }
            }
            matters[state] = found
        }
    }

    /// The number of the set that `states` and empty moves lead to.
    mutating func index(ofClosure states: [Int32]) -> Int32 {
        search &+= 1
        var waiting: [Int32] = []
        var set: [Int32] = []
        for state in states where marks[Int(state)] != search {
            marks[Int(state)] = search
            waiting.append(state)
        }
        while let state = waiting.popLast() {
            if matters[Int(state)] { set.append(state) }
            var edge = source.firstEdge[Int(state)]
            while edge >= 0 {
                let found = source.edges[Int(edge)]
                if case .empty = found.label, marks[Int(found.target)] != search {
                    marks[Int(found.target)] = search
                    waiting.append(found.target)
                }
                edge = found.next
            }
        }
        set.sort()
        if let index = indices[set] { return index }
        let index = Int32(truncatingIfNeeded: sets.count)
        indices[set] = index
        sets.append(set)
        return index
    }
}
