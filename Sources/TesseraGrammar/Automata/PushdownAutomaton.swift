internal import TesseraCore

/// The automata of all rules as one table that a matcher runs on: states, what each byte leads to, and which states
/// are pushed on the way where a rule is called.
///
/// States are numbered through all rules. An entry of the table is a state, `nowhere`, or `-2 - k` for list `k` of
/// `moves`: several ways, or ways that push.
struct PushdownAutomaton: Sendable {
    static let nowhere: Int32 = -1

    /// One way to go on with a byte: push these states, the outermost first, and go to `target`.
    struct Move: Hashable, Sendable {
        var target: Int32
        var firstPush: Int32
        var pushCount: Int32
    }

    /// What a state is apart from its transitions.
    struct State: Sendable {
        var rule: Int32
        var isFinal: Bool
        /// Whether any byte goes on from here.
        var goesOn: Bool
        /// The fewest bytes to the end of the rule.
        var distance: Int32
        /// The first byte of the shortest way to the end of the rule, where that begins with a byte.
        var nextByte: UInt8
        /// The start of the rule that the shortest way begins with; negative where it begins with a byte.
        var callee: Int32
        /// The state behind that byte or rule.
        var following: Int32
    }

    var start: Int32
    var states: [State]
    /// The tokens that completing a state's rule takes; zero until the vocabulary is known.
    var costs: [Int32]
    /// Whether the empty text belongs to the grammar.
    var acceptsEmptyText: Bool
    /// The column of each byte.
    var classes: [UInt8]
    var classCount: Int
    var table: [Int32]
    /// Where each list begins in `moves`; one more at the end.
    var lists: [Int32]
    var moves: [Move]
    var pushes: [Int32]
    /// For each state, the bytes that lead back to it and nowhere else; nil when there are none.
    var loops: [ByteSet?]
    /// Where each rule can return to; nil when that is too many places to follow.
    var returns: [Set<Int32>?]
    /// Whether a rule can end the whole text.
    var mayEndText: [Bool]

    var stateCount: Int { states.count }

    /// What byte `byte` leads to in `state`.
    @inline(__always)
    func entry(_ state: Int32, _ byte: UInt8) -> Int32 {
        table[Int(state) * classCount + Int(classes[Int(byte)])]
    }

    /// The moves of an entry that is a list.
    @inline(__always)
    func list(_ entry: Int32) -> Range<Int> {
        let index = Int(-2 - entry)
        return Int(lists[index])..<Int(lists[index + 1])
    }

    /// The bytes of memory that the tables take.
    var sizeInBytes: Int {
        table.count * 4 + states.count * (MemoryLayout<State>.stride + MemoryLayout<ByteSet?>.stride + 4)
            + moves.count * MemoryLayout<Move>.stride + pushes.count * 4 + lists.count * 4
    }
}

/// A set of bytes.
struct ByteSet: Sendable {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    @inline(__always)
    mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    @inline(__always)
    mutating func formUnion(_ other: ByteSet) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    @inline(__always)
    func isSubset(of other: ByteSet) -> Bool {
        (words.0 & ~other.words.0) | (words.1 & ~other.words.1) | (words.2 & ~other.words.2)
            | (words.3 & ~other.words.3) == 0
    }

    var isEmpty: Bool { words.0 | words.1 | words.2 | words.3 == 0 }
}
