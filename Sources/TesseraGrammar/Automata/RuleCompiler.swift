internal import TesseraCore

/// Makes the automata of a grammar's rules, called rules before their callers.
///
/// A rule that is small, or that one place alone calls, becomes part of its callers, so that what follows it is known
/// where its tokens are classified; recursive rules and those that front ends mark as shared stay apart.
struct RuleCompiler {
    /// The states that a rule of several callers may have to become part of them.
    private static let inlinedStates = 24

    private let grammar: Grammar
    private let limits: GrammarLimits
    private var steps: Int
    private var statesLeft: Int
    private var calls: [[Int]] = []
    private var callers: [Int] = []
    private var isRecursive: [Bool]
    /// Whether a rule is marked as shared, or has one that is made part of it.
    private var isShared: [Bool]
    private(set) var automata: [Int32: RuleAutomaton] = [:]

    init(_ grammar: Grammar, limits: GrammarLimits) throws(LocatedError) {
        self.grammar = grammar
        self.limits = limits
        steps = limits.determinizationSteps
        statesLeft = limits.states
        isRecursive = [Bool](repeating: false, count: grammar.rules.count)
        isShared = grammar.rules.map(\.isShared)
        guard grammar.rules.count <= limits.rules else {
            throw LocatedError(
                field: "grammar", problem: "it has \(grammar.rules.count) rules, more than \(limits.rules)",
                remedy: "split it, or join rules that do the same")
        }
        callers = [Int](repeating: 0, count: grammar.rules.count)
        for rule in grammar.rules {
            var found: [Int: Int] = [:]
            rule.expression.countCalls(into: &found)
            for (callee, count) in found where callers.indices.contains(callee) { callers[callee] += count }
            calls.append(found.keys.filter { callers.indices.contains($0) }.sorted())
        }
        if callers.indices.contains(grammar.root) { callers[grammar.root] += 1 }
    }

    /// Makes the automata of all rules that the root reaches.
    mutating func compile() throws(LocatedError) {
        let calls = self.calls
        let components = strongComponents(
            count: grammar.rules.count, roots: [grammar.root], successors: { calls[$0] })
        for component in components {
            let rules = component.sorted()
            if rules.count > 1 || calls[rules[0]].contains(rules[0]) {
                for rule in rules { isRecursive[rule] = true }
            }
            try compile(rules)
        }
    }

    /// Makes the automata of rules that call each other; all others that they call are made.
    private mutating func compile(_ rules: [Int]) throws(LocatedError) {
        var sources: [Int32: NondeterministicAutomaton] = [:]
        for rule in rules {
            var source = NondeterministicAutomaton(limit: limits.states)
            let compiled = self
            try source.add(
                grammar.rules[rule].expression, from: source.start, to: source.end,
                inlining: { compiled.inlined($0) })
            sources[Int32(truncatingIfNeeded: rule)] = source
        }
        let empty = rulesThatMayBeEmpty(sources)
        var made: [Int32: RuleAutomaton] = [:]
        for (rule, var source) in sources {
            source.bypassCalls { [automata] in automata[$0]?.mayBeEmpty ?? empty.contains($0) }
            var automaton = try RuleAutomaton(source, limit: limits.states, steps: &steps)
            automaton.separateEmptyText()
            made[rule] = automaton.minimized()
        }
        var rewriting = LeftRecursion(made, limit: limits.states)
        try rewriting.eliminate(made.keys.sorted(), steps: &steps)
        for (rule, automaton) in rewriting.automata {
            statesLeft -= automaton.states.count
            guard statesLeft >= 0 else { throw GrammarError.tooManyStates(limits.states) }
            automata[rule] = automaton
        }
        for rule in rules where calls[rule].contains(where: { isShared[$0] && inlined($0) != nil }) {
            isShared[rule] = true
        }
    }

    /// The automaton to put in place of a call; nil to leave the call.
    private func inlined(_ rule: Int) -> RuleAutomaton? {
        guard !isRecursive[rule], let automaton = automata[Int32(truncatingIfNeeded: rule)] else {
            return nil
        }
        let isSmall = automaton.states.count <= Self.inlinedStates && !isShared[rule]
        guard isSmall || callers[rule] == 1 else { return nil }
        guard automaton.mayBeEmpty else { return automaton }
        // The start has no way back into it, so that it may be final again.
        var whole = automaton
        whole.states[0].isFinal = true
        return whole
    }

    /// The rules of a group that stand for the empty text too: a fixed point.
    private func rulesThatMayBeEmpty(_ sources: [Int32: NondeterministicAutomaton]) -> Set<Int32> {
        var empty: Set<Int32> = []
        var changed = true
        while changed {
            changed = false
            for (rule, source) in sources where !empty.contains(rule) {
                let found = source.reachesEnd { [automata] in
                    automata[$0]?.mayBeEmpty ?? empty.contains($0)
                }
                if found {
                    empty.insert(rule)
                    changed = true
                }
            }
        }
        return empty
    }
}

extension NondeterministicAutomaton {
    /// Whether the end can be reached without a byte, when the rules for which `mayBeEmpty` holds need none.
    func reachesEnd(_ mayBeEmpty: (Int32) -> Bool) -> Bool {
        var met = [Bool](repeating: false, count: count)
        var waiting = [start]
        met[Int(start)] = true
        while let state = waiting.popLast() {
            if state == end { return true }
            forEachEdge(of: state) { edge in
                let passes =
                    switch edge.label {
                    case .empty: true
                    case .bytes: false
                    case .call(let rule): mayBeEmpty(rule)
                    }
                if passes, !met[Int(edge.target)] {
                    met[Int(edge.target)] = true
                    waiting.append(edge.target)
                }
            }
        }
        return false
    }
}

extension GrammarExpression {
    /// Counts how often each rule is called, one, or two for more.
    func countCalls(into counts: inout [Int: Int], isRepeated: Bool = false) {
        switch self {
        case .bytes, .characters: break
        case .rule(let rule): counts[rule] = isRepeated || counts[rule] != nil ? 2 : 1
        case .sequence(let parts), .choice(let parts):
            for part in parts { part.countCalls(into: &counts, isRepeated: isRepeated) }
        case .repetition(let part, _, let most):
            // What is repeated is written out several times.
            part.countCalls(into: &counts, isRepeated: isRepeated || most != 1)
        }
    }
}
