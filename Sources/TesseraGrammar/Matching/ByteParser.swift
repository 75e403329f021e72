internal import TesseraCore

/// Where a parser may stand: a state and the stack of states that it returns to.
struct ParserItem: Hashable, Sendable {
    var state: Int32
    var stack: Int32
}

/// Runs a pushdown automaton over bytes, following all ways at once, with a level for every byte so that bytes can be
/// taken back.
///
/// A level holds every state in which the next byte could be taken: rules that end there have been returned from,
/// rules that begin there have not been called. A step ends: no rule calls itself without a byte, so pushes are
/// bounded, and returns only shorten the stack.
struct ByteParser: Sendable {
    let automaton: PushdownAutomaton
    private(set) var stacks: StackArena
    private(set) var items: [ParserItem] = []
    /// Where each level begins in `items`.
    private var starts: [Int] = []
    /// The keys of the last level's items once there are many.
    private var met: Set<ParserItem> = []
    private var waiting: [ParserItem] = []
    /// The most items of a level.
    let limit: Int

    /// Whether a step was refused because of a limit, not because of the text.
    private(set) var isExhausted = false

    init(_ automaton: PushdownAutomaton, limits: GrammarLimits) {
        self.automaton = automaton
        stacks = StackArena(limit: limits.stackNodes)
        limit = limits.parserStates
    }

    /// Begins anew in these states.
    mutating func begin(_ first: some Sequence<ParserItem>) {
        items.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        items.append(contentsOf: first)
        isExhausted = false
    }

    /// Adds a level of these items, as if a byte had led to them.
    mutating func append(_ level: [ParserItem]) {
        starts.append(items.count)
        items.append(contentsOf: level)
    }

    /// Levels, that of the beginning included.
    var levelCount: Int { starts.count }

    /// The places of the last level in `items`.
    @inline(__always)
    var level: Range<Int> { (starts.last ?? 0)..<items.count }

    /// Takes levels back until `count` are left.
    @inline(__always)
    mutating func truncate(toLevels count: Int) {
        guard count < starts.count else { return }
        items.removeLast(items.count - starts[count])
        starts.removeLast(starts.count - count)
    }

    /// Takes a byte: a new level, or false and no change when the byte cannot follow.
    @inline(__always)
    mutating func advance(_ byte: UInt8) -> Bool {
        let from = level
        let begin = items.count
        if from.count == 1 {
            // The usual case, without a way to a second item.
            let item = items[from.lowerBound]
            let entry = automaton.entry(item.state, byte)
            if entry == PushdownAutomaton.nowhere { return false }
            if entry >= 0, !automaton.states[Int(entry)].isFinal {
                starts.append(begin)
                items.append(ParserItem(state: entry, stack: item.stack))
                return true
            }
        }
        return advanceAll(byte, from, begin)
    }

    private mutating func advanceAll(_ byte: UInt8, _ from: Range<Int>, _ begin: Int) -> Bool {
        if !met.isEmpty { met.removeAll(keepingCapacity: true) }
        for index in from {
            let item = items[index]
            let entry = automaton.entry(item.state, byte)
            if entry >= 0 {
                add(ParserItem(state: entry, stack: item.stack), begin)
            } else if entry < PushdownAutomaton.nowhere {
                for place in automaton.list(entry) {
                    let move = automaton.moves[place]
                    guard let stack = pushed(move, on: item.stack) else { continue }
                    add(ParserItem(state: move.target, stack: stack), begin)
                }
            }
        }
        guard items.count > begin, !isExhausted else {
            items.removeSubrange(begin...)
            return false
        }
        starts.append(begin)
        return true
    }

    private mutating func pushed(_ move: PushdownAutomaton.Move, on stack: Int32) -> Int32? {
        var stack = stack
        for place in Int(move.firstPush)..<Int(move.firstPush + move.pushCount) {
            let state = automaton.pushes[place]
            guard let next = stacks.push(state, on: stack, cost: automaton.costs[Int(state)]) else {
                isExhausted = true
                return nil
            }
            stack = next
        }
        return stack
    }

    /// Adds an item and those that it returns to.
    private mutating func add(_ first: ParserItem, _ begin: Int) {
        waiting.append(first)
        while var item = waiting.popLast() {
            while true {
                let state = automaton.states[Int(item.state)]
                // An end at the bottom stays too: the text may end there, whoever the callers are.
                if state.goesOn || item.stack <= StackArena.guessed {
                    guard isNew(item, begin) else { break }
                    guard items.count - begin < limit else {
                        isExhausted = true
                        waiting.removeAll()
                        return
                    }
                    items.append(item)
                }
                guard state.isFinal, item.stack != StackArena.text else { break }
                if item.stack > StackArena.guessed {
                    let node = stacks.nodes[Int(item.stack)]
                    item = ParserItem(state: node.state, stack: node.parent)
                } else {
                    leave(Int(state.rule), isCertain: item.stack == StackArena.unknown)
                    break
                }
            }
        }
    }

    /// Returns from a rule into callers that are not known.
    private mutating func leave(_ rule: Int, isCertain: Bool) {
        guard let places = automaton.returns[rule] else {
            let anything = Int32(truncatingIfNeeded: automaton.stateCount - 1)
            waiting.append(ParserItem(state: anything, stack: StackArena.guessed))
            return
        }
        let staysCertain = isCertain && places.count == 1 && !automaton.mayEndText[rule]
        for place in places {
            waiting.append(
                ParserItem(state: place, stack: staysCertain ? StackArena.unknown : StackArena.guessed))
        }
    }

    private mutating func isNew(_ item: ParserItem, _ begin: Int) -> Bool {
        let count = items.count - begin
        if count < 24 { return !items[begin...].contains(item) }
        if met.isEmpty { met.formUnion(items[begin...]) }
        return met.insert(item).inserted
    }
}

extension ByteParser {
    /// Whether the text may end at the last level.
    var canEnd: Bool {
        items[level].contains { $0.stack == StackArena.text && automaton.states[Int($0.state)].isFinal }
    }

    /// What it costs to complete the text from an item.
    @inline(__always)
    func cost(_ item: ParserItem) -> Int {
        Int(automaton.costs[Int(item.state)]) + Int(stacks.nodes[Int(item.stack)].cost)
    }

    /// What it costs to complete the text from the last level; nothing where it may end.
    var cost: Int {
        if canEnd { return 0 }
        return items[level].reduce(.max) { min($0, cost($1)) }
    }

    /// A shortest text from an item to the end of the text.
    func shortestText(_ item: ParserItem) -> [UInt8] {
        var text: [UInt8] = []
        var waiting = [item.state]
        var stack = item.stack
        while true {
            guard let state = waiting.popLast() else {
                guard stack > StackArena.guessed else { return text }
                let node = stacks.nodes[Int(stack)]
                waiting.append(node.state)
                stack = node.parent
                continue
            }
            let found = automaton.states[Int(state)]
            if found.distance == 0 { continue }
            waiting.append(found.following)
            if found.callee >= 0 {
                waiting.append(found.callee)
            } else {
                text.append(found.nextByte)
            }
        }
    }
}
