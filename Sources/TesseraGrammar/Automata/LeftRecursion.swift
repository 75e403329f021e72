internal import TesseraCore

/// Rewrites the rules of a group that call each other so that none calls itself before it has taken a byte.
///
/// Paull's algorithm (Hopcroft and Ullman, 1979, section 4.6) on automata: calls of earlier rules at a start are
/// replaced by what those rules do, then a call of the rule itself becomes a loop behind it.
struct LeftRecursion {
    private let limit: Int
    private(set) var automata: [Int32: RuleAutomaton]

    init(_ automata: [Int32: RuleAutomaton], limit: Int) {
        self.automata = automata
        self.limit = limit
    }

    /// Rewrites what needs it, in the order of `rules`.
    ///
    /// - Throws: `LocatedError` when that takes too many states or steps.
    mutating func eliminate(_ rules: [Int32], steps: inout Int) throws(LocatedError) {
        let recursive = strongComponents(
            count: rules.count, roots: Array(rules.indices),
            successors: { index in
                let calls = automata[rules[index]]?.states[0].calls ?? []
                return calls.compactMap { rules.firstIndex(of: $0.rule) }
            })
        for component in recursive {
            let members = component.map { rules[$0] }.sorted()
            for (position, rule) in members.enumerated() {
                try substitute(members[..<position], in: rule, steps: &steps)
                try loop(rule, steps: &steps)
            }
        }
    }

    /// Replaces calls of `earlier` rules at the start of `rule` until there are none.
    private mutating func substitute(
        _ earlier: ArraySlice<Int32>, in rule: Int32, steps: inout Int
    ) throws(LocatedError) {
        while var automaton = automata[rule] {
            let calls = automaton.states[0].calls.filter { earlier.contains($0.rule) }
            guard !calls.isEmpty else { return }
            automaton.states[0].calls.removeAll { earlier.contains($0.rule) }
            var made = NondeterministicAutomaton(limit: limit)
            let base = Int32(truncatingIfNeeded: made.count)
            try made.insert(automaton, from: made.start, to: made.end)
            for call in calls {
                guard let called = automata[call.rule] else { continue }
                try made.insert(called, from: made.start, to: base + call.target)
            }
            try replace(rule, made, steps: &steps)
        }
    }

    /// Turns `rule ::= rule after | before` into `before after*`.
    private mutating func loop(_ rule: Int32, steps: inout Int) throws(LocatedError) {
        guard var automaton = automata[rule] else { return }
        let calls = automaton.states[0].calls.filter { $0.rule == rule }
        guard !calls.isEmpty else { return }
        automaton.states[0].calls.removeAll { $0.rule == rule }
        var made = NondeterministicAutomaton(limit: limit)
        let base = Int32(truncatingIfNeeded: made.count)
        try made.insert(automaton, from: made.start, to: made.end)
        for (index, state) in automaton.states.enumerated() where state.isFinal {
            for call in calls {
                made.connect(base + Int32(truncatingIfNeeded: index), .empty, base + call.target)
            }
        }
        try replace(rule, made, steps: &steps)
    }

    private mutating func replace(
        _ rule: Int32, _ source: NondeterministicAutomaton, steps: inout Int
    ) throws(LocatedError) {
        let mayBeEmpty = automata[rule]?.mayBeEmpty ?? false
        var made = try RuleAutomaton(source, limit: limit, steps: &steps)
        made.separateEmptyText()
        made.mayBeEmpty = mayBeEmpty
        automata[rule] = made.minimized()
    }
}
