/// The automaton of an expression laid out for cutting a text into matches without looking back.
///
/// Each state has three rows, alike but for their place: where a row lies tells what happened in the step that led to
/// it. The middle third of the rows is entered when a match ended before the last code point, which then began the
/// next one; the last third when a match ended there but a longer one may come. So the loop that runs the table
/// depends, from code point to code point, on a single load, and has no branch that the text decides but the one for
/// what is rare.
///
/// Unchecked: written in `init` only.
final class CuttingTable: @unchecked Sendable {
    /// For each row and column the row entered, as the place of its first entry; `special` and above: look closer.
    let entries: UnsafeMutablePointer<UInt32>
    /// The column of each byte below 128; that of all others is `decode`.
    let columns: UnsafeMutablePointer<UInt16>
    /// The columns of a row: the classes, the end, and the one of bytes that begin a longer code point.
    let width: Int
    /// The first row entered when a match ended.
    let cut: Int
    /// The first row entered when a match ended that may grow.
    let saved: Int
    /// Above all rows.
    let special: Int

    let automaton: PriorityAutomaton
    let alphabet: ProgramAlphabet

    /// The table of an automaton that does not match the empty text; nil for others.
    init?(_ automaton: PriorityAutomaton, _ alphabet: ProgramAlphabet) {
        guard !automaton.matchesEmpty else { return nil }
        self.automaton = automaton
        self.alphabet = alphabet
        width = automaton.width + 1
        let states = automaton.stateCount
        cut = states * width
        saved = cut * 2
        special = cut * 3
        entries = .allocate(capacity: special)
        entries.initialize(repeating: UInt32(special), count: special)
        columns = .allocate(capacity: 256)
        columns.initialize(repeating: UInt16(automaton.width), count: 256)
        for byte in 0..<128 { columns[byte] = UInt16(alphabet.classes.kind(of: UInt32(byte))) }
        for state in 0..<states {
            for column in 0..<alphabet.end {
                guard let entry = entry(automaton, state, column) else { continue }
                for copy in 0..<3 { entries[(copy * states + state) * width + column] = UInt32(entry) }
            }
        }
    }

    deinit {
        entries.deallocate()
        columns.deallocate()
    }

    private func entry(_ automaton: PriorityAutomaton, _ state: Int, _ column: Int) -> Int? {
        let step = automaton.step(state, column)
        if let next = step.state { return next * width + (step.matches ? saved : 0) }
        guard step.matches else { return nil }
        let fresh = automaton.step(automaton.starts[automaton.kinds[state]], column)
        return fresh.state.map { $0 * width + cut }
    }

    /// The row to start in.
    @inline(__always)
    func startRow(afterKind kind: Int) -> Int { automaton.starts[kind] * width }

    /// The state of a row.
    func state(ofRow row: Int) -> Int { row % cut / width }
}
