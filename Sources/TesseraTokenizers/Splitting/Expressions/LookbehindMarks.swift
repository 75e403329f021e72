/// For each place of a part of a text, which lookbehinds of a program hold there, a bit each.
struct LookbehindMarks {
    private let start: Int
    /// Empty for programs without lookbehinds.
    private var marks: [UInt8] = []

    init(_ program: ExpressionProgram, _ alphabet: ProgramAlphabet, _ text: UTF8Text, _ range: Range<Int>) {
        start = range.lowerBound
        let segments = program.segments.filter(\.isBehind)
        guard !segments.isEmpty else { return }
        marks = [UInt8](repeating: 0, count: range.count + 1)
        for (bit, segment) in segments.enumerated() {
            var run = LookbehindRun(program: program, alphabet: alphabet, segment: segment)
            var position = range.lowerBound
            while true {
                if run.holds { marks[position - start] |= 1 << UInt8(bit) }
                guard position < range.upperBound else { break }
                let (scalar, length) = text.scalar(at: position)
                run.step(alphabet.classes.kind(of: scalar))
                position += length
            }
        }
    }

    subscript(position: Int) -> UInt8 { marks.isEmpty ? 0 : marks[position - start] }
}

/// The body of a lookbehind, begun at every place at once: the set of its instructions that are reached.
private struct LookbehindRun {
    private struct Move: Hashable {
        var set: UInt64
        var kind: Int
    }

    let program: ExpressionProgram
    let alphabet: ProgramAlphabet
    let segment: ExpressionProgram.Segment
    private var set: UInt64 = 0
    private var known: [Move: UInt64] = [:]

    init(program: ExpressionProgram, alphabet: ProgramAlphabet, segment: ExpressionProgram.Segment) {
        self.program = program
        self.alphabet = alphabet
        self.segment = segment
        set = closure([segment.entry], kind: 0)
    }

    /// Whether a match of the body ends here.
    var holds: Bool {
        segment.range.contains { place in
            set >> UInt64(place - segment.range.lowerBound) & 1 == 1 && program.instructions[place] == .match
        }
    }

    mutating func step(_ kind: Int) {
        let move = Move(set: set, kind: kind)
        if let next = known[move] {
            set = next
            return
        }
        var targets = [segment.entry]
        for place in segment.range where set >> UInt64(place - segment.range.lowerBound) & 1 == 1 {
            if case .consume(let number, let target) = program.instructions[place],
                alphabet.classes.contains(set: number, kind)
            {
                targets.append(target)
            }
        }
        set = closure(targets, kind: alphabet.kinds[kind])
        if known.count < 4096 { known[move] = set }
    }

    private func closure(_ targets: [Int], kind: Int) -> UInt64 {
        var set: UInt64 = 0
        var pending = targets
        while let place = pending.popLast() {
            let bit: UInt64 = 1 << UInt64(place - segment.range.lowerBound)
            if set & bit != 0 { continue }
            set |= bit
            switch program.instructions[place] {
            case .consume, .match, .next, .look: continue
            case .split(let first, let second):
                pending.append(first)
                pending.append(second)
            case .previous(let number, let orStart, let target):
                if alphabet.holdsPrevious(set: number, orStart: orStart, kind) { pending.append(target) }
            }
        }
        return set
    }
}
