package import TesseraTokenizers

/// The types of a lexicon that is being learned, in the order of their ranks.
///
/// A type has a number that stays while it is there. Its rank is looked up and not searched for; moving a type changes
/// the ranks of those it passes, so that all ranks are exact at every moment.
package struct RankedLexicon: Sendable {
    /// For each rank, from the most established on, the number of the type.
    package private(set) var order: [Int32] = []
    /// For each number the rank; negative: no type has it.
    private var ranks: [Int32] = []
    private var spellings: [[UInt8]] = []
    /// For each number the length in characters.
    private var lengths: [Int32] = []
    /// For each number the epochs left on probation; 0: it is not on probation.
    private var lives: [Int32] = []
    private var free: [Int32] = []
    private var trie = LexiconTrie()

    /// An empty lexicon.
    package init() {}

    /// Changes whenever a type comes or goes: what was matched before may be matched otherwise.
    package private(set) var version = 0

    /// How many types there are.
    package var count: Int { order.count }

    /// The rank of the type with this number.
    @inline(__always)
    package func rank(of type: Int32) -> Int32 { ranks[Int(type)] }

    /// The text of the type with this number.
    package func spelling(of type: Int32) -> [UInt8] { spellings[Int(type)] }

    /// The characters of the type with this number.
    package func length(of type: Int32) -> Int { Int(lengths[Int(type)]) }

    /// The epochs left to the type with this number on probation; 0: it is not on probation.
    @inline(__always)
    package func life(of type: Int32) -> Int32 { lives[Int(type)] }

    /// Sets the epochs left on probation; 0 ends it.
    package mutating func setLife(_ life: Int32, of type: Int32) { lives[Int(type)] = life }

    /// Whether there is such a type.
    package func contains(_ spelling: some Collection<UInt8>) -> Bool { trie.value(of: spelling) >= 0 }

    /// Adds a type with the last rank, unless it is there already or empty.
    package mutating func append(_ spelling: [UInt8], life: Int = 0) {
        guard !spelling.isEmpty, !contains(spelling) else { return }
        let type: Int32
        if let used = free.popLast() {
            type = used
        } else {
            type = Int32(truncatingIfNeeded: ranks.count)
            ranks.append(-1)
            spellings.append([])
            lengths.append(0)
            lives.append(0)
        }
        let length = characterCount(of: spelling)
        spellings[Int(type)] = spelling
        lengths[Int(type)] = Int32(truncatingIfNeeded: length)
        lives[Int(type)] = Int32(truncatingIfNeeded: life)
        ranks[Int(type)] = Int32(truncatingIfNeeded: order.count)
        order.append(type)
        trie.insert(spelling, value: type)
        version += 1
    }

    /// Takes a type out; those behind it move up.
    package mutating func remove(_ type: Int32) {
        let rank = Int(ranks[Int(type)])
        guard rank >= 0 else { return }
        order.remove(at: rank)
        for place in rank..<order.count { ranks[Int(order[place])] = Int32(truncatingIfNeeded: place) }
        retire(type)
    }

    /// Takes several types out.
    package mutating func remove(_ types: Set<Int32>) {
        guard !types.isEmpty else { return }
        order.removeAll { types.contains($0) }
        for (place, type) in order.enumerated() { ranks[Int(type)] = Int32(truncatingIfNeeded: place) }
        for type in types.sorted() where ranks[Int(type)] >= 0 { retire(type) }
    }

    private mutating func retire(_ type: Int32) {
        trie.remove(spellings[Int(type)])
        spellings[Int(type)] = []
        ranks[Int(type)] = -1
        lives[Int(type)] = 0
        free.append(type)
        version += 1
    }

    /// Moves a type by ⌊rank · `rate`⌋ + 1 places: towards the front, or towards the end.
    ///
    /// The first type stays where it is: neither moves it, nor does another take its place. A move past the end takes
    /// the type out. A type that is not there is not moved.
    package mutating func move(_ type: Int32, towardsEnd: Bool, rate: Double) {
        let rank = Int(ranks[Int(type)])
        guard rank > 0 else { return }
        let distance = Int(Double(rank) * rate) + 1
        guard towardsEnd else {
            let target = max(1, rank - distance)
            for place in stride(from: rank, to: target, by: -1) { put(order[place - 1], at: place) }
            put(type, at: target)
            return
        }
        let target = rank + distance
        guard target < order.count else { return remove(type) }
        for place in rank..<target { put(order[place + 1], at: place) }
        put(type, at: target)
    }

    @inline(__always)
    private mutating func put(_ type: Int32, at place: Int) {
        order[place] = type
        ranks[Int(type)] = Int32(truncatingIfNeeded: place)
    }

    /// The two longest types that `text`, which is UTF-8, has at `place`, or one unknown character.
    @inline(__always)
    package func match(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> LexiconMatch {
        var match = LexiconMatch(unknownTo: min(place + characterLength(text[place]), text.count))
        trie.forEachMatch(in: text, at: place) { end, type in
            match.secondType = match.type
            match.secondRank = match.rank
            match.secondEnd = match.end
            match.type = type
            match.rank = ranks[Int(type)]
            match.end = end
        }
        return match
    }

    /// What is wrong with it, in words; nil: trie, list and ranks hold the same types.
    package var inconsistency: String? {
        let entries = trie.entries
        guard entries.count == order.count else {
            return "\(entries.count) types in the trie, \(order.count) in the list"
        }
        for (place, type) in order.enumerated() where ranks[Int(type)] != Int32(place) {
            return "the type at \(place) has the rank \(ranks[Int(type)])"
        }
        for entry in entries
        where ranks[Int(entry.value)] < 0 || spellings[Int(entry.value)] != entry.key {
            return "the type \(entry.value) is spelled otherwise in the trie"
        }
        guard ranks.lazy.filter({ $0 >= 0 }).count == order.count else {
            return "types that are not in the list have ranks"
        }
        return nil
    }
}

/// The bytes of the character that begins with `lead`, in UTF-8.
@inline(__always)
func characterLength(_ lead: UInt8) -> Int { lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4 }

/// How many characters begin in these bytes of UTF-8.
func characterCount(of bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
}
