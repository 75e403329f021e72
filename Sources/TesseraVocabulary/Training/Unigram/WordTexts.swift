/// The pieces of a corpus as code points, one after another, each ended by a zero.
struct WordTexts: ~Copyable {
    /// Stands for a character that no token may hold.
    static let unknown: UInt32 = 0x11_0000

    /// The code points; zero after each word.
    private(set) var scalars = PlainList<UInt32>()
    /// Where each word starts.
    private(set) var starts = PlainList<Int>()
    /// How often each word occurs.
    private(set) var counts = PlainList<Int>()

    /// How many words there are.
    var count: Int { starts.count }

    /// Adds a word, whose code points must not be zero.
    mutating func append(_ word: UnsafeBufferPointer<UInt32>, count: Int) {
        guard !word.isEmpty else { return }
        starts.append(scalars.count)
        counts.append(count)
        scalars.append(contentsOf: word)
        scalars.append(0)
    }

    /// The code points of word `index`, which must be below `count`.
    func word(_ index: Int) -> UnsafeBufferPointer<UInt32> {
        let start = starts[index]
        let end = (index + 1 < starts.count ? starts[index + 1] : scalars.count) - 1
        return UnsafeBufferPointer(start: scalars.elements + start, count: end - start)
    }

    /// The word that holds the code point at `place`.
    func index(at place: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= place { low = middle } else { high = middle }
        }
        return low
    }

    /// Puts `unknown` in place of the characters for which `isKnown` does not hold.
    mutating func replace(unless isKnown: (UInt32) -> Bool) {
        for place in 0..<scalars.count where scalars.elements[place] != 0 && !isKnown(scalars.elements[place])
        {
            scalars.elements[place] = Self.unknown
        }
    }
}
