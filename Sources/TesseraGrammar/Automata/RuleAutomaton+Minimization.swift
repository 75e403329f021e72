extension RuleAutomaton {
    /// The smallest automaton that does the same.
    ///
    /// Valmari's algorithm ("Fast brief practical DFA minimization", Information Processing Letters 2012), O(m log m)
    /// in the number m of transitions: blocks of states and sets of transitions with one label are split against each
    /// other until nothing splits.
    func minimized() -> RuleAutomaton {
        guard states.count > 1 else { return self }
        var transitions = labelledTransitions()
        transitions.sort { $0.label < $1.label }

        var blocks = Partition(count: states.count)
        for (index, state) in states.enumerated() where state.isFinal { blocks.mark(index) }
        blocks.split()
        var cords = Partition(
            count: transitions.count, boundaries: { transitions[$0].label != transitions[$0 - 1].label })

        var incoming = [[Int32]](repeating: [], count: states.count)
        for (index, transition) in transitions.enumerated() {
            incoming[Int(transition.head)].append(Int32(truncatingIfNeeded: index))
        }
        // The start is kept apart: it must have no way back into it.
        blocks.mark(0)
        blocks.split()
        // All blocks but one must be split against; all are, which costs little and needs no argument.
        var block = 0
        var cord = 0
        while cord < cords.count || block < blocks.count {
            while block < blocks.count {
                for state in blocks.members(block) {
                    for transition in incoming[state] { cords.mark(Int(transition)) }
                }
                cords.split()
                block += 1
            }
            if cord < cords.count {
                for transition in cords.members(cord) { blocks.mark(Int(transitions[transition].tail)) }
                blocks.split()
                cord += 1
            }
        }
        return merged(blocks)
    }

    private struct Transition {
        var tail: Int32
        var label: Int32
        var head: Int32
    }

    /// All transitions, bytes cut at every border that any state has; calls are numbered after them.
    private func labelledTransitions() -> [Transition] {
        var isBorder = [Bool](repeating: false, count: 257)
        for state in states {
            for move in state.moves {
                isBorder[Int(move.range.lower)] = true
                isBorder[Int(move.range.upper) + 1] = true
            }
        }
        var made: [Transition] = []
        for (tail, state) in states.enumerated() {
            let tail = Int32(truncatingIfNeeded: tail)
            for move in state.moves {
                for byte in Int(move.range.lower)...Int(move.range.upper) where isBorder[byte] {
                    made.append(Transition(tail: tail, label: Int32(byte), head: move.target))
                }
            }
            for call in state.calls {
                made.append(Transition(tail: tail, label: 256 + call.rule, head: call.target))
            }
        }
        return made
    }

    /// One state for each block, that of the start first.
    private func merged(_ blocks: Partition) -> RuleAutomaton {
        var number = [Int32](repeating: -1, count: blocks.count)
        var order: [Int] = []
        for state in states.indices where number[blocks.block(of: state)] < 0 {
            number[blocks.block(of: state)] = Int32(truncatingIfNeeded: order.count)
            order.append(state)
        }
        var made = self
        made.states = order.map { index in
            var state = states[index]
            var moves: [Move] = []
            for move in state.moves {
                let target = number[blocks.block(of: Int(move.target))]
                if let last = moves.last, last.target == target,
                    Int(last.range.upper) + 1 == Int(move.range.lower)
                {
                    moves[moves.count - 1].range.upper = move.range.upper
                } else {
                    moves.append(Move(range: move.range, target: target))
                }
            }
            state.moves = moves
            for call in state.calls.indices {
                state.calls[call].target = number[blocks.block(of: Int(state.calls[call].target))]
            }
            return state
        }
        return made
    }
}

/// Elements in blocks that are split by marking some of their elements.
private struct Partition {
    private(set) var count: Int
    private var elements: [Int]
    private var places: [Int]
    private var blocks: [Int]
    private var first: [Int]
    private var end: [Int]
    private var marked: [Int]
    private var touched: [Int] = []

    /// One block of all, or blocks that begin at the elements where `boundaries` holds.
    init(count total: Int, boundaries: (Int) -> Bool = { _ in false }) {
        elements = Array(0..<total)
        places = elements
        blocks = [Int](repeating: 0, count: total)
        first = total > 0 ? [0] : []
        end = []
        for index in 0..<total {
            if index > 0, boundaries(index) {
                end.append(index)
                first.append(index)
            }
            blocks[index] = first.count - 1
        }
        if total > 0 { end.append(total) }
        count = first.count
        marked = [Int](repeating: 0, count: count)
    }

    func block(of element: Int) -> Int { blocks[element] }

    func members(_ block: Int) -> ArraySlice<Int> { elements[first[block]..<end[block]] }

    /// Moves an element to the front of its block; marking it again does nothing.
    mutating func mark(_ element: Int) {
        let block = blocks[element]
        let place = places[element]
        let border = first[block] + marked[block]
        guard place >= border else { return }
        elements[place] = elements[border]
        places[elements[place]] = place
        elements[border] = element
        places[element] = border
        if marked[block] == 0 { touched.append(block) }
        marked[block] += 1
    }

    /// Makes a block of the smaller part of each block that is partly marked.
    mutating func split() {
        while let block = touched.popLast() {
            let border = first[block] + marked[block]
            marked[block] = 0
            guard border < end[block] else { continue }
            if border - first[block] <= end[block] - border {
                first.append(first[block])
                end.append(border)
                first[block] = border
            } else {
                first.append(border)
                end.append(end[block])
                end[block] = border
            }
            for place in first[count]..<end[count] { blocks[elements[place]] = count }
            marked.append(0)
            count += 1
        }
    }
}
