/// The automaton of an expression laid out for cutting a text into matches without looking back.
///
/// Each state has three rows, alike but for their place: where a row lies tells what happened in the step that led to
/// it. The middle third of the rows is entered when a match ended before the last code point, which then began the
/// next one; the last third when a match ended there but a longer one may come. An entry of a row is the address of
/// the row entered, so the loop that runs the table depends, from code point to code point, on a single load, and has
/// no branch that the text decides but the one for what is rare.
///
/// Unchecked: written in `init` only.
final class CuttingTable: @unchecked Sendable {
    /// For each row and column the row entered; `special`: look closer.
    private let entries: UnsafeMutablePointer<UnsafeRawPointer>
    /// For each byte below 128 the place of its column in a row, in bytes; that of all others is `decode`.
    let columns: UnsafeMutablePointer<UInt16>
    /// The place of the entries of bytes that begin a longer code point, in bytes.
    let decode: Int

    /// The first row entered when a match ended.
    let cut: UnsafeRawPointer
    /// How many bytes of rows are entered when a match ended.
    let cutBytes: UInt
    /// The first row entered when a match ended that may grow.
    let saved: UnsafeRawPointer
    /// Above all rows.
    let special: UnsafeRawPointer

    let classes: CodePointClasses
    /// The class that stands for the end of the text.
    let end: Int
    /// For each state and class, and the end: the state behind it plus one, or zero; then a bit for a match here.
    private let steps: UnsafeMutablePointer<Int32>
    /// For each byte whether a match may begin with it: 0 no, 1 yes, 2 depends on the code point.
    private let beginnings: UnsafeMutablePointer<UInt8>
    private let stateCount: Int
    private let width: Int

    /// The state to start in behind a code point of each kind, and the kind of each class.
    private let starts: [Int]
    private let kinds: [Int]

    /// The table of an automaton; nil for one that matches the empty text.
    init?(_ automaton: PriorityAutomaton, _ alphabet: ProgramAlphabet) {
        guard !automaton.matchesEmpty, automaton.width < 8000 else { return nil }
        let count = automaton.stateCount
        let width = automaton.width + 1
        stateCount = count
        self.width = width
        classes = alphabet.classes
        end = alphabet.end
        starts = automaton.starts
        kinds = alphabet.kinds

        entries = .allocate(capacity: 3 * count * width)
        let base = UnsafeRawPointer(entries)
        let rowBytes = width * MemoryLayout<UnsafeRawPointer>.stride
        cut = base + count * rowBytes
        cutBytes = UInt(count * rowBytes)
        saved = base + 2 * count * rowBytes
        special = base + 3 * count * rowBytes
        entries.initialize(repeating: special, count: 3 * count * width)

        let stride = MemoryLayout<UnsafeRawPointer>.stride
        decode = automaton.width * stride
        columns = .allocate(capacity: 256)
        columns.initialize(repeating: UInt16(decode), count: 256)
        for byte in 0..<128 { columns[byte] = UInt16(alphabet.classes.kind(of: UInt32(byte)) * stride) }

        steps = .allocate(capacity: count * automaton.width)
        for (place, step) in automaton.steps.enumerated() {
            (steps + place).initialize(to: Int32((step.state ?? -1) + 1) << 1 | (step.matches ? 1 : 0))
        }

        beginnings = .allocate(capacity: 256)
        beginnings.initialize(repeating: 0, count: 256)
        fillBeginnings()
        fillEntries(rowBytes)
    }

    deinit {
        entries.deallocate()
        columns.deallocate()
        steps.deallocate()
        beginnings.deallocate()
    }

    private func fillBeginnings() {
        let first = starts
        func begins(_ kind: Int) -> Bool { first.contains { step($0, kind).state != nil } }
        for byte in 0..<128 { beginnings[byte] = begins(classes.kind(of: UInt32(byte))) ? 1 : 0 }
        let ascii = Set((0..<128).map { classes.kind(of: UInt32($0)) })
        // A class of ASCII characters may have others too.
        if (0..<end).contains(where: { begins($0) && (!ascii.contains($0) || classes.hasOthers($0)) }) {
            for byte in 0xC0..<256 { beginnings[byte] = 2 }
        }
    }

    private func fillEntries(_ rowBytes: Int) {
        for state in 0..<stateCount {
            for column in 0..<end {
                let step = step(state, column)
                var target: UnsafeRawPointer?
                if let next = step.state {
                    target = (step.matches ? saved : UnsafeRawPointer(entries)) + next * rowBytes
                } else if step.matches, starts.count == 1, let next = self.step(starts[0], column).state {
                    target = cut + next * rowBytes
                }
                guard let target else { continue }
                for third in 0..<3 { entries[(third * stateCount + state) * width + column] = target }
            }
        }
    }
}

extension CuttingTable {
    /// The row to start in behind a code point of a kind.
    func startRow(afterKind kind: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(entries + starts[kind] * width)
    }

    /// The state to start in behind a code point of a kind.
    func start(afterKind kind: Int) -> Int { starts[kind] }

    /// The state of a row.
    func state(of row: UnsafeRawPointer) -> Int {
        (row - UnsafeRawPointer(entries)) / (width * MemoryLayout<UnsafeRawPointer>.stride) % stateCount
    }

    /// What happens in `state` in front of a code point of class `column`, or the end.
    @inline(__always)
    func step(_ state: Int, _ column: Int) -> (state: Int?, matches: Bool) {
        let packed = steps[state * (width - 1) + column]
        return (packed >> 1 == 0 ? nil : Int(packed >> 1) - 1, packed & 1 == 1)
    }

    /// The kind of the code point before `place`, where nothing before `lower` counts.
    func kind(before place: Int, _ text: UTF8Text, lower: Int) -> Int {
        guard starts.count > 1, place > lower else { return 0 }
        let previous = text.startOfScalar(before: place)
        return kinds[classes.kind(of: text.scalar(at: previous).value)]
    }

    /// The first place from `position` on with which a match may begin; `limit` when there is none.
    @inline(__always)
    func beginning(in text: UTF8Text, from position: Int, to limit: Int) -> Int {
        var position = position
        while position < limit {
            let begins = beginnings[Int(text[position])]
            if begins == 1 { break }
            if begins == 2 {
                let (scalar, length) = text.scalar(at: position)
                let kind = classes.kind(of: scalar)
                for start in starts where step(start, kind).state != nil { return position }
                position += length
            } else {
                position += 1
            }
        }
        return position
    }
}
