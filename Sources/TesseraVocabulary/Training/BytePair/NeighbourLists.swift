/// The tokens beside those that a merge made, with their places and counts, gathered while merging.
struct NeighbourLists: ~Copyable {
    /// On which side of the new token a neighbour stands.
    enum Side: CaseIterable { case left, right }

    private var left: NeighbourSide
    private var right: NeighbourSide

    /// Makes lists for tokens below `capacity`.
    init(capacity: Int) {
        left = NeighbourSide(capacity: capacity)
        right = NeighbourSide(capacity: capacity)
    }

    /// Forgets what the last merge left.
    mutating func begin() {
        left.clear()
        right.clear()
    }

    /// Notes a left neighbour, which stands at `place`.
    @inline(__always)
    mutating func noteLeft(_ neighbour: UInt32, place: UInt32, count: Int) {
        left.note(neighbour, place: place, count: count)
    }

    /// Notes a right neighbour; the new token stands at `place`.
    @inline(__always)
    mutating func noteRight(_ neighbour: UInt32, place: UInt32, count: Int) {
        right.note(neighbour, place: place, count: count)
    }

    /// Takes a right neighbour's count back; its place stays, out of date.
    @inline(__always)
    mutating func takeBackRight(_ neighbour: UInt32, count: Int) {
        right.counts.elements[Int(neighbour)] &-= count
    }

    /// Writes the places of each neighbour on one side into `places`, in ascending order, and calls `body` with the
    /// neighbour, its count, and where its places start and how many they are.
    ///
    /// - Parameter accepts: whether a neighbour with this count is wanted.
    mutating func distribute(
        _ side: Side, into places: inout PlainList<UInt32>, accepts: (UInt32, Int) -> Bool,
        _ body: (UInt32, Int, Int, UInt32) -> Void
    ) {
        switch side {
        case .left: left.distribute(into: &places, accepts: accepts, body)
        case .right: right.distribute(into: &places, accepts: accepts, body)
        }
    }

    /// Every neighbour on one side with its place, as noted.
    func notes(_ side: Side, _ body: (_ neighbour: UInt32, _ place: UInt32) -> Void) {
        switch side {
        case .left: for note in left.notes.buffer { body(note.neighbour, note.place) }
        case .right: for note in right.notes.buffer { body(note.neighbour, note.place) }
        }
    }
}

/// The neighbours on one side.
///
/// Not private, for the reason that `PieceTable.Slot` gives.
struct NeighbourSide: ~Copyable {
    struct Note: BitwiseCopyable {
        var neighbour: UInt32
        var place: UInt32
    }

    var notes = PlainList<Note>()
    /// For each token how often it was noted, weighted.
    var counts: PlainList<Int>
    /// For each token how often it was noted; while distributing where its next place goes.
    private var places: PlainList<Int>
    /// The tokens noted.
    private var noted = PlainList<UInt32>()

    init(capacity: Int) {
        counts = PlainList(zeros: capacity)
        places = PlainList(zeros: capacity)
    }

    mutating func clear() {
        for token in noted.buffer {
            counts.elements[Int(token)] = 0
            places.elements[Int(token)] = 0
        }
        noted.removeAll()
        notes.removeAll()
    }

    @inline(__always)
    mutating func note(_ neighbour: UInt32, place: UInt32, count: Int) {
        let index = Int(neighbour)
        if places.elements[index] == 0 { noted.append(neighbour) }
        places.elements[index] &+= 1
        counts.elements[index] &+= count
        notes.append(Note(neighbour: neighbour, place: place))
    }

    mutating func distribute(
        into list: inout PlainList<UInt32>, accepts: (UInt32, Int) -> Bool,
        _ body: (UInt32, Int, Int, UInt32) -> Void
    ) {
        var total = 0
        let start = list.count
        for token in noted.buffer {
            let count = counts.elements[Int(token)]
            let placeCount = places.elements[Int(token)]
            guard accepts(token, count) else {
                places.elements[Int(token)] = -1
                continue
            }
            body(token, count, start + total, UInt32(truncatingIfNeeded: placeCount))
            places.elements[Int(token)] = start + total
            total += placeCount
        }
        _ = list.extend(by: total)
        let elements = list.elements
        for note in notes.buffer {
            let place = places.elements[Int(note.neighbour)]
            guard place >= 0 else { continue }
            elements[place] = note.place
            places.elements[Int(note.neighbour)] = place + 1
        }
    }
}
