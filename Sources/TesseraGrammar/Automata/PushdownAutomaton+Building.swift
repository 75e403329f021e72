internal import TesseraCore

extension PushdownAutomaton {
    /// The most places that a rule returns to that are told apart while tokens are classified.
    private static let returnLimit = 256

    /// The most ways to begin that a state may have.
    private static let entryLimit = 4_096

    /// Compiles the rules of a grammar.
    ///
    /// - Throws: `LocatedError` when it matches nothing or needs more than `limits` allow.
    init(_ grammar: Grammar, limits: GrammarLimits) throws(LocatedError) {
        var compiler = try RuleCompiler(grammar, limits: limits)
        try compiler.compile()
        let root = Int32(truncatingIfNeeded: grammar.root)
        guard let rootAutomaton = compiler.automata[root] else {
            throw GrammarError.matchesNothing("root")
        }

        // Numbers for the rules and states that are left.
        let rules = Self.calledRules(from: root, compiler.automata)
        var numbers: [Int32: Int32] = [:]
        var starts: [Int32] = []
        var count: Int32 = 0
        for rule in rules {
            numbers[rule] = Int32(truncatingIfNeeded: starts.count)
            starts.append(count)
            count += Int32(truncatingIfNeeded: compiler.automata[rule]?.states.count ?? 0)
        }
        var all: [RuleAutomaton.State] = []
        var ruleOf: [Int32] = []
        for (number, rule) in rules.enumerated() {
            let base = starts[number]
            for var state in compiler.automata[rule]?.states ?? [] {
                for index in state.moves.indices { state.moves[index].target += base }
                for index in state.calls.indices {
                    state.calls[index].target += base
                    state.calls[index].rule = numbers[state.calls[index].rule] ?? 0
                }
                all.append(state)
                ruleOf.append(Int32(truncatingIfNeeded: number))
            }
        }

        // What leads nowhere is cut off, so that whatever is accepted can be completed.
        let shortest = ShortestTexts(all, starts: starts)
        let distances = shortest.distance
        acceptsEmptyText = rootAutomaton.mayBeEmpty
        guard distances[0] != ShortestTexts.unreachable || acceptsEmptyText else {
            throw GrammarError.matchesNothing(grammar.rules[grammar.root].name)
        }
        for index in all.indices {
            all[index].moves.removeAll { distances[Int($0.target)] == ShortestTexts.unreachable }
            all[index].calls.removeAll {
                distances[Int($0.target)] == ShortestTexts.unreachable
                    || distances[Int(starts[Int($0.rule)])] == ShortestTexts.unreachable
            }
        }

        states = all.indices.map { index in
            var made = State(
                rule: ruleOf[index], isFinal: all[index].isFinal,
                goesOn: !all[index].moves.isEmpty || !all[index].calls.isEmpty,
                distance: distances[index], nextByte: 0, callee: -1, following: -1)
            switch shortest.step[index] {
            case .end: break
            case .byte(let byte, let target): (made.nextByte, made.following) = (byte, target)
            case .call(let rule, let target): (made.callee, made.following) = (starts[Int(rule)], target)
            }
            return made
        }
        // A state from which everything is allowed, for what follows rules with too many callers.
        states.append(
            State(
                rule: Int32(truncatingIfNeeded: rules.count), isFinal: false, goesOn: true, distance: 0,
                nextByte: 0,
                callee: -1, following: -1))
        costs = [Int32](repeating: 0, count: states.count)
        start = 0
        (returns, mayEndText) = Self.returns(of: all, ruleOf: ruleOf, ruleCount: rules.count + 1)

        // Columns: a byte is told from the one before it where any state does.
        var isBorder = [Bool](repeating: false, count: 257)
        for state in all {
            for move in state.moves {
                isBorder[Int(move.range.lower)] = true
                isBorder[Int(move.range.upper) + 1] = true
            }
        }
        classes = [UInt8](repeating: 0, count: 256)
        var column = 0
        for byte in 0..<256 {
            if byte > 0, isBorder[byte] { column += 1 }
            classes[byte] = UInt8(truncatingIfNeeded: column)
        }
        classCount = column + 1
        guard states.count <= limits.tableEntries / classCount else {
            throw GrammarError.tooManyStates(limits.tableEntries / classCount)
        }

        table = [Int32](repeating: Self.nowhere, count: states.count * classCount)
        for (index, state) in all.enumerated() {
            for move in state.moves {
                let columns = Int(classes[Int(move.range.lower)])...Int(classes[Int(move.range.upper)])
                for column in columns { table[index * classCount + column] = move.target }
            }
        }
        let anything = Int32(truncatingIfNeeded: all.count)
        for column in 0..<classCount { table[all.count * classCount + column] = anything }
        (lists, moves, pushes, loops) = ([0], [], [], [])
        try addCalls(all, starts: starts, limits: limits)
        addLoops()
    }

    /// The rules that are still called, the root first.
    private static func calledRules(from root: Int32, _ automata: [Int32: RuleAutomaton]) -> [Int32] {
        var found = [root]
        var met: Set<Int32> = [root]
        var position = 0
        while position < found.count {
            for state in automata[found[position]]?.states ?? [] {
                for call in state.calls where met.insert(call.rule).inserted { found.append(call.rule) }
            }
            position += 1
        }
        return found
    }

    /// Where each rule can return to, and whether it can end the text: a call that is the last thing a rule does
    /// returns to where that rule does.
    private static func returns(
        of states: [RuleAutomaton.State], ruleOf: [Int32], ruleCount: Int
    ) -> (places: [Set<Int32>?], mayEndText: [Bool]) {
        var places = [Set<Int32>?](repeating: [], count: ruleCount)
        var mayEnd = [Bool](repeating: false, count: ruleCount)
        var tailCalls = [Set<Int>](repeating: [], count: ruleCount)
        mayEnd[0] = true
        for (index, state) in states.enumerated() {
            for call in state.calls {
                if states[Int(call.target)].isTail {
                    tailCalls[Int(ruleOf[index])].insert(Int(call.rule))
                } else {
                    places[Int(call.rule)]?.insert(call.target)
                }
            }
        }
        for rule in places.indices where (places[rule]?.count ?? 0) > returnLimit { places[rule] = nil }
        var waiting = Array(places.indices)
        while let rule = waiting.popLast() {
            for callee in tailCalls[rule] {
                var changed = false
                if mayEnd[rule], !mayEnd[callee] {
                    mayEnd[callee] = true
                    changed = true
                }
                if let own = places[callee] {
                    if let more = places[rule] {
                        let joined = own.union(more)
                        if joined.count > own.count {
                            places[callee] = joined.count > returnLimit ? nil : joined
                            changed = true
                        }
                    } else {
                        places[callee] = nil
                        changed = true
                    }
                }
                if changed { waiting.append(callee) }
            }
        }
        return (places, mayEnd)
    }

    /// A way into a called rule: the state to begin in after pushing.
    private struct Entry: Hashable {
        var state: Int32
        var pushes: [Int32]
    }

    /// Adds to the table what calls make possible.
    private mutating func addCalls(
        _ all: [RuleAutomaton.State], starts: [Int32], limits: GrammarLimits
    ) throws(LocatedError) {
        let plain = table
        // The ways into each rule, called rules first: no rule calls itself before it takes a byte.
        let order = strongComponents(
            count: starts.count, roots: Array(starts.indices),
            successors: { all[Int(starts[$0])].calls.map { Int($0.rule) } })
        var entries = [[Entry]](repeating: [], count: starts.count)
        var kept = 0
        for component in order {
            for rule in component {
                entries[rule] = try Self.entries(of: starts[rule], all, entries)
                kept += entries[rule].reduce(0) { $0 + $1.pushes.count }
                // Rules that call each other's beginnings push ever longer lists.
                guard kept <= limits.tableEntries else {
                    throw GrammarError.tooManyStates(limits.tableEntries)
                }
            }
        }
        var known: [[Move]: Int32] = [:]
        var knownPushes: [[Int32]: Int32] = [:]
        for index in all.indices where !all[index].calls.isEmpty {
            let ways = try Self.entries(of: Int32(truncatingIfNeeded: index), all, entries)
            for column in 0..<classCount {
                var found: [Move] = []
                for way in ways {
                    let target = plain[Int(way.state) * classCount + column]
                    guard target >= 0 else { continue }
                    let first: Int32
                    if let place = knownPushes[way.pushes] {
                        first = place
                    } else {
                        first = Int32(truncatingIfNeeded: pushes.count)
                        pushes += way.pushes
                        knownPushes[way.pushes] = first
                    }
                    found.append(
                        Move(
                            target: target, firstPush: first,
                            pushCount: Int32(truncatingIfNeeded: way.pushes.count)))
                }
                guard let only = found.first else { continue }
                if found.count == 1, only.pushCount == 0 {
                    table[index * classCount + column] = only.target
                    continue
                }
                if let list = known[found] {
                    table[index * classCount + column] = -2 - list
                } else {
                    let list = Int32(truncatingIfNeeded: lists.count - 1)
                    known[found] = list
                    moves += found
                    lists.append(Int32(truncatingIfNeeded: moves.count))
                    table[index * classCount + column] = -2 - list
                }
            }
            guard moves.count + pushes.count <= limits.tableEntries else {
                throw GrammarError.tooManyStates(limits.tableEntries)
            }
        }
    }

    private static func entries(
        of state: Int32, _ all: [RuleAutomaton.State], _ known: [[Entry]]
    ) throws(LocatedError) -> [Entry] {
        var made = [Entry(state: state, pushes: [])]
        var met: Set<Entry> = []
        for call in all[Int(state)].calls {
            let own: [Int32] = all[Int(call.target)].isTail ? [] : [call.target]
            for entry in known[Int(call.rule)] {
                let added = Entry(state: entry.state, pushes: own + entry.pushes)
                if met.insert(added).inserted { made.append(added) }
            }
            guard made.count <= entryLimit else { throw GrammarError.tooAmbiguous(entryLimit) }
        }
        return made
    }

    /// Notes the bytes that lead from each state back to it.
    private mutating func addLoops() {
        loops = states.indices.map { state in
            var set = ByteSet()
            for byte in UInt8.min...UInt8.max
            where entry(Int32(truncatingIfNeeded: state), byte) == Int32(truncatingIfNeeded: state) {
                set.insert(byte)
            }
            return set.isEmpty ? nil : set
        }
    }
}

extension RuleAutomaton.State {
    /// Whether there is nothing left to do but to return.
    fileprivate var isTail: Bool { isFinal && moves.isEmpty && calls.isEmpty }
}
