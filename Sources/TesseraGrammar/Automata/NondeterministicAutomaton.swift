internal import TesseraCore
internal import TesseraTokenizers

/// The automaton of one rule as its expression spells it: with empty moves, ranges of bytes, and calls of rules.
///
/// The construction is Thompson's ("Regular expression search algorithm", CACM 1968), with calls as in recursive
/// transition networks (Woods, CACM 1970).
struct NondeterministicAutomaton {
    enum Label {
        case empty
        case bytes(ByteRange)
        case call(Int32)
    }

    struct Edge {
        var label: Label
        var target: Int32
        /// The next edge of the same state; negative after the last.
        var next: Int32
    }

    private(set) var edges: [Edge] = []
    private(set) var firstEdge: [Int32] = []
    let start: Int32 = 0
    let end: Int32 = 1
    private let limit: Int

    /// The start and the end, not connected.
    init(limit: Int) {
        self.limit = limit
        firstEdge = [-1, -1]
    }

    var count: Int { firstEdge.count }

    mutating func addState() throws(LocatedError) -> Int32 {
        guard firstEdge.count < limit else { throw GrammarError.tooManyStates(limit) }
        firstEdge.append(-1)
        return Int32(truncatingIfNeeded: firstEdge.count - 1)
    }

    mutating func connect(_ source: Int32, _ label: Label, _ target: Int32) {
        edges.append(Edge(label: label, target: target, next: firstEdge[Int(source)]))
        firstEdge[Int(source)] = Int32(truncatingIfNeeded: edges.count - 1)
    }

    /// Calls `body` with every edge of a state.
    @inline(__always)
    func forEachEdge(of state: Int32, _ body: (Edge) -> Void) {
        var index = firstEdge[Int(state)]
        while index >= 0 {
            let edge = edges[Int(index)]
            body(edge)
            index = edge.next
        }
    }

    /// For every call of a rule that may be empty, an empty move beside it.
    mutating func bypassCalls(of mayBeEmpty: (Int32) -> Bool) {
        for state in 0..<Int32(truncatingIfNeeded: count) {
            var targets: [Int32] = []
            forEachEdge(of: state) { edge in
                if case .call(let rule) = edge.label, mayBeEmpty(rule) { targets.append(edge.target) }
            }
            for target in targets { connect(state, .empty, target) }
        }
    }

    /// Copies a deterministic automaton between two states.
    mutating func insert(_ automaton: RuleAutomaton, from source: Int32, to target: Int32)
        throws(LocatedError)
    {
        let base = Int32(truncatingIfNeeded: count)
        for _ in automaton.states { _ = try addState() }
        for (index, state) in automaton.states.enumerated() {
            let copy = base + Int32(truncatingIfNeeded: index)
            for move in state.moves { connect(copy, .bytes(move.range), base + move.target) }
            for call in state.calls { connect(copy, .call(call.rule), base + call.target) }
            if state.isFinal { connect(copy, .empty, target) }
        }
        connect(source, .empty, base)
    }
}

extension NondeterministicAutomaton {
    /// Adds what `expression` stands for between two states.
    ///
    /// - Parameter inlined: the automaton to put in place of a call; nil to leave the call.
    mutating func add(
        _ expression: GrammarExpression, from source: Int32, to target: Int32,
        inlining inlined: (Int) -> RuleAutomaton?
    ) throws(LocatedError) {
        switch expression {
        case .bytes(let bytes):
            var state = source
            for (index, byte) in bytes.enumerated() {
                let next = try index == bytes.count - 1 ? target : addState()
                connect(state, .bytes(ByteRange(lower: byte, upper: byte)), next)
                state = next
            }
            if bytes.isEmpty { connect(source, .empty, target) }
        case .characters(let set):
            for sequence in utf8Sequences(of: set) {
                var state = source
                for (index, range) in sequence.enumerated() {
                    let next = try index == sequence.count - 1 ? target : addState()
                    connect(state, .bytes(range), next)
                    state = next
                }
            }
        case .rule(let rule):
            if let automaton = inlined(rule) {
                try insert(automaton, from: source, to: target)
            } else {
                connect(source, .call(Int32(truncatingIfNeeded: rule)), target)
            }
        case .sequence(let parts):
            var state = source
            for (index, part) in parts.enumerated() {
                let next = try index == parts.count - 1 ? target : addState()
                try add(part, from: state, to: next, inlining: inlined)
                state = next
            }
            if parts.isEmpty { connect(source, .empty, target) }
        case .choice(let parts):
            for part in parts {
                // States of their own, so that a loop in one part cannot lead into another.
                let (first, last) = (try addState(), try addState())
                connect(source, .empty, first)
                try add(part, from: first, to: last, inlining: inlined)
                connect(last, .empty, target)
            }
        case .repetition(let part, let least, let most):
            try repeated(part, least, most, from: source, to: target, inlining: inlined)
        }
    }

    private mutating func repeated(
        _ part: GrammarExpression, _ least: Int, _ most: Int?, from source: Int32, to target: Int32,
        inlining inlined: (Int) -> RuleAutomaton?
    ) throws(LocatedError) {
        var state = try addState()
        connect(source, .empty, state)
        for _ in 0..<max(0, least) {
            let next = try addState()
            try add(part, from: state, to: next, inlining: inlined)
            state = next
        }
        if let most {
            for _ in least..<max(least, most) {
                connect(state, .empty, target)
                let next = try addState()
                try add(part, from: state, to: next, inlining: inlined)
                state = next
            }
        } else {
            let (first, last) = (try addState(), try addState())
            connect(state, .empty, first)
            try add(part, from: first, to: last, inlining: inlined)
            connect(last, .empty, first)
            state = first
        }
        connect(state, .empty, target)
    }
}
