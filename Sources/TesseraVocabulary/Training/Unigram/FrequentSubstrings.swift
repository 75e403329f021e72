/// Finds the substrings of words that occur more than once, by sorting all suffixes.
///
/// Those that always go on in the same way are left out, as in SentencePiece, which takes the inner nodes of a suffix
/// tree (esaxx). Its tree is that of whole texts: what stands only at the ends of words is a candidate when a text ends
/// there and another goes on. Counts of words do not tell that; here it is one when it occurs so often that a text ends
/// with it by chance.
struct FrequentSubstrings: ~Copyable {
    /// A substring that is a candidate.
    struct Candidate: BitwiseCopyable {
        /// Where it occurs.
        var place: UInt32
        /// Its code points.
        var length: UInt32
        /// The code points of all its occurrences, each as often as its word.
        var score: Int
    }

    private let scalars: UnsafePointer<UInt32>
    private let longest: Int
    /// How often what stands only at the ends of words has to occur.
    private let fewestAtEnds: Int
    /// The starts of all suffixes, in order once sorted.
    private var suffixes: PlainList<UInt32>
    /// How often the words of all suffixes before one occur, in the order of the suffixes.
    private var sums: PlainList<Int>

    /// Code points that are compared at a time: as many as a key of 64 bits holds.
    private static let keyLength = 3

    /// Sorts the suffixes of `words`.
    ///
    /// - Parameters:
    ///   - longest: the most code points of a substring.
    ///   - textCount: the texts that the words are from.
    init(of words: borrowing WordTexts, longest: Int, textCount: Int) {
        scalars = UnsafePointer(words.scalars.elements)
        self.longest = longest
        suffixes = PlainList(capacity: words.scalars.count)
        sums = PlainList(capacity: words.scalars.count + 1)
        var total = 0
        for count in words.counts.buffer { total &+= count }
        fewestAtEnds = max(2, total / max(textCount, 1))
        for place in 0..<words.scalars.count where scalars[place] != 0 {
            suffixes.append(UInt32(truncatingIfNeeded: place))
        }
        sort(0..<suffixes.count, depth: 0)
        var sum = 0
        sums.append(0)
        for index in 0..<suffixes.count {
            sum &+= words.counts[words.index(at: Int(suffixes[index]))]
            sums.append(sum)
        }
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
        var before = 0
        for index in 1..<max(suffixes.count + 1, 1) {
            let common = index < suffixes.count ? commonLength(suffixes[index - 1], suffixes[index]) : 0
            let alone = lengthToEnd(suffixes[index - 1])
            if max(before, common) < alone {
                report(index - 1..<index, alone, inside: max(before, common), body)
            }
            before = common
            var start = index - 1
            while let top = open.last, top.length > common {
                open.removeLast()
                start = top.start
                report(top.start..<index, top.length, inside: max(open.last?.length ?? 0, common), body)
            }
            if let top = open.last, top.length < common { open.append((common, start)) }
        }
    }

    /// The code points of a suffix with the end of its word, or two more than `longest`.
    private func lengthToEnd(_ suffix: UInt32) -> Int {
        var length = 0
        while length <= longest, scalars[Int(suffix) + length] != 0 { length += 1 }
        return length + 1
    }

    /// Reports what a range of suffixes has in common, if it can be a token.
    ///
    /// - Parameter outer: the length of what a wider range has in common, which is reported by itself.
    private func report(_ range: Range<Int>, _ common: Int, inside outer: Int, _ body: (Candidate) -> Void) {
        let place = Int(suffixes[range.lowerBound])
        let count = sums[range.upperBound] - sums[range.lowerBound]
        var length = common
        if scalars[place + length - 1] == 0 {
            length -= 1
            guard length > outer, count >= fewestAtEnds else { return }
        }
        guard length >= 2, length <= longest else { return }
        for offset in 0..<length where scalars[place + offset] == WordTexts.unknown { return }
        body(
            Candidate(
                place: UInt32(truncatingIfNeeded: place), length: UInt32(truncatingIfNeeded: length),
                score: count.multipliedReportingOverflow(by: length).partialValue))
    }
}
