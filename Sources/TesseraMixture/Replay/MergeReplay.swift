internal import TesseraCore
package import TesseraTokenizers

/// Makes the merges of a tokenizer in the words of one category, one after another as they are told: the training loop of
/// BPE with the choice forced.
///
/// Pairs are counted as trainers count them, every two neighbours, also where they overlap: `aaa` holds `aa` twice. A
/// merge goes through a word from left to right and never takes a symbol twice, so that `aaaa` becomes two symbols.
package struct MergeReplay {
    /// The merges, and for each of their pairs which merge it is.
    package struct Plan: Sendable {
        let merges: [BytePairDefinition.Merge]
        fileprivate let steps: [SymbolPair: Int32]

        /// A plan to make these merges; of several of one pair the first.
        package init(_ merges: [BytePairDefinition.Merge]) {
            self.merges = merges
            steps = Dictionary(
                merges.enumerated().map { (SymbolPair($1.left, $1.right), Int32(truncatingIfNeeded: $0)) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// What stands where a symbol was taken into the one before it.
    private static let gone = UInt32.max
    /// No place.
    private static let none: Int32 = -1

    private let plan: Plan
    private var symbols: [UInt32]
    private var previous: [Int32]
    private var next: [Int32]
    /// For each place the word that it is in, and for each word its count.
    private let wordOf: [Int32]
    private let wordCounts: [Int]
    /// For each merge to come the places of its pair, some of which are out of date.
    private var places: [[Int32]]

    /// The pairs that occurred so far, by number.
    private var numbers = PairNumbers()
    /// For each pair how often it occurs now.
    private var counts: [Int] = []
    /// For each pair how often it occurred when the step began, and the step that this is true of.
    private var countsBefore: [(step: Int32, count: Int)] = []
    /// The pairs touched in this step.
    private var touched: [Int] = []

    /// How many merges were made.
    package private(set) var step = 0

    /// A pair whose count a step changed.
    package struct Change {
        /// The number of the pair.
        var pair: UInt32
        /// How often it occurs now.
        var count: Int
    }

    /// Begins with the words of a category.
    package init(_ words: CategoryWords, plan: Plan) {
        self.plan = plan
        symbols = words.symbols
        wordCounts = words.words.map(\.count)
        previous = [Int32](repeating: Self.none, count: symbols.count)
        next = previous
        places = [[Int32]](repeating: [], count: plan.merges.count)
        var wordOf = previous
        var start: Int32 = 0
        for (word, entry) in words.words.enumerated() {
            for place in start..<entry.end {
                wordOf[Int(place)] = Int32(truncatingIfNeeded: word)
                if place > start { previous[Int(place)] = place - 1 }
                if place + 1 < entry.end { next[Int(place)] = place + 1 }
            }
            start = entry.end
        }
        self.wordOf = wordOf
        step = -1
        for place in symbols.indices where next[place] != Self.none {
            add(
                symbols[place], symbols[Int(next[place])], at: Int32(truncatingIfNeeded: place),
                count: count(at: place))
        }
        step = 0
    }

    /// The pairs that occurred so far, by number.
    package var pairs: [SymbolPair] { numbers.pairs }

    /// How often each pair that ever occurred occurs now.
    package var pairCounts: [Int] { counts }

    /// Makes the next merge of the plan wherever its pair stands, if there is one.
    ///
    /// - Returns: the pairs whose counts changed, in the order of their numbers.
    package mutating func makeNext() -> [Change] {
        guard step < plan.merges.count else { return [] }
        let merge = plan.merges[step]
        touched.removeAll(keepingCapacity: true)
        // Left to right, which decides where symbols of a row go together.
        let list = places[step].sorted()
        places[step] = []
        for place in list { replace(merge, at: Int(place)) }
        step += 1
        touched.sort()
        return touched.compactMap { number in
            counts[number] == countsBefore[number].count
                ? nil : Change(pair: UInt32(truncatingIfNeeded: number), count: counts[number])
        }
    }

    private mutating func replace(_ merge: BytePairDefinition.Merge, at place: Int) {
        guard symbols[place] == merge.left, next[place] != Self.none else { return }
        let second = Int(next[place])
        guard symbols[second] == merge.right else { return }
        let count = count(at: place)
        change(merge.left, merge.right, by: -count)
        symbols[place] = merge.made
        symbols[second] = Self.gone
        let after = next[second]
        next[place] = after
        if previous[place] != Self.none {
            let before = Int(previous[place])
            change(symbols[before], merge.left, by: -count)
            add(symbols[before], merge.made, at: previous[place], count: count)
        }
        if after != Self.none {
            previous[Int(after)] = Int32(truncatingIfNeeded: place)
            change(merge.right, symbols[Int(after)], by: -count)
            add(merge.made, symbols[Int(after)], at: Int32(truncatingIfNeeded: place), count: count)
        }
    }

    private func count(at place: Int) -> Int { wordCounts[Int(wordOf[place])] }

    /// Counts a pair that came about at `place`, which is noted if a later step merges it.
    private mutating func add(_ left: UInt32, _ right: UInt32, at place: Int32, count: Int) {
        change(left, right, by: count)
        if let merge = plan.steps[SymbolPair(left, right)], merge > step { places[Int(merge)].append(place) }
    }

    private mutating func change(_ left: UInt32, _ right: UInt32, by change: Int) {
        let number = numbers.number(of: SymbolPair(left, right))
        let step = Int32(truncatingIfNeeded: step)
        if number == counts.count {
            counts.append(0)
            countsBefore.append((step, 0))
            touched.append(number)
        } else if countsBefore[number].step != step {
            countsBefore[number] = (step, counts[number])
            touched.append(number)
        }
        counts[number] &+= change
    }

    /// How often each pair occurs now, counted anew.
    package func recount() -> [SymbolPair: Int] {
        var counts: [SymbolPair: Int] = [:]
        for place in symbols.indices where symbols[place] != Self.gone && next[place] != Self.none {
            counts[SymbolPair(symbols[place], symbols[Int(next[place])]), default: 0] += count(at: place)
        }
        return counts
    }
}
