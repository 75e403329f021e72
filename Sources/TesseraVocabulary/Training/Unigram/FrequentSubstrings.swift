/// Finds the substrings of words that occur more than once, by sorting all suffixes.
///
/// Those that always go on in the same way are left out, as in SentencePiece, which takes the inner nodes of a suffix
/// tree (esaxx). As there, words count once however often they occur, and the end of a word is a character too: what
/// stands only at ends of words is no candidate.
struct FrequentSubstrings: ~Copyable {
    /// A substring that is a candidate.
    struct Candidate: BitwiseCopyable {
        /// Where it occurs.
        var place: UInt32
        /// Its code points.
        var length: UInt32
        /// The code points of all its occurrences.
        var score: Int
    }

    private let scalars: UnsafePointer<UInt32>
    private let longest: Int
    /// The starts of all suffixes, in order once sorted.
    private var suffixes: PlainList<UInt32>

    /// Code points that are compared at a time: as many as a key of 64 bits holds.
    private static let keyLength = 3

    /// Sorts the suffixes of `words`.
    ///
    /// - Parameter longest: the most code points of a substring.
    init(of words: borrowing WordTexts, longest: Int) {
        scalars = UnsafePointer(words.scalars.elements)
        self.longest = longest
        suffixes = PlainList(capacity: words.scalars.count)
        for place in 0..<words.scalars.count where scalars[place] != 0 {
            suffixes.append(UInt32(truncatingIfNeeded: place))
        }
        sort(0..<suffixes.count, depth: 0)
    }

    private struct KeyedSuffix {
        var key: UInt64
        var suffix: UInt32
    }

    /// Sorts a range of suffixes that have their first `depth` code points in common.
    private mutating func sort(_ range: Range<Int>, depth: Int) {
        var keyed: [KeyedSuffix] = []
        keyed.reserveCapacity(range.count)
        for index in range {
            keyed.append(KeyedSuffix(key: key(suffixes[index], depth), suffix: suffixes[index]))
        }
        keyed.sort { $0.key < $1.key }
        for (offset, entry) in keyed.enumerated() { suffixes[range.lowerBound + offset] = entry.suffix }
        guard depth + Self.keyLength <= longest else { return }
        var start = 0
        while start < keyed.count {
            var end = start + 1
            while end < keyed.count, keyed[end].key == keyed[start].key { end += 1 }
            // A key that ends in zero holds the end of the word.
            if end - start > 1, keyed[start].key & 0x1F_FFFF != 0 {
                sort(range.lowerBound + start..<range.lowerBound + end, depth: depth + Self.keyLength)
            }
            start = end
        }
    }

    /// The code points of a suffix from `depth` on, as a number; zeros after the end of the word.
    private func key(_ suffix: UInt32, _ depth: Int) -> UInt64 {
        var key: UInt64 = 0
        var place = Int(suffix) + depth
        for step in 0..<Self.keyLength {
            let scalar = UInt64(scalars[place])
            key = key << 21 | scalar
            if scalar == 0 { return key << UInt64(21 * (Self.keyLength - 1 - step)) }
            place += 1
        }
        return key
    }

    /// How many code points two suffixes have in common, the end of a word being one; at most one more than `longest`.
    private func commonLength(_ left: UInt32, _ right: UInt32) -> Int {
        var length = 0
        while length <= longest, scalars[Int(left) + length] == scalars[Int(right) + length] {
            length += 1
            if scalars[Int(left) + length - 1] == 0 { break }
        }
        return length
    }

    /// Calls `body` with every candidate of two code points or more.
    func forEach(_ body: (Candidate) -> Void) {
        // Intervals of suffixes with so much in common, the widest at the bottom.
        var open: [(length: Int, start: Int)] = [(0, 0)]
        for index in 1..<max(suffixes.count + 1, 1) {
            let common = index < suffixes.count ? commonLength(suffixes[index - 1], suffixes[index]) : 0
            var start = index - 1
            while let top = open.last, top.length > common {
                open.removeLast()
                start = top.start
                report(suffixes[top.start], top.length, occurrences: index - top.start, body)
            }
            if let top = open.last, top.length < common { open.append((common, start)) }
        }
    }

    private func report(_ place: UInt32, _ length: Int, occurrences: Int, _ body: (Candidate) -> Void) {
        guard length >= 2, length <= longest else { return }
        for offset in 0..<length {
            let scalar = scalars[Int(place) + offset]
            if scalar == 0 || scalar == WordTexts.unknown { return }
        }
        body(Candidate(place: place, length: UInt32(truncatingIfNeeded: length), score: occurrences * length))
    }
}
