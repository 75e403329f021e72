/// The automaton of an expression laid out for cutting a text into matches without looking back.
///
/// The loop that runs the table depends, from code point to code point, on a single load, and has no branch that the
/// text decides but the one for what is rare: an entry is the place of the row that is entered, and where a row lies
/// tells what happened in the step that led to it. There are three copies of all rows. The first is entered while a
/// match goes on; the last when a match ended before the last code point, which then began the next one; the one in
/// between when a match ended one code point earlier, which is known only now: so `\s+(?!\S)` leaves the last space
/// before a word.
///
/// Unchecked: written in `init` only.
final class CuttingTable: @unchecked Sendable {
    /// For each row and column the place of the row entered, in bytes; `special`: look closer.
    let entries: UnsafeMutablePointer<UInt32>
    /// For each byte below 128 the place of its column in a row, in bytes; that of all others is the last column, which
    /// is always `special`.
    let columns: UnsafeMutablePointer<UInt16>

    /// The first row that is entered when a match ended.
    let firstCut: UInt32
    /// The first row that is entered when a match ended before the last code point.
    let firstPlainCut: UInt32
    /// For each row whether it is entered on trust that a match ended: see `CuttingRows`.
    private let isOnTrust: [Bool]
    /// Stands for an entry that must be worked out; the sign bit tells it from places.
    static let special = UInt32.max

    let classes: CodePointClasses
    /// The class that stands for the end of the text.
    let end: Int
    /// For each state and class, and the end: the state behind it plus one, or zero; then a bit for a match here.
    private let steps: UnsafeMutablePointer<Int32>
    /// For each byte whether a match may begin with it: 0 no, 1 yes, 2 depends on the code point.
    private let beginnings: UnsafeMutablePointer<UInt8>
    private let width: Int

    /// The state to start in behind a code point of each kind, and the kind of each class.
    private let starts: [Int]
    private let kinds: [Int]

    /// The table of an automaton; nil for one that matches the empty text.
    init?(_ automaton: PriorityAutomaton, _ alphabet: ProgramAlphabet) {
        guard !automaton.matchesEmpty, automaton.width < 8000 else { return nil }
        let count = automaton.stateCount
        let width = automaton.width + 1
        self.width = width
        classes = alphabet.classes
        end = alphabet.end
        starts = automaton.starts
        kinds = alphabet.kinds

        let size = MemoryLayout<UInt32>.size
        columns = .allocate(capacity: 256)
        columns.initialize(repeating: UInt16(automaton.width * size), count: 256)
        for byte in 0..<128 { columns[byte] = UInt16(alphabet.classes.kind(of: UInt32(byte)) * size) }

        let rows = CuttingRows(automaton)
        isOnTrust = (0..<rows.count).map(rows.isOnTrust)
        entries = .allocate(capacity: 3 * rows.count * width)
        entries.initialize(repeating: Self.special, count: 3 * rows.count * width)
        firstCut = UInt32(rows.count * width * size)
        firstPlainCut = 2 * firstCut
        for (row, targets) in rows.targets.enumerated() {
            for (column, target) in targets.enumerated() {
                guard let target else { continue }
                let place = UInt32((target.copy * rows.count + target.row) * width * size)
                for copy in 0..<3 { entries[(copy * rows.count + row) * width + column] = place }
            }
        }

        steps = .allocate(capacity: count * automaton.width)
        for (place, step) in automaton.steps.enumerated() {
            (steps + place).initialize(to: Int32((step.state ?? -1) + 1) << 1 | (step.matches ? 1 : 0))
        }

        beginnings = .allocate(capacity: 256)
        beginnings.initialize(repeating: 0, count: 256)
        fillBeginnings()
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
}

extension CuttingTable {
    /// The place of the row to start in behind a code point of a kind.
    func startRow(afterKind kind: Int) -> UInt32 {
        UInt32(starts[kind] * width * MemoryLayout<UInt32>.size)
    }

    /// Whether the last cut must be taken back when a row does not tell what happens.
    func isOnTrust(_ row: UInt32) -> Bool {
        isOnTrust[Int(row) / (width * MemoryLayout<UInt32>.size) % isOnTrust.count]
    }

    /// What a row says about a class of code points.
    @inline(__always)
    func entry(_ row: UInt32, kind: Int) -> UInt32 {
        // The sum that does not depend on the row comes first, since the row is what everything waits for.
        (UnsafeRawPointer(entries) + kind &* MemoryLayout<UInt32>.size).load(
            fromByteOffset: Int(row), as: UInt32.self)
    }

    /// What a row says about a byte.
    @inline(__always)
    func entry(_ row: UInt32, byte: UInt8) -> UInt32 {
        (UnsafeRawPointer(entries) + Int(columns[Int(byte)])).load(fromByteOffset: Int(row), as: UInt32.self)
    }

    /// The state to start in behind a code point of a kind.
    func start(afterKind kind: Int) -> Int { starts[kind] }

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
