internal import TesseraCore

/// A double array (Aoe, 1989) over the bytes of spellings: one load for each byte of a walk.
///
/// A node's children lie at `base ^ byte`; each remembers its parent, which tells it from the children of others that
/// share the space.
struct PieceTrie: Sendable {
    /// For each node, from the low bit: 31 bits of base, one bit that a token ends here, 32 bits of parent plus one.
    private let units: FixedTable<UInt64>

    /// For each node, the token that ends there.
    private let values: FixedTable<UInt32>

    /// Makes the trie of the tokens in `ids`, in any order; empty spellings are left out.
    init(_ ids: some Sequence<Int>, of vocabulary: Vocabulary) {
        var builder = Builder(vocabulary, ids: ids)
        builder.build()
        units = FixedTable(count: builder.units.count)
        values = FixedTable(count: builder.values.count)
        for (index, unit) in builder.units.enumerated() { units.elements[index] = unit }
        for (index, value) in builder.values.enumerated() { values.elements[index] = value }
    }

    /// Calls `body` with the end and the token of every spelling that `piece` has at `start`, the shortest first.
    @inline(__always)
    func forEachMatch(in piece: PieceBytes, at start: Int, _ body: (_ end: Int, _ id: TokenID) -> Void) {
        var node = 0
        var unit = units.elements[0]
        var position = start
        while position < piece.count {
            let child = Int(unit & 0x7FFF_FFFF) ^ Int(piece[position])
            // The builder keeps whole blocks of 256, so that a base with any byte is inside.
            unit = units.elements[child]
            guard unit >> 32 == UInt64(node + 1) else { return }
            node = child
            position += 1
            if unit & 0x8000_0000 != 0 { body(position, values.elements[node]) }
        }
    }
}

extension PieceTrie {
    /// Places the nodes of a trie in blocks of 256.
    fileprivate struct Builder {
        private let vocabulary: Vocabulary
        private var keys: [Key] = []
        fileprivate private(set) var units: [UInt64] = []
        fileprivate private(set) var values: [UInt32] = []

        /// For each block, which of its places are free.
        private var free: [FreePlaces] = []

        /// The first block that is looked at: those before it are nearly full.
        private var firstOpen = 0

        /// How many places are tried for the children of a node before a new block is begun.
        private static let mostTries = 64

        private struct Key {
            var head: UInt64
            var id: UInt32
        }

        init(_ vocabulary: Vocabulary, ids: some Sequence<Int>) {
            self.vocabulary = vocabulary
            for id in ids where vocabulary.spellingLength(of: id) > 0 {
                let head = vocabulary.withSpelling(of: id) { spelling in
                    spelling.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                        << UInt64(8 * (8 - min(spelling.count, 8)))
                }
                keys.append(Key(head: head, id: UInt32(truncatingIfNeeded: id)))
            }
            keys.sort { left, right in
                if left.head != right.head { return left.head < right.head }
                return vocabulary.withSpelling(of: Int(left.id)) { left in
                    vocabulary.withSpelling(of: Int(right.id)) { left.lexicographicallyPrecedes($0) }
                }
            }
        }

        mutating func build() {
            addBlock()
            take(0)
            // A stack and not recursion: spellings may be long.
            var waiting = [(node: 0, keys: 0..<keys.count, depth: 0)]
            var labels: [(byte: UInt8, keys: Range<Int>)] = []
            while let (node, keyRange, depth) = waiting.popLast() {
                var range = keyRange
                if !range.isEmpty, length(range.lowerBound) == depth {
                    units[node] |= 0x8000_0000
                    values[node] = keys[range.lowerBound].id
                    range = (range.lowerBound + 1)..<range.upperBound
                }
                labels.removeAll(keepingCapacity: true)
                for index in range {
                    let byte = byte(index, depth)
                    if labels.last?.byte == byte {
                        labels[labels.count - 1].keys = labels[labels.count - 1].keys.lowerBound..<(index + 1)
                    } else {
                        labels.append((byte, index..<(index + 1)))
                    }
                }
                guard !labels.isEmpty else { continue }
                let base = place(labels)
                units[node] |= UInt64(base)
                for label in labels {
                    let child = base ^ Int(label.byte)
                    take(child)
                    units[child] = UInt64(node + 1) << 32
                    waiting.append((child, label.keys, depth + 1))
                }
            }
        }

        /// A base whose children with these bytes are all free.
        private mutating func place(_ labels: [(byte: UInt8, keys: Range<Int>)]) -> Int {
            var tries = 0
            var block = max(firstOpen, free.count - 16)
            while block < free.count {
                if free[block].count >= labels.count {
                    var place = free[block].first(from: 0)
                    while let candidate = place {
                        let base = candidate ^ Int(labels[0].byte)
                        if labels.allSatisfy({ free[block].contains(base ^ Int($0.byte)) }) {
                            return block << 8 | base
                        }
                        tries += 1
                        if tries >= Self.mostTries { break }
                        place = free[block].first(from: candidate + 1)
                    }
                    if tries >= Self.mostTries { break }
                }
                block += 1
            }
            addBlock()
            return (free.count - 1) << 8
        }

        private mutating func addBlock() {
            free.append(FreePlaces())
            units.append(contentsOf: repeatElement(0, count: 256))
            values.append(contentsOf: repeatElement(0, count: 256))
        }

        private mutating func take(_ node: Int) {
            free[node >> 8].remove(node & 255)
            while firstOpen < free.count - 1, free[firstOpen].count < 8 { firstOpen += 1 }
        }

        private func length(_ index: Int) -> Int { vocabulary.spellingLength(of: Int(keys[index].id)) }

        private func byte(_ index: Int, _ depth: Int) -> UInt8 {
            if depth < 8 { return UInt8(truncatingIfNeeded: keys[index].head >> UInt64(56 - 8 * depth)) }
            return vocabulary.withSpelling(of: Int(keys[index].id)) { $0[depth] }
        }
    }

    /// The free places of a block of 256.
    private struct FreePlaces {
        private var words: (UInt64, UInt64, UInt64, UInt64) = (.max, .max, .max, .max)
        private(set) var count = 256

        func contains(_ place: Int) -> Bool { word(place >> 6) >> UInt64(place & 63) & 1 != 0 }

        mutating func remove(_ place: Int) {
            let bit = UInt64(1) << UInt64(place & 63)
            switch place >> 6 {
            case 0: words.0 &= ~bit
            case 1: words.1 &= ~bit
            case 2: words.2 &= ~bit
            default: words.3 &= ~bit
            }
            count -= 1
        }

        /// The first free place at or after `start`.
        func first(from start: Int) -> Int? {
            var place = start
            while place < 256 {
                let rest = word(place >> 6) >> UInt64(place & 63)
                if rest != 0 { return place + rest.trailingZeroBitCount }
                place = (place | 63) + 1
            }
            return nil
        }

        private func word(_ index: Int) -> UInt64 {
            switch index {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        }
    }
}
