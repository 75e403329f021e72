/// Finds matches in two passes: backwards, which instructions can still lead to a match at each place; then forwards
/// along the preferred of those, without ever failing.
///
/// Takes time linear in the text whatever the expression, and can look ahead and behind at any distance. The first
/// pass keeps a mark every few thousand bytes, from which its results are worked out again for the second.
struct ReachabilityMatcher {
    private let program: ExpressionProgram
    private let alphabet: ProgramAlphabet
    private let cache: ReachabilityCache
    private let text: UTF8Text
    private let range: Range<Int>
    private let behind: LookbehindMarks

    /// The bytes between two marks.
    private static let chunk = 4096

    init(
        _ program: ExpressionProgram, _ alphabet: ProgramAlphabet, _ cache: ReachabilityCache,
        _ text: UTF8Text,
        _ range: Range<Int>
    ) {
        self.program = program
        self.alphabet = alphabet
        self.cache = cache
        self.text = text
        self.range = range
        behind = LookbehindMarks(program, alphabet, text, range)
    }

    /// Calls `body` with every match that begins at `from` or behind it; an empty match does not follow another match.
    func forEachMatch(from: Int, _ body: (Range<Int>) -> Void) {
        let bounds = chunkBounds(from)
        let marks = marks(bounds)
        var walk = Walk()
        var states = [Int32](repeating: 0, count: Self.chunk + 8)
        for chunk in 0..<(bounds.count - 1) {
            let start = bounds[chunk]
            let end = bounds[chunk + 1]
            var state = cache.number(of: marks[chunk + 1])
            if chunk == bounds.count - 2 { states[end - start] = Int32(state) }
            var position = end
            while position > start {
                position = text.startOfScalar(before: position)
                state = cache.step(state, column(at: position))
                states[position - start] = Int32(state)
            }
            while position < end {
                advance(&walk, at: position, Int(states[position - start]), body)
                position += text.scalar(at: position).length
            }
            if end == range.upperBound { advance(&walk, at: end, Int(states[end - start]), body) }
            cache.shrink()
        }
        if bounds.count == 1 { advance(&walk, at: from, cache.number(of: marks[0]), body) }
    }

    /// Places at which code points begin, about `chunk` apart.
    private func chunkBounds(_ from: Int) -> [Int] {
        var bounds = [from]
        var next = from + Self.chunk
        while next < range.upperBound {
            while next > from, text[next] & 0xC0 == 0x80 { next -= 1 }
            bounds.append(next)
            next += Self.chunk
        }
        if range.upperBound > from { bounds.append(range.upperBound) }
        return bounds
    }

    /// The instructions that lead to a match, at each of `bounds`.
    private func marks(_ bounds: [Int]) -> [[UInt64]] {
        var marks = [[UInt64]](repeating: [], count: bounds.count)
        var state = cache.end(column(at: range.upperBound))
        marks[bounds.count - 1] = cache.words(state)
        guard bounds.count > 2 else { return marks }
        for chunk in (1..<(bounds.count - 1)).reversed() {
            var position = bounds[chunk + 1]
            while position > bounds[chunk] {
                position = text.startOfScalar(before: position)
                state = cache.step(state, column(at: position))
            }
            marks[chunk] = cache.words(state)
            cache.shrink()
            state = cache.number(of: marks[chunk])
        }
        return marks
    }

    /// What the program sees at `position`.
    private func column(at position: Int) -> Int {
        var next = alphabet.end
        if position < range.upperBound { next = alphabet.classes.kind(of: text.scalar(at: position).value) }
        var kind = 0
        if alphabet.kindCount > 1, position > range.lowerBound {
            let previous = text.startOfScalar(before: position)
            kind = alphabet.kinds[alphabet.classes.kind(of: text.scalar(at: previous).value)]
        }
        return cache.column(next: next, kind: kind, behind: behind[position])
    }
}

extension ReachabilityMatcher {
    /// Where the second pass stands.
    private struct Walk {
        /// The instruction that the match at hand goes on with; nil between matches.
        var instruction: Int?
        var start = 0
        var lastEnd = -1
    }

    /// Does all that is to be done at `position` before the next code point.
    private func advance(_ walk: inout Walk, at position: Int, _ state: Int, _ body: (Range<Int>) -> Void) {
        while true {
            if walk.instruction == nil {
                guard cache.has(state, program.entry) else { return }
                walk.instruction = program.entry
                walk.start = position
            }
            guard let instruction = walk.instruction else { return }
            if let target = cache.preferred(instruction, state) {
                walk.instruction = target
                return
            }
            walk.instruction = nil
            let isEmpty = walk.start == position
            if isEmpty, walk.lastEnd == position { return }
            walk.lastEnd = position
            body(walk.start..<position)
            if isEmpty { return }
        }
    }
}
