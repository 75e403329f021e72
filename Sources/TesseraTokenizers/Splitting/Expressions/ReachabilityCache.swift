internal import Synchronization

/// The states of the backward pass of a `ReachabilityMatcher` that were met so far: sets of instructions that lead to
/// a match.
///
/// Unchecked: one matcher holds it at a time, handed over by `ReachabilityCaches`.
final class ReachabilityCache: @unchecked Sendable {
    private let program: ExpressionProgram
    private let alphabet: ProgramAlphabet
    private let wordCount: Int
    private let behindBits: Int
    private let columnCount: Int

    private var words: [UInt64] = []
    private var numbers: [[UInt64]: Int] = [:]
    /// For each state and column the state before; -1: not worked out.
    private var steps: [Int32] = []
    /// The same where there are too many columns for a table.
    private var rareSteps: [Int: Int] = [:]
    /// For each instruction, the round in which it was met last.
    private var met: [Int]
    private var round = 0
    private var pending: [Int] = []

    private static let mostColumns = 1024
    private static let mostStates = 2048

    init(_ program: ExpressionProgram, _ alphabet: ProgramAlphabet) {
        self.program = program
        self.alphabet = alphabet
        wordCount = (program.instructions.count + 63) / 64
        behindBits = program.segments.count(where: \.isBehind)
        columnCount = ((alphabet.end + 1) * alphabet.kindCount) << behindBits
        met = [Int](repeating: 0, count: program.instructions.count)
    }

    /// The column of what is seen at a place.
    func column(next: Int, kind: Int, behind: UInt8) -> Int {
        (next * alphabet.kindCount + kind) << behindBits | Int(behind)
    }

    /// Whether `instruction` is in a state.
    func has(_ state: Int, _ instruction: Int) -> Bool {
        words[state * wordCount + instruction >> 6] >> UInt64(instruction & 63) & 1 == 1
    }

    /// The instructions of a state.
    func words(_ state: Int) -> [UInt64] { Array(words[state * wordCount..<(state + 1) * wordCount]) }

    /// The number of the state with these instructions.
    func number(of set: [UInt64]) -> Int {
        if let known = numbers[set] { return known }
        let number = numbers.count
        numbers[set] = number
        words.append(contentsOf: set)
        if columnCount <= Self.mostColumns { steps.append(contentsOf: repeatElement(-1, count: columnCount)) }
        return number
    }

    /// Forgets the states when there are many; only between two uses of their numbers.
    func shrink() {
        guard numbers.count > Self.mostStates else { return }
        words.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        rareSteps.removeAll(keepingCapacity: true)
    }

    /// The state at the end of the text.
    func end(_ column: Int) -> Int { number(of: reach(after: nil, column)) }

    /// The state in front of a code point behind which there is `state`.
    func step(_ state: Int, _ column: Int) -> Int {
        let place = state * columnCount + column
        if columnCount <= Self.mostColumns {
            if steps[place] >= 0 { return Int(steps[place]) }
            let made = number(of: reach(after: state, column))
            steps[place] = Int32(made)
            return made
        }
        if let known = rareSteps[place] { return known }
        let made = number(of: reach(after: state, column))
        rareSteps[place] = made
        return made
    }
}

extension ReachabilityCache {
    /// The instructions that lead to a match in front of what `column` tells, behind which there is state `after`.
    private func reach(after: Int?, _ column: Int) -> [UInt64] {
        let behind = column & (1 << behindBits - 1)
        let kind = (column >> behindBits) % alphabet.kindCount
        let next = (column >> behindBits) / alphabet.kindCount
        var set = [UInt64](repeating: 0, count: wordCount)
        func has(_ place: Int) -> Bool { set[place >> 6] >> UInt64(place & 63) & 1 == 1 }
        // Inner bodies come first, so that a look is known when it is asked for.
        for segment in program.segments where !segment.isBehind {
            var isChanging = true
            while isChanging {
                isChanging = false
                for place in segment.range where !has(place) {
                    let leads: Bool
                    switch program.instructions[place] {
                    case .consume(let number, let target):
                        leads =
                            next < alphabet.end && alphabet.classes.contains(set: number, next)
                            && after.map { self.has($0, target) } ?? false
                    case .split(let first, let second): leads = has(first) || has(second)
                    case .next(let number, let orEnd, let target):
                        leads = alphabet.holdsNext(set: number, orEnd: orEnd, next) && has(target)
                    case .previous(let number, let orStart, let target):
                        leads = alphabet.holdsPrevious(set: number, orStart: orStart, kind) && has(target)
                    case .look(let look, let target): leads = has(target) && holds(look, behind, has)
                    case .match: leads = true
                    }
                    if leads {
                        set[place >> 6] |= 1 << UInt64(place & 63)
                        isChanging = true
                    }
                }
            }
        }
        return set
    }

    private func holds(_ number: Int, _ behind: Int, _ has: (Int) -> Bool) -> Bool {
        let look = program.looks[number]
        let segment = program.segments[look.segment]
        if look.isAhead { return has(segment.entry) != look.isNegated }
        let bit = program.segments[..<look.segment].count(where: \.isBehind)
        return (behind >> bit & 1 == 1) != look.isNegated
    }

    /// Where the match at hand goes on behind the next code point, by its most preferred way from `instruction` that
    /// leads to a match; nil when it ends here.
    func preferred(_ instruction: Int, _ state: Int) -> Int? {
        round += 1
        pending.removeAll(keepingCapacity: true)
        pending.append(instruction)
        while let place = pending.popLast() {
            guard met[place] != round, has(state, place) else { continue }
            met[place] = round
            switch program.instructions[place] {
            case .consume(_, let target): return target
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .next(_, _, let target), .previous(_, _, let target), .look(_, let target):
                pending.append(target)
            case .match: return nil
            }
        }
        return nil
    }
}

/// Caches for as many matchers as run at once; a few are kept.
final class ReachabilityCaches: Sendable {
    private let program: ExpressionProgram
    private let alphabet: ProgramAlphabet
    private let idle = Mutex<[ReachabilityCache]>([])

    init(_ program: ExpressionProgram, _ alphabet: ProgramAlphabet) {
        self.program = program
        self.alphabet = alphabet
    }

    /// Calls `body` with a cache that nobody else uses.
    func withCache(_ body: (ReachabilityCache) -> Void) {
        let cache = idle.withLock { $0.popLast() } ?? ReachabilityCache(program, alphabet)
        body(cache)
        cache.shrink()
        idle.withLock { if $0.count < 4 { $0.append(cache) } }
    }
}
