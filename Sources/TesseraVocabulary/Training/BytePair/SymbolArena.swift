/// The words of a corpus as tokens, in one block of memory, and how often each word occurs.
///
/// A token takes as many slots as the symbols that it was merged from. Its id stands in its first and in its last
/// slot, `hole` in those between that once were an edge of a token; `edge` stands between words. So a token's
/// neighbours are found without links, and a place once noted can be told to be out of date.
///
/// Words are ordered by their count, the most frequent first: slots in a row share a count, which a reader that goes
/// through ascending places follows with one comparison.
struct SymbolArena: ~Copyable {
    /// Between words, and before the first.
    static let edge = UInt32.max
    /// Inside a token.
    static let hole = UInt32.max - 1

    /// The slots.
    var slots: PlainList<UInt32>

    /// Slots in a row whose words have the same count.
    struct Run {
        /// Where it ends.
        var end: UInt32
        /// The count of its words.
        var count: Int
    }

    /// The runs, in order; together they are all slots.
    let runs: [Run]

    /// Follows the counts of ascending places.
    struct CountCursor {
        private let runs: UnsafeBufferPointer<Run>
        private var end: UInt32 = 0
        private var count = 0

        init(_ runs: UnsafeBufferPointer<Run>) { self.runs = runs }

        /// The count of the word at `place`, which must not be below the place asked for before.
        @inline(__always)
        mutating func count(at place: UInt32) -> Int {
            if place >= end { seek(place) }
            return count
        }

        private mutating func seek(_ place: UInt32) {
            var low = 0
            var high = runs.count - 1
            while low < high {
                let middle = (low + high) / 2
                if runs[middle].end > place { high = middle } else { low = middle + 1 }
            }
            guard low < runs.count else { return }
            end = runs[low].end
            count = runs[low].count
        }
    }
}
