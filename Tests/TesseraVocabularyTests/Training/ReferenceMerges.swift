/// The rule by which merges are learned, written down without a thought for speed.
///
/// Each entry of the queue stands for the words in which its pair came about in one merge; entries of one pair share a
/// count, which merges of the pair do not lower. The entry with the highest count goes first, then the smaller pair; its
/// count is brought up to date when it comes to the top.
struct ReferenceMerges {
    struct Pair: Hashable, Comparable {
        var left: Int
        var right: Int

        static func < (a: Pair, b: Pair) -> Bool { (a.left, a.right) < (b.left, b.right) }
    }

    private struct Entry {
        var pair: Pair
        var count: Int
        var words: Set<Int>
    }

    private(set) var tokens: [String]
    private(set) var merges: [(left: String, right: String)] = []
    private var words: [[Int]] = []
    private var wordCounts: [Int] = []
    private var lengths: [Int]

    /// Learns merges.
    ///
    /// - Parameters:
    ///   - words: each as its symbols, with its count.
    ///   - alphabet: the first tokens.
    init(
        _ words: [(symbols: [String], count: Int)], alphabet: [String], vocabularySize: Int,
        smallestCount: Int = 0,
        tokenLength: Int = .max, prefix: String = ""
    ) {
        tokens = alphabet
        lengths = alphabet.map { _ in 1 }
        for word in words {
            self.words.append(word.symbols.compactMap { alphabet.firstIndex(of: $0) })
            wordCounts.append(word.count)
        }
        var counts: [Pair: Int] = [:]
        var places: [Pair: Set<Int>] = [:]
        for (index, word) in self.words.enumerated() {
            for pair in Self.pairs(word) {
                counts[pair, default: 0] += wordCounts[index]
                places[pair, default: []].insert(index)
            }
        }
        var queue = places.map { Entry(pair: $0.key, count: counts[$0.key, default: 0], words: $0.value) }
        while tokens.count < vocabularySize, !queue.isEmpty {
            var top = 0
            for place in queue.indices
            where (queue[place].count, queue[top].pair) > (queue[top].count, queue[place].pair) {
                top = place
            }
            let now = counts[queue[top].pair, default: 0]
            if queue[top].count != now {
                queue[top].count = now
                continue
            }
            let entry = queue.remove(at: top)
            guard entry.count >= max(1, smallestCount) else { break }
            var tail = tokens[entry.pair.right]
            if !prefix.isEmpty, tail.hasPrefix(prefix) { tail.removeFirst(prefix.count) }
            let spelling = tokens[entry.pair.left] + tail
            let length = lengths[entry.pair.left] + lengths[entry.pair.right]
            let made: Int
            if let known = tokens.firstIndex(of: spelling) {
                made = known
                lengths[known] = length
            } else {
                tokens.append(spelling)
                lengths.append(length)
                made = tokens.count - 1
            }
            merges.append((tokens[entry.pair.left], tokens[entry.pair.right]))
            places = [:]
            for index in entry.words {
                var word = self.words[index]
                var place = 0
                while place + 1 < word.count {
                    defer { place += 1 }
                    guard word[place] == entry.pair.left, word[place + 1] == entry.pair.right else {
                        continue
                    }
                    func change(_ pair: Pair, by sign: Int) {
                        if sign > 0, lengths[pair.left] + lengths[pair.right] >= tokenLength { return }
                        counts[pair, default: 0] += sign * wordCounts[index]
                        if sign > 0 { places[pair, default: []].insert(index) }
                    }
                    if place > 0 {
                        change(Pair(left: word[place - 1], right: word[place]), by: -1)
                        change(Pair(left: word[place - 1], right: made), by: 1)
                    }
                    if place + 2 < word.count {
                        change(Pair(left: word[place + 1], right: word[place + 2]), by: -1)
                        change(Pair(left: made, right: word[place + 2]), by: 1)
                    }
                    word.replaceSubrange(place...place + 1, with: [made])
                }
                self.words[index] = word
            }
            for (pair, words) in places where counts[pair, default: 0] > 0 {
                queue.append(Entry(pair: pair, count: counts[pair, default: 0], words: words))
            }
        }
    }

    /// The merges as a tokenizer lists them: of several of one pair the last.
    var listed: [String] {
        let texts = merges.map { "\($0.left) \($0.right)" }
        return texts.indices.filter { !texts[($0 + 1)...].contains(texts[$0]) }.map { texts[$0] }
    }

    private static func pairs(_ word: [Int]) -> [Pair] {
        zip(word, word.dropFirst()).map { Pair(left: $0, right: $1) }
    }
}
