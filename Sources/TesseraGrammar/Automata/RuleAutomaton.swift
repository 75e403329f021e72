internal import TesseraCore

/// The deterministic automaton of one rule: in every state, each byte and each rule leads to at most one state.
///
/// State 0 is the start. What a byte and a call lead to may still compete: the matcher follows both.
struct RuleAutomaton: Hashable, Sendable {
    struct Move: Hashable, Sendable {
        var range: ByteRange
        var target: Int32
    }

    struct Call: Hashable, Sendable {
        var rule: Int32
        var target: Int32
    }

    struct State: Hashable, Sendable {
        /// In order, without overlaps.
        var moves: [Move] = []
        var calls: [Call] = []
        var isFinal = false
    }

    var states: [State]

    /// Whether the rule stands for the empty text too; no state says so, since calls of it have empty moves beside
    /// them.
    var mayBeEmpty = false
}

extension RuleAutomaton {
    /// The automaton without its start being final, so that a call always takes at least one byte.
    ///
    /// The start gets a copy of itself for the loops that lead back to it.
    mutating func separateEmptyText() {
        mayBeEmpty = states[0].isFinal
        guard mayBeEmpty || isStartReentered else { return }
        let copy = Int32(truncatingIfNeeded: states.count)
        states.append(states[0])
        for index in states.indices {
            for move in states[index].moves.indices where states[index].moves[move].target == 0 {
                states[index].moves[move].target = copy
            }
            for call in states[index].calls.indices where states[index].calls[call].target == 0 {
                states[index].calls[call].target = copy
            }
        }
        states[0].isFinal = false
    }

    private var isStartReentered: Bool {
        states.contains { state in
            state.moves.contains { $0.target == 0 } || state.calls.contains { $0.target == 0 }
        }
    }
}
