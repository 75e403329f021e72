internal import TesseraCore

/// Tokens that were made more than once, from different parts, and the pairs that they are in.
///
/// With "--" and "---" in the vocabulary, "----" may come from "--" "--" and from "---" "-". Such a token exists
/// when it is made again, so a pair with it may come about again, long after it was put in the queue or even merged.
/// Hugging Face's trainer then has several entries for the pair: each stands for the words in which the pair came
/// about in one merge, all share one count, and that count never loses the pairs that were merged. The merges depend
/// on it, so this is done in the same way. Of several merges of one pair the last place in the list counts.
struct SharedTokens {
    /// What is known of a pair with such a token.
    struct Record {
        /// Its entries in the queue.
        var candidates: [MergeCandidate] = []
        /// How many of it were merged, each as often as its word occurs.
        var merged = 0
    }

    private var isShared: [Bool] = []
    private(set) var records: [UInt64: Record] = [:]

    /// Whether `token` was made more than once.
    @inline(__always)
    func contains(_ token: UInt32) -> Bool { Int(token) < isShared.count && isShared[Int(token)] }

    /// What is known of `pair`; nil for pairs without such a token.
    @inline(__always)
    func record(of pair: UInt64) -> Record? { isShared.isEmpty ? nil : records[pair] }

    /// Notes that `token` was made again.
    ///
    /// - Returns: false when that was known.
    mutating func insert(_ token: UInt32) -> Bool {
        guard !contains(token) else { return false }
        while isShared.count <= Int(token) { isShared.append(false) }
        isShared[Int(token)] = true
        return true
    }

    /// Notes an entry of the queue.
    mutating func register(_ candidate: MergeCandidate) {
        records[candidate.pair, default: Record()].candidates.append(candidate)
    }

    /// Notes that an entry has left the queue.
    mutating func remove(_ candidate: MergeCandidate) {
        records[candidate.pair]?.candidates.removeAll { $0.start == candidate.start }
    }

    /// Notes that a pair was merged.
    mutating func add(merged count: Int, to pair: UInt64) {
        records[pair, default: Record()].merged &+= count
    }
}

extension MergeTrainer {
    /// Makes `token`, which exists and is being made again, a shared one.
    mutating func share(_ token: UInt32) {
        let known = shared
        guard shared.insert(token) else { return }
        for candidate in queue.candidates where candidate.left == token || candidate.right == token {
            let other = candidate.left == token ? candidate.right : candidate.left
            if !known.contains(other) { shared.register(candidate) }
        }
        for merge in merges where merge.left == token || merge.right == token {
            let other = merge.left == token ? merge.right : merge.left
            guard !known.contains(other) else { continue }
            shared.add(merged: merge.count, to: UInt64(merge.left) << 32 | UInt64(merge.right))
        }
    }

    /// The count of a pair as the reference keeps it: what occurs now and what was merged before.
    func sharedCount(_ record: SharedTokens.Record) -> Int {
        var total = record.merged
        for candidate in record.candidates { total &+= count(of: candidate) }
        return total
    }

    /// Merges a pair in every word in which it came about with this entry; false when it cannot be.
    mutating func mergeShared(_ candidate: MergeCandidate) -> Bool {
        shared.remove(candidate)
        guard let (made, isShared) = token(merging: candidate.left, candidate.right) else { return false }
        if isShared { share(made) }
        let list = placesInWords(of: candidate)
        var count = 0
        list.withUnsafeBufferPointer { list in
            if let start = list.baseAddress {
                count = replace(start, count: list.count, candidate, made: made)
            }
        }
        if list.isEmpty { neighbours.begin() }
        note(candidate, made: made, count: count)
        shared.add(merged: count, to: candidate.pair)
        if isShared { enqueueSharedNeighbours(of: made) } else { enqueueNeighbours(of: made) }
        return true
    }

    /// Every place of the pair in the words that an entry names, in order.
    private func placesInWords(of candidate: MergeCandidate) -> [UInt32] {
        let slots = arena.slots.elements
        var found: [UInt32] = []
        var searched = 0
        for index in candidate.start..<candidate.start + Int(candidate.placeCount) {
            var place = Int(places[index])
            guard place >= searched else { continue }
            while slots[place - 1] != SymbolArena.edge { place -= 1 }
            while slots[place] != SymbolArena.edge {
                let next = place + Int(lengths[Int(slots[place])])
                if slots[place] == candidate.left, slots[next] == candidate.right {
                    found.append(UInt32(truncatingIfNeeded: place))
                }
                place = next
            }
            searched = place
        }
        return found
    }

    /// Makes candidates of the pairs of a token that existed before and its neighbours.
    mutating func enqueueSharedNeighbours(of made: UInt32) {
        var lists: [UInt64: [UInt32]] = [:]
        for side in NeighbourLists.Side.allCases {
            neighbours.notes(side) { neighbour, place in
                let (left, right) = side == .left ? (neighbour, made) : (made, neighbour)
                lists[UInt64(left) << 32 | UInt64(right), default: []].append(place)
            }
        }
        let limit = limits.tokenLength ?? .max
        for (pair, list) in lists.sorted(by: { $0.key < $1.key }) {
            let (left, right) = (UInt32(truncatingIfNeeded: pair >> 32), UInt32(truncatingIfNeeded: pair))
            guard Int(lengths[Int(left)]) + Int(lengths[Int(right)]) < limit,
                superwords?.allows(left, right) ?? true
            else { continue }
            let start = places.count
            for place in list.sorted() { places.append(place) }
            var candidate = MergeCandidate(
                count: 0, left: left, right: right, start: start,
                placeCount: UInt32(truncatingIfNeeded: list.count),
                countedAt: UInt32(truncatingIfNeeded: merges.count))
            shared.register(candidate)
            var count = 0
            if let record = shared.record(of: pair) { count = sharedCount(record) }
            if count > 0 {
                candidate.count = count
                queue.insert(candidate)
            } else {
                shared.remove(candidate)
            }
        }
    }
}
