internal import TesseraCore

/// What merges may be learned.
package struct MergeLimits: Sendable {
    /// The number of tokens at which to stop.
    package var vocabularySize: Int
    /// The smallest count of a pair that is merged; a pair that does not occur never is.
    package var smallestCount = 0
    /// Tokens reach at most one symbol less than this when they are made of other than two symbols; nil: no limit.
    ///
    /// The limit of Hugging Face's `max_token_length`, which is compared with `<` and does not hold for pairs of
    /// single symbols.
    package var tokenLength: Int?

    package init(vocabularySize: Int) { self.vocabularySize = vocabularySize }
}

/// Learns the merges of byte-pair encoding (Sennrich, Haddow and Birch, 2016) from words and their counts.
///
/// The most frequent pair is merged first; of equals that with the smaller left id, then the smaller right id. This
/// is the rule of Hugging Face tokenizers and of rustbpe, and the merges are theirs one for one, also where a token
/// that exists is made again from other parts: see `MergeTrainer+SharedTokens.swift`.
///
/// Counts are never kept up to date. A pair's count can only fall after it came about, so the count noted then is an
/// upper bound; when it comes to the top, the pair's places are looked at and counted anew, unless no merge since can
/// have touched them. This needs no table of pairs, and one merge touches only memory near the places merged.
struct MergeTrainer: ~Copyable {
    var arena: SymbolArena
    let limits: MergeLimits
    /// What right tokens lose of their spelling in a merge, such as `##`; empty: nothing.
    let continuingPrefix: [UInt8]

    var superwords: SuperwordRule?

    /// The spelling of each token.
    private(set) var spellings: [[UInt8]]
    private var ids: [[UInt8]: UInt32]

    /// For each token the slots it takes.
    var lengths: PlainList<UInt32>
    /// For each token whether a word may hold it: it is a symbol or was made.
    private var isInUse: [Bool]

    /// For each token how many merges had been made when it was last merged with what stands to its left, and to its
    /// right.
    private var mergedLeftward: PlainList<UInt32>
    private var mergedRightward: PlainList<UInt32>

    /// The merges made, in order.
    private(set) var merges: [Merge] = []

    var queue = MergeQueue()
    /// The places of all candidates, one list after another.
    var places = PlainList<UInt32>(capacity: 1 << 16)
    var neighbours: NeighbourLists
    var shared = SharedTokens()

    /// A merge, with how many words' worth of pairs it made.
    struct Merge {
        var left: UInt32
        var right: UInt32
        var made: UInt32
        var count: Int
    }

    /// Begins with the words of `arena`.
    ///
    /// - Parameters:
    ///   - spellings: of the tokens that exist, all different.
    ///   - lengths: the slots that each token takes; one where left out.
    ///   - superwords: which tokens may go over the borders of words; nil: words are apart in `arena`.
    init(
        _ arena: consuming SymbolArena, spellings: [[UInt8]], lengths known: [UInt32]? = nil,
        limits: MergeLimits,
        continuingPrefix: [UInt8] = [], superwords: SuperwordRule? = nil
    ) {
        self.arena = arena
        self.limits = limits
        self.continuingPrefix = continuingPrefix
        self.spellings = spellings
        ids = Dictionary(minimumCapacity: max(limits.vocabularySize, spellings.count))
        for (id, spelling) in spellings.enumerated() { ids[spelling] = UInt32(truncatingIfNeeded: id) }
        lengths = PlainList(capacity: max(limits.vocabularySize, spellings.count))
        mergedLeftward = PlainList(zeros: max(limits.vocabularySize, spellings.count))
        mergedRightward = PlainList(zeros: max(limits.vocabularySize, spellings.count))
        for token in spellings.indices { lengths.append(known?[token] ?? 1) }
        self.superwords = superwords
        isInUse = [Bool](repeating: false, count: spellings.count)
        neighbours = NeighbourLists(capacity: max(limits.vocabularySize, spellings.count) + 1)
        for place in 0..<self.arena.slots.count {
            let token = self.arena.slots.elements[place]
            if token < SymbolArena.hole { isInUse[Int(token)] = true }
        }
        findPairs()
    }

    /// How many tokens the words have now, each as often as its word occurs; single symbols left out are not counted.
    var tokenCount: Int {
        arena.weightedTokenCount(lengths: lengths.buffer)
    }

    /// Makes the next merge.
    ///
    /// - Returns: false when the vocabulary is full or no pair is left.
    mutating func step() -> Bool {
        guard spellings.count < limits.vocabularySize else { return false }
        while var candidate = queue.next() {
            guard candidate.count >= max(1, limits.smallestCount) else { return false }
            if let record = shared.record(of: candidate.pair) {
                let count = sharedCount(record)
                if count != candidate.count {
                    candidate.count = count
                    queue.insert(candidate)
                    continue
                }
                if mergeShared(candidate) { return true }
                continue
            }
            if isCounted(candidate) {
                if merge(candidate) { return true }
                continue
            }
            let count = count(of: candidate)
            if count == candidate.count {
                if merge(candidate) { return true }
            } else if count > 0 {
                candidate.count = count
                candidate.countedAt = UInt32(truncatingIfNeeded: merges.count)
                queue.insert(candidate)
            }
        }
        return false
    }

    /// Whether no merge since the pair was counted can have taken one of its tokens away.
    @inline(__always)
    private func isCounted(_ candidate: MergeCandidate) -> Bool {
        mergedLeftward[Int(candidate.left)] <= candidate.countedAt
            && mergedRightward[Int(candidate.right)] <= candidate.countedAt
    }

    /// How often the pair of `candidate` occurs at its places now.
    func count(of candidate: MergeCandidate) -> Int {
        let slots = arena.slots.elements
        let (left, right) = (candidate.left, candidate.right)
        let length = Int(lengths.elements[Int(left)])
        return arena.runs.withUnsafeBufferPointer { runs in
            var cursor = SymbolArena.CountCursor(runs)
            var total = 0
            for index in candidate.start..<candidate.start + Int(candidate.placeCount) {
                let place = places.elements[index]
                if slots[Int(place)] == left, slots[Int(place) + length] == right {
                    total &+= cursor.count(at: place)
                }
            }
            return total
        }
    }

    /// The token that merging `left` and `right` makes, which may exist, and whether words may hold it already; nil when
    /// it exists with another length, which only the tokens of single bytes bring about.
    mutating func token(merging left: UInt32, _ right: UInt32) -> (id: UInt32, isShared: Bool)? {
        var spelling = spellings[Int(left)]
        let tail = spellings[Int(right)]
        let skipped =
            !continuingPrefix.isEmpty && tail.starts(with: continuingPrefix) ? continuingPrefix.count : 0
        spelling.append(contentsOf: tail[skipped...])
        let length = lengths[Int(left)] + lengths[Int(right)]
        if let id = ids[spelling] {
            let isShared = isInUse[Int(id)]
            guard !isShared || lengths[Int(id)] == length else { return nil }
            isInUse[Int(id)] = true
            lengths[Int(id)] = length
            return (id, isShared)
        }
        let id = UInt32(truncatingIfNeeded: spellings.count)
        ids[spelling] = id
        spellings.append(spelling)
        lengths.append(length)
        isInUse.append(true)
        superwords?.append(spelling)
        return (id, false)
    }

    /// Notes a merge that was made.
    mutating func note(_ candidate: MergeCandidate, made: UInt32, count: Int) {
        merges.append(Merge(left: candidate.left, right: candidate.right, made: made, count: count))
        let number = UInt32(truncatingIfNeeded: merges.count)
        mergedRightward[Int(candidate.left)] = number
        mergedLeftward[Int(candidate.right)] = number
    }

    /// Merges a pair wherever it occurs; false when it cannot be.
    private mutating func merge(_ candidate: MergeCandidate) -> Bool {
        guard let (made, isShared) = token(merging: candidate.left, candidate.right) else { return false }
        if isShared { share(made) }
        let count = replace(
            places.elements + candidate.start, count: Int(candidate.placeCount), candidate, made: made)
        note(candidate, made: made, count: count)
        if isShared {
            enqueueSharedNeighbours(of: made)
        } else {
            enqueueNeighbours(of: made)
        }
        return true
    }

    /// Puts the token `made` where the pair of `candidate` stands and notes the neighbours.
    ///
    /// - Returns: how many pairs were replaced, each as often as its word occurs.
    mutating func replace(
        _ list: UnsafePointer<UInt32>, count listCount: Int, _ candidate: MergeCandidate, made: UInt32
    ) -> Int {
        neighbours.begin()
        let slots = arena.slots.elements
        let lengths = self.lengths.elements
        let (left, right) = (candidate.left, candidate.right)
        let (leftLength, rightLength) = (Int(lengths[Int(left)]), Int(lengths[Int(right)]))
        return arena.runs.withUnsafeBufferPointer { runs in
            var cursor = SymbolArena.CountCursor(runs)
            var total = 0
            for index in 0..<listCount {
                let place = Int(list[index])
                let middle = place + leftLength
                guard slots[place] == left, slots[middle] == right else { continue }
                let count = cursor.count(at: list[index])
                total &+= count
                let end = middle + rightLength
                slots[middle - 1] = SymbolArena.hole
                slots[middle] = SymbolArena.hole
                slots[place] = made
                slots[end - 1] = made
                let before = slots[place - 1]
                if before != SymbolArena.edge {
                    let start = place - Int(lengths[Int(before)])
                    neighbours.noteLeft(before, place: UInt32(truncatingIfNeeded: start), count: count)
                    // The token before was made just now: what was to its right a moment ago is gone.
                    if before == made { neighbours.takeBackRight(left, count: count) }
                }
                let after = slots[end]
                if after != SymbolArena.edge { neighbours.noteRight(after, place: list[index], count: count) }
            }
            return total
        }
    }

    /// Makes candidates of the pairs of a token that is new and its neighbours.
    mutating func enqueueNeighbours(of made: UInt32) {
        let limit = limits.tokenLength ?? .max
        let lengths = self.lengths.elements
        let madeLength = Int(lengths[Int(made)])
        let rule = superwords
        let number = UInt32(truncatingIfNeeded: merges.count)
        for side in NeighbourLists.Side.allCases {
            neighbours.distribute(side, into: &places) { neighbour, count in
                guard count > 0, Int(lengths[Int(neighbour)]) + madeLength < limit else { return false }
                guard let rule else { return true }
                return side == .left ? rule.allows(neighbour, made) : rule.allows(made, neighbour)
            } _: { neighbour, count, start, placeCount in
                let (left, right) = side == .left ? (neighbour, made) : (made, neighbour)
                let candidate = MergeCandidate(
                    count: count, left: left, right: right, start: start, placeCount: placeCount,
                    countedAt: number)
                queue.insert(candidate)
                if shared.contains(neighbour) { shared.register(candidate) }
            }
        }
    }
}
