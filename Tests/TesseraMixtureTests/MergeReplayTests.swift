import TesseraCore
import TesseraMixture
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Replaying merges")
struct MergeReplayTests {
    private typealias Merge = BytePairDefinition.Merge

    /// The counts that a replay keeps, without those that are zero.
    private func kept(_ replay: MergeReplay) -> [SymbolPair: Int] {
        Dictionary(uniqueKeysWithValues: zip(replay.pairs, replay.pairCounts).filter { $1 != 0 })
    }

    @Test(
        "counts pairs where they overlap and merges from left to right",
        arguments: [
            ([1, 1, 1, 1], [[2, 2]: 3]), ([1, 1, 1], [[2, 1]: 3]), ([1, 1], [:]),
            ([1, 1, 1, 1, 1], [[2, 2]: 3, [2, 1]: 3]),
            ([5, 1, 1, 1, 5], [[5, 2]: 3, [2, 1]: 3, [1, 5]: 3]),
        ] as [([UInt32], [[UInt32]: Int])])
    func overlapping(word: [UInt32], after: [[UInt32]: Int]) throws {
        let words = try CategoryWords([(word, 3)])
        var replay = MergeReplay(words, plan: .init([Merge(1, 1, makes: 2)]))
        #expect(kept(replay) == replay.recount())
        _ = replay.makeNext()
        #expect(kept(replay) == replay.recount())
        #expect(
            kept(replay) == Dictionary(uniqueKeysWithValues: after.map { (SymbolPair($0[0], $0[1]), $1) }))
    }

    /// The pairs of words, counted one by one.
    private func pairs(of words: [(symbols: [UInt32], count: Int)]) -> [SymbolPair: Int] {
        var counts: [SymbolPair: Int] = [:]
        for (symbols, count) in words {
            for (left, right) in zip(symbols, symbols.dropFirst()) {
                counts[SymbolPair(left, right), default: 0] += count
            }
        }
        return counts
    }

    /// A word in which a merge was made from left to right.
    private func merged(_ symbols: [UInt32], _ merge: Merge) -> [UInt32] {
        var (result, place) = ([UInt32](), 0)
        while place < symbols.count {
            let isPair =
                place + 1 < symbols.count && symbols[place] == merge.left && symbols[place + 1] == merge.right
            result.append(isPair ? merge.made : symbols[place])
            place += isPair ? 2 : 1
        }
        return result
    }

    @Test("keeps what a full recount gives after every merge", arguments: [UInt64(1), 2, 3, 4])
    func recount(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // Few symbols, so that rows of one symbol are common.
        let words = (0..<200).map { _ in
            (
                symbols: (0..<Int.random(in: 2...12, using: &generator)).map { _ in
                    UInt32.random(in: 0..<3, using: &generator)
                }, count: Int.random(in: 1...50, using: &generator)
            )
        }
        // Any pair that is there, and now and then one that is not; some tokens are made twice.
        var (merges, states, current) = ([Merge](), [pairs(of: words)], words)
        for step in 0..<60 {
            let there = pairs(of: current).keys.sorted { $0.bits < $1.bits }
            let pair = step % 9 == 8 ? SymbolPair(0, 900) : there.randomElement(using: &generator)
            guard let pair, !merges.contains(where: { SymbolPair($0.left, $0.right) == pair }) else {
                continue
            }
            let merge = Merge(
                pair.left, pair.right, makes: step % 7 == 6 ? UInt32(2 + step) : UInt32(3 + step))
            merges.append(merge)
            current = current.map { (symbols: merged($0.symbols, merge), count: $0.count) }
            states.append(pairs(of: current))
        }
        #expect(merges.count > 20)
        var replay = MergeReplay(try CategoryWords(words), plan: .init(merges))
        #expect(kept(replay) == states[0])
        for (step, state) in states.dropFirst().enumerated() {
            let changes = replay.makeNext()
            try #require(kept(replay) == state, "after merge \(step)")
            #expect(replay.recount() == state)
            let before = states[step]
            let differing = Set(before.keys).union(state.keys).filter {
                before[$0, default: 0] != state[$0, default: 0]
            }
            #expect(changes.count == differing.count)
        }
        #expect(replay.makeNext().isEmpty)
    }

    @Test("gives the history of every pair in every category")
    func histories() throws {
        var generator = SeededGenerator(seed: 5)
        func words() throws -> CategoryWords {
            try CategoryWords(
                (0..<100).map { _ in
                    (
                        symbols: (0..<8).map { _ in UInt32.random(in: 0..<4, using: &generator) },
                        count: Int.random(in: 1...9, using: &generator)
                    )
                })
        }
        let categories = [try words(), try words()]
        let plan = MergeReplay.Plan(
            [
                Merge(0, 1, makes: 4), Merge(2, 2, makes: 5), Merge(4, 3, makes: 6), Merge(9, 9, makes: 10),
                Merge(6, 4, makes: 7),
            ])
        let histories = PairHistories(try categories.map { try CategoryHistory($0, plan: plan) }, plan: plan)
        var replays = categories.map { MergeReplay($0, plan: plan) }
        for step in 0..<5 {
            let counts = replays.map { $0.recount() }
            for (number, pair) in histories.pairs.enumerated() {
                var found = [0, 0]
                histories.forEachCategory(of: number, before: step) { found[$0] = $1 }
                #expect(found == counts.map { $0[pair, default: 0] })
            }
            let pair = [
                SymbolPair(0, 1), SymbolPair(2, 2), SymbolPair(4, 3), SymbolPair(9, 9), SymbolPair(6, 4),
            ][step]
            for category in 0..<2 {
                #expect(histories.countOfMerge(step, in: category) == counts[category][pair, default: 0])
                #expect(counts[category].values.reduce(0, +) <= histories.pairTotals[category])
                _ = replays[category].makeNext()
            }
        }
        #expect(histories.countOfMerge(3, in: 0) == 0)
    }
}
