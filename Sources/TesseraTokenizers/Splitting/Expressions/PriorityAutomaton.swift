/// A deterministic automaton that finds, from where it is started, the match that a backtracking matcher would find.
///
/// Its states are lists of instructions, the preferred first, as in the simulation of Pike (1987) and in RE2 (Cox,
/// 2010). Conditions on the next code point stay in the list until that code point is known, so a match is seen one
/// step after its end. Complete: every state is worked out beforehand.
struct PriorityAutomaton: Sendable {
    /// What is done at a place, in a state, when the class of the next code point is known.
    struct Step: Hashable, Sendable {
        /// Whether a match ends here.
        var matches: Bool
        /// The state behind the code point; nil when no better match can come.
        var state: Int?
    }

    /// The number of columns: the classes and, last, the end.
    let width: Int
    /// The steps of each state in turn.
    private(set) var steps: [Step] = []
    /// The state to start in behind a code point of each kind.
    private(set) var starts: [Int] = []
    /// For each state the kind of the code point before.
    private(set) var kinds: [Int] = []

    /// The most states; an expression that needs more is run otherwise.
    static let mostStates = 3000
    /// The most instructions looked at while the states are worked out.
    static let mostWork = 3_000_000

    var stateCount: Int { steps.count / width }

    func step(_ state: Int, _ column: Int) -> Step { steps[state * width + column] }

    /// Whether the empty text matches somewhere.
    var matchesEmpty: Bool { starts.contains { start in (0..<width).contains { step(start, $0).matches } } }

    /// The automaton of `program`; nil when it would have too many states, or needs longer looks.
    init?(_ program: ExpressionProgram, _ alphabet: ProgramAlphabet) {
        guard program.looks.isEmpty else { return nil }
        width = alphabet.end + 1
        var builder = PriorityAutomatonBuilder(program: program, alphabet: alphabet)
        for kind in 0..<alphabet.kindCount { starts.append(builder.start(kind)) }
        var next = 0
        while next < builder.states.count {
            for column in 0..<width { steps.append(builder.step(next, column)) }
            next += 1
            guard builder.states.count <= Self.mostStates, builder.work <= Self.mostWork,
                builder.states.count * width <= Self.mostWork
            else { return nil }
        }
        kinds = builder.states.map(\.kind)
    }
}

/// Works out the states of a `PriorityAutomaton`.
private struct PriorityAutomatonBuilder {
    struct State: Hashable {
        /// Instructions that consume or wait for the next code point, or match, the preferred first.
        var threads: [Int]
        /// The kind of the code point before.
        var kind: Int
    }

    let program: ExpressionProgram
    let alphabet: ProgramAlphabet
    private(set) var states: [State] = []
    private(set) var work = 0
    private var numbers: [State: Int] = [:]
    /// For each instruction, the round in which it was met last.
    private var met: [Int]
    private var round = 0
    private var pending: [Int] = []

    init(program: ExpressionProgram, alphabet: ProgramAlphabet) {
        self.program = program
        self.alphabet = alphabet
        met = [Int](repeating: 0, count: program.instructions.count)
    }

    mutating func start(_ kind: Int) -> Int {
        round += 1
        var threads: [Int] = []
        _ = follow(program.entry, kind: kind, next: nil, into: &threads)
        return number(State(threads: threads, kind: kind))
    }

    mutating func step(_ state: Int, _ column: Int) -> PriorityAutomaton.Step {
        let from = states[state]
        var consuming: [Int] = []
        var matches = false
        round += 1
        for thread in from.threads {
            if follow(thread, kind: from.kind, next: column, into: &consuming) {
                matches = true
                break
            }
        }
        if column == alphabet.end { return PriorityAutomaton.Step(matches: matches, state: nil) }
        let kind = alphabet.kinds[column]
        var threads: [Int] = []
        round += 1
        for thread in consuming {
            guard case .consume(let set, let target) = program.instructions[thread],
                alphabet.classes.contains(set: set, column)
            else { continue }
            // What comes after a match for certain is never preferred to it.
            if follow(target, kind: kind, next: nil, into: &threads) { break }
        }
        guard !threads.isEmpty else { return PriorityAutomaton.Step(matches: matches, state: nil) }
        return PriorityAutomaton.Step(matches: matches, state: number(State(threads: threads, kind: kind)))
    }

    private mutating func number(_ state: State) -> Int {
        if let known = numbers[state] { return known }
        numbers[state] = states.count
        states.append(state)
        return states.count - 1
    }

    /// Appends what can be reached from `instruction` without consuming, in order of preference.
    ///
    /// - Parameter next: the class of the next code point; nil: not known, so that conditions on it are appended.
    /// - Returns: whether a match was reached, behind which nothing is appended.
    private mutating func follow(_ instruction: Int, kind: Int, next: Int?, into threads: inout [Int]) -> Bool
    {
        pending.append(instruction)
        while let place = pending.popLast() {
            if met[place] == round { continue }
            met[place] = round
            work += 1
            switch program.instructions[place] {
            case .consume: threads.append(place)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .next(let set, let orEnd, let target):
                guard let next else {
                    threads.append(place)
                    continue
                }
                if alphabet.holdsNext(set: set, orEnd: orEnd, next) { pending.append(target) }
            case .previous(let set, let orStart, let target):
                if alphabet.holdsPrevious(set: set, orStart: orStart, kind) { pending.append(target) }
            case .look: continue
            case .match:
                pending.removeAll(keepingCapacity: true)
                if next == nil { threads.append(place) }
                return true
            }
        }
        return false
    }
}
