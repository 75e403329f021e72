/// How long the shortest completion of a text can become.
struct CompletionGrowth: Sendable {
    /// The most bytes of any shortest completion; nil when rules call themselves, so that there is no bound.
    let longest: Int?

    /// The most that one byte can add to the shortest completion.
    let perByte: Int

    init(_ automaton: PushdownAutomaton) {
        var most = 0
        for state in automaton.states.indices {
            let before = Int(automaton.states[state].distance)
            for column in 0..<automaton.classCount {
                let entry = automaton.table[state * automaton.classCount + column]
                if entry >= 0 {
                    most = max(most, Int(automaton.states[Int(entry)].distance) - before)
                } else if entry < PushdownAutomaton.nowhere {
                    for move in automaton.moves[automaton.list(entry)] {
                        let pushes = automaton.pushes[
                            Int(move.firstPush)..<Int(move.firstPush + move.pushCount)]
                        let after = pushes.reduce(Int(automaton.states[Int(move.target)].distance)) {
                            $0 + Int(automaton.states[Int($1)].distance)
                        }
                        most = max(most, after - before)
                    }
                }
            }
        }
        perByte = most
        longest = automaton.moves.isEmpty ? automaton.states.reduce(0) { max($0, Int($1.distance)) } : nil
    }
}
