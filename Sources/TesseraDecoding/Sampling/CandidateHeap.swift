internal import TesseraCore

/// A token that may be drawn, with its logit.
struct Candidate: Sendable {
    var id: TokenID
    var logit: Float

    /// Whether this one is the more likely; of equals the lower id is.
    @inline(__always)
    func precedes(_ other: Candidate) -> Bool {
        logit > other.logit || (logit == other.logit && id < other.id)
    }
}

/// Partial selection by a binary heap (Williams, "Algorithm 232: Heapsort", 1964), in place, without allocation.
///
/// Both orders are needed: the least likely on top to keep the best k of a stream, the most likely on top to take
/// the best until their mass is enough.
enum CandidateHeap {
    /// Which candidate stands at index 0.
    enum Top {
        case mostLikely
        case leastLikely
    }

    /// Makes `heap[..<count]` a heap; linear time.
    static func build(_ heap: inout [Candidate], count: Int, top: Top) {
        var index = count / 2
        while index > 0 {
            index -= 1
            siftDown(&heap, from: index, count: count, top: top)
        }
    }

    /// Restores the heap `heap[..<count]` after the element at `start` changed.
    static func siftDown(_ heap: inout [Candidate], from start: Int, count: Int, top: Top) {
        guard start < count else { return }
        let moving = heap[start]
        var hole = start
        while true {
            var child = 2 * hole + 1
            guard child < count else { break }
            if child + 1 < count, isAbove(heap[child + 1], heap[child], top) { child += 1 }
            guard isAbove(heap[child], moving, top) else { break }
            heap[hole] = heap[child]
            hole = child
        }
        heap[hole] = moving
    }

    @inline(__always)
    private static func isAbove(_ a: Candidate, _ b: Candidate, _ top: Top) -> Bool {
        switch top {
        case .mostLikely: a.precedes(b)
        case .leastLikely: b.precedes(a)
        }
    }
}
