internal import TesseraCore

/// Merges the symbols of a word: always the pair of lowest rank, the leftmost of equals, until none is left.
///
/// Byte-pair encoding as of Sennrich, Haddow and Birch (2016), algorithm 1, applied to one word. Short words are
/// scanned, long ones use a heap, so a word of `n` symbols takes O(n log n) however repetitive it is.
struct WordMerger {
    private let pairs: PairTable.View

    /// Words with more symbols than this use the heap.
    static let longestScan = 48

    init(pairs: PairTable.View) {
        self.pairs = pairs
    }

    /// Merges in place.
    ///
    /// - Parameters:
    ///   - ids: the symbols; on return the first `count` are the tokens.
    ///   - ranks: scratch of the same length.
    ///   - count: the number of symbols, at most `longestScan`.
    /// - Returns: the number of tokens.
    @inline(__always)
    func scan(
        _ ids: UnsafeMutablePointer<TokenID>, ranks: UnsafeMutablePointer<UInt32>, count: Int
    ) -> Int {
        var count = count
        guard count > 1 else { return count }
        for index in 0..<(count - 1) { ranks[index] = pairs.rank(ids[index], ids[index + 1]) }
        while count > 1 {
            var lowest = ranks[0]
            var place = 0
            for index in 1..<max(count - 1, 1) where ranks[index] < lowest {
                lowest = ranks[index]
                place = index
            }
            if lowest == PairTable.none { break }
            ids[place] = pairs.merge(ids[place], ids[place + 1]).made
            count -= 1
            for index in (place + 1)..<max(count, place + 1) { ids[index] = ids[index + 1] }
            for index in (place + 1)..<max(count - 1, place + 1) { ranks[index] = ranks[index + 1] }
            if place > 0 { ranks[place - 1] = pairs.rank(ids[place - 1], ids[place]) }
            if place < count - 1 { ranks[place] = pairs.rank(ids[place], ids[place + 1]) }
        }
        return count
    }

    /// Merges a word of any length in place.
    ///
    /// - Parameters:
    ///   - ids: the symbols; on return the first elements are the tokens.
    ///   - links: reused memory.
    /// - Returns: the number of tokens.
    func merge(_ ids: UnsafeMutableBufferPointer<TokenID>, links: inout MergeLinks) -> Int {
        link(ids, links: &links)
        var tokens = 0
        var position = 0
        while position < ids.count {
            ids[tokens] = ids[position]
            tokens += 1
            position = Int(links.next[position])
        }
        return tokens
    }

    /// Merges a word of any length, leaving each token where its first symbol was.
    ///
    /// - Parameter links: receives in `next` for each token the place of the one after it; the first is at zero.
    func link(_ ids: UnsafeMutableBufferPointer<TokenID>, links: inout MergeLinks) {
        let count = ids.count
        links.reset(count)
        guard count > 1 else { return }
        for index in 0..<(count - 1) {
            let rank = pairs.rank(ids[index], ids[index + 1])
            links.ranks[index] = rank
            if rank != PairTable.none { links.heap.append(UInt64(rank) << 32 | UInt64(index)) }
        }
        links.heapify()
        while let top = links.popLowest() {
            let place = Int(top & 0xFFFF_FFFF)
            let rank = UInt32(top >> 32)
            // An entry whose pair has changed since is stale; the dead have the rank `none`.
            guard links.ranks[place] == rank else { continue }
            let right = Int(links.next[place])
            let after = Int(links.next[right])
            ids[place] = pairs.merge(ids[place], ids[right]).made
            links.next[place] = UInt32(after)
            links.ranks[right] = PairTable.none
            if after < count {
                links.previous[after] = UInt32(place)
                update(place, pairs.rank(ids[place], ids[after]), &links)
            } else {
                links.ranks[place] = PairTable.none
            }
            if place > 0 {
                let left = Int(links.previous[place])
                update(left, pairs.rank(ids[left], ids[place]), &links)
            }
        }
    }

    @inline(__always)
    private func update(_ place: Int, _ rank: UInt32, _ links: inout MergeLinks) {
        links.ranks[place] = rank
        if rank != PairTable.none { links.push(UInt64(rank) << 32 | UInt64(place)) }
    }
}

/// The linked list and the heap of a long word: 20 bytes and more a symbol, kept between words.
struct MergeLinks {
    var ranks: [UInt32] = []
    var next: [UInt32] = []
    var previous: [UInt32] = []

    /// A binary heap of `rank << 32 | place`.
    var heap: [UInt64] = []

    mutating func reset(_ count: Int) {
        ranks.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
        ranks.append(contentsOf: repeatElement(PairTable.none, count: count))
        next.append(contentsOf: (0..<UInt32(count)).lazy.map { $0 + 1 })
        previous.append(contentsOf: (0..<UInt32(count)).lazy.map { $0 &- 1 })
    }

    mutating func heapify() {
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func push(_ entry: UInt64) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent] <= entry { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func popLowest() -> UInt64? {
        guard let lowest = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        return lowest
    }

    private mutating func sink(_ start: Int) {
        let entry = heap[start]
        var parent = start
        while true {
            var child = 2 * parent + 1
            if child >= heap.count { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            if heap[child] >= entry { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}
