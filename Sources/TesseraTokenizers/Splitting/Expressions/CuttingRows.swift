/// The rows of a `CuttingTable`, for an automaton that starts everywhere in the same state.
///
/// There is one for each state. Some states have more, since a match of theirs may come to nothing, so that an earlier
/// end counts, which the automaton alone does not remember:
///
/// - One for each class of code points that leads there where a match might have ended just before. When the match comes
///   to nothing, it ended there, and the next began with that code point.
/// - One together with a row of the next match, begun at the last place where the match might have ended, when more than
///   one code point may pass until it comes to nothing, as after a line break and spaces. The end is noted at once, on
///   trust; both go on side by side, until the match comes to nothing, or ends further on after all and what was noted
///   must be taken back.
struct CuttingRows {
    /// Where an entry leads to: a row, and which of its three copies.
    struct Target {
        var row: Int
        var copy: Int

        /// A match goes on.
        static let goesOn = 0
        /// A match ended one code point before the last.
        static let cutsBefore = 1
        /// A match ended before the last code point.
        static let cuts = 2
    }

    /// For each row and class what is entered; nil: that must be worked out.
    private(set) var targets: [[Target?]] = []

    var count: Int { targets.count }

    private enum Row: Hashable {
        /// A state, and the class of the code point that led to it where a match might have ended before that.
        case state(Int, behind: Int?)
        /// A state, and the row of the match that begins if nothing comes of it.
        case onTrust(Int, next: Int)
    }

    private let automaton: PriorityAutomaton
    private let classCount: Int
    /// For each state whether a match may come to nothing in it.
    private var mayEnd: [Bool] = []
    /// For each state whether a match mostly comes to nothing in it, and otherwise may do so later.
    private var mayLinger: [Bool] = []
    private var rows: [Row] = []
    private var numbers: [Row: Int] = [:]

    /// The most rows beyond those of the states.
    private static let mostOthers = 400

    init(_ automaton: PriorityAutomaton) {
        self.automaton = automaton
        classCount = automaton.width - 1
        for state in 0..<automaton.stateCount {
            let steps = (0..<classCount).map { automaton.step(state, $0) }
            let ends = steps.count { $0.state == nil && !$0.matches }
            mayEnd.append(ends > 0)
            mayLinger.append(2 * ends > classCount && steps.contains { $0.state != nil && !$0.matches })
            _ = number(.state(state, behind: nil))
        }
        while targets.count < rows.count {
            let row = rows[targets.count]
            var entries: [Target?] = []
            for column in 0..<classCount { entries.append(target(from: row, column)) }
            targets.append(entries)
        }
    }

    /// Whether what was noted last when `row` was entered must be taken back if it does not tell what happens.
    func isOnTrust(_ row: Int) -> Bool {
        if case .onTrust = rows[row] { true } else { false }
    }

    /// The number of a row; that of its state where there are too many.
    private mutating func number(_ row: Row) -> Int? {
        if let known = numbers[row] { return known }
        guard rows.count < automaton.stateCount + Self.mostOthers else { return nil }
        numbers[row] = rows.count
        rows.append(row)
        return rows.count - 1
    }

    private mutating func target(from row: Row, _ column: Int) -> Target? {
        switch row {
        case .state(let state, let behind):
            let step = automaton.step(state, column)
            if let next = step.state { return self.target(enteringBy: column, next, matches: step.matches) }
            guard automaton.starts.count == 1 else { return nil }
            if step.matches {
                return begun(by: column).map { Target(row: $0, copy: Target.cuts) }
            }
            guard let behind, let state = begun(by: behind) else { return nil }
            let second = automaton.step(state, column)
            guard let next = second.state else { return nil }
            let entered = target(enteringBy: column, next, matches: second.matches)
            return entered.copy == Target.goesOn ? Target(row: entered.row, copy: Target.cutsBefore) : nil
        case .onTrust(let state, let next):
            let step = automaton.step(state, column)
            guard !step.matches, let target = target(from: rows[next], column) else { return nil }
            guard let state = step.state else { return target }
            guard target.copy == Target.goesOn, let row = number(.onTrust(state, next: target.row)) else {
                return nil
            }
            return Target(row: row, copy: Target.goesOn)
        }
    }

    /// What is entered when a match goes on to `state`.
    private mutating func target(enteringBy column: Int, _ state: Int, matches: Bool) -> Target {
        guard matches, automaton.starts.count == 1 else { return Target(row: state, copy: Target.goesOn) }
        if mayLinger[state], let next = begun(by: column), let row = number(.onTrust(state, next: next)) {
            return Target(row: row, copy: Target.cuts)
        }
        if mayEnd[state], let row = number(.state(state, behind: column)) {
            return Target(row: row, copy: Target.goesOn)
        }
        return Target(row: state, copy: Target.goesOn)
    }

    /// The state, and row, behind the first code point of a match.
    private func begun(by column: Int) -> Int? { automaton.step(automaton.starts[0], column).state }
}
