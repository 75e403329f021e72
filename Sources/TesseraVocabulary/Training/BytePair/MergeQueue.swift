/// A pair that could be merged, with the places where it came about.
struct MergeCandidate: BitwiseCopyable {
    /// How often it occurred when it was last looked at.
    var count: Int
    /// The left token in the upper, the right one in the lower half: of equal counts the smallest is merged first.
    var pair: UInt64
    /// Where its list of places starts.
    var start: Int
    /// How many places the list has.
    var placeCount: UInt32
    /// How many merges had been made when `count` was right.
    var countedAt: UInt32

    @inline(__always)
    init(count: Int, left: UInt32, right: UInt32, start: Int, placeCount: UInt32, countedAt: UInt32) {
        self.count = count
        self.countedAt = countedAt
        pair = UInt64(left) << 32 | UInt64(right)
        self.start = start
        self.placeCount = placeCount
    }

    @inline(__always) var left: UInt32 { UInt32(truncatingIfNeeded: pair >> 32) }
    @inline(__always) var right: UInt32 { UInt32(truncatingIfNeeded: pair) }

    /// Whether it is merged before `other`: the more frequent first, then the smaller ids.
    @inline(__always)
    func precedes(_ other: MergeCandidate) -> Bool {
        count != other.count ? count > other.count : pair < other.pair
    }
}

/// A heap of candidates, the next to merge at the top.
///
/// Four children to a node: candidates that are put in rarely rise, and those taken out sink half as deep.
struct MergeQueue: ~Copyable {
    private var heap = PlainList<MergeCandidate>(capacity: 1 << 16)

    /// How many candidates there are.
    var count: Int { heap.count }

    /// The candidates, in no order that means anything.
    var candidates: UnsafeBufferPointer<MergeCandidate> { heap.buffer }

    /// The bytes that it holds.
    var byteCount: Int { heap.byteCount }

    /// Puts a candidate in.
    mutating func insert(_ candidate: MergeCandidate) {
        heap.append(candidate)
        let nodes = heap.elements
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) >> 2
            guard candidate.precedes(nodes[parent]) else { break }
            nodes[place] = nodes[parent]
            place = parent
        }
        nodes[place] = candidate
    }

    /// Takes the next candidate out; nil when there is none.
    mutating func next() -> MergeCandidate? {
        guard heap.count > 0 else { return nil }
        let last = heap.removeLast()
        guard heap.count > 0 else { return last }
        let top = heap.elements[0]
        sink(last, count: heap.count)
        return top
    }

    /// The next candidate; nil when there is none.
    var first: MergeCandidate? { heap.count > 0 ? heap.elements[0] : nil }

    private mutating func sink(_ candidate: MergeCandidate, count: Int) {
        let nodes = heap.elements
        var place = 0
        while true {
            let firstChild = place << 2 + 1
            guard firstChild < count else { break }
            var best = firstChild
            for child in (firstChild + 1)..<max(min(firstChild + 4, count), firstChild + 1)
            where nodes[child].precedes(nodes[best]) {
                best = child
            }
            guard nodes[best].precedes(candidate) else { break }
            nodes[place] = nodes[best]
            place = best
        }
        nodes[place] = candidate
    }
}
