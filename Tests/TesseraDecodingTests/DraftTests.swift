import TesseraCore
import TesseraDecoding
import Testing

@Suite("Drafts")
struct DraftTests {
    private static let prompt: [TokenID] = [97, 98, 99, 100, 97, 98]

    /// What a generation gives and leaves behind.
    private struct Outcome: Equatable {
        var tokens: [TokenID]
        var text: String
        var pieces: [String]
        var stopReason: StopReason
        var left: [TokenID]
        /// The text that follows when the same cache goes on.
        var following: [TokenID]
    }

    private static let tokenizer = SampleTokenizer()

    private func plain(
        _ model: SampleModel, _ options: GenerationOptions, _ constraint: (any LogitConstraint)? = nil
    ) throws -> Outcome {
        var nothing: Drafting?
        return try drafted(&nothing, model, options, constraint).outcome
    }

    private func drafted(
        _ drafting: inout Drafting?, _ model: SampleModel, _ options: GenerationOptions,
        _ constraint: (any LogitConstraint)? = nil
    ) throws -> (outcome: Outcome, generation: Generation) {
        var text = try ReadText(model: model)
        var pieces: [String] = []
        let result = try generate(
            from: Self.prompt, in: &text, drafting: &drafting, tokenizer: Self.tokenizer, options: options,
            constraint: constraint, show: { pieces.append($0) })
        let left = text.tokens
        let next = try generate(
            from: left.prefix(100) + [98], in: &text, tokenizer: Self.tokenizer,
            options: GenerationOptions(maximumTokens: 9, ignoresEndOfText: true))
        let outcome = Outcome(
            tokens: result.tokens, text: result.text, pieces: pieces, stopReason: result.stopReason,
            left: left,
            following: next.tokens)
        return (outcome, result)
    }

    private static func sources(for model: SampleModel, saying text: [TokenID]) throws -> [any DraftSource] {
        let table = try RecyclingTable(vocabularySize: model.vocabularySize)
        return [
            JunkDrafts(seed: 3), OracleDrafts(text: prompt + text), AdaptiveDrafts(), PromptLookup(),
            PromptLookup(longestMatch: 1),
            TokenRecycling(table: table), TokenRecycling(table: table, primesFromPrompt: false),
            MergedDrafts(PromptLookup(), TokenRecycling(table: table)),
            MergedDrafts(JunkDrafts(seed: 4), OracleDrafts(text: prompt + text)),
        ]
    }

    /// Passes that cost little more for more rows.
    private static let flat = PassCost([(1, 1), (4, 1.1), (16, 2)])

    private static let samplings: [SamplingOptions] = [
        .greedy, SamplingOptions(temperature: 0.8, seed: 11),
        SamplingOptions(temperature: 0.8, topK: 3, repetitionPenalty: 1.4, repetitionWindow: 5, seed: 12),
        SamplingOptions(temperature: 1.3, topP: 0.9, minP: 0.02, repetitionPenalty: 0.8, seed: 13),
        SamplingOptions(repetitionPenalty: 1.5, repetitionWindow: 7),
    ]

    @Test("every source gives the text of plain decoding", arguments: samplings)
    func identical(_ sampling: SamplingOptions) throws {
        for seed in UInt64(1)...2 {
            let model = SampleModel.babbling(seed: seed)
            for options in [
                GenerationOptions(sampling: sampling, maximumTokens: 60),
                GenerationOptions(sampling: sampling, maximumTokens: 1),
                GenerationOptions(sampling: sampling, maximumTokens: 2, ignoresEndOfText: true),
                GenerationOptions(sampling: sampling, stopStrings: ["ab", "dad"], ignoresEndOfText: true),
                GenerationOptions(sampling: sampling, ignoresEndOfText: true),
            ] {
                let expected = try plain(model, options)
                for source in try Self.sources(for: model, saying: expected.tokens) {
                    for size in [Drafting.Size.nodes(1), .nodes(7), .nodes(40), .measured] {
                        var drafting: Drafting? = try Drafting(source, size: size, cost: Self.flat)
                        for _ in 0..<2 {
                            let result = try drafted(&drafting, model, options)
                            #expect(result.outcome == expected, "\(type(of: source)), \(size)")
                        }
                    }
                }
            }
        }
    }

    @Test(
        "under a constraint too, which is as it was after each draft that was looked at", arguments: samplings
    )
    func constrained(_ sampling: SamplingOptions) throws {
        for seed in UInt64(1)...4 {
            let model = SampleModel.babbling(seed: seed)
            for count in [1, 2, 17, 60] {
                let options = GenerationOptions(sampling: sampling, maximumTokens: 60)
                let expected = try plain(model, options, Alternating(count: count))
                #expect(expected.tokens.count == count)
                for source in try Self.sources(for: model, saying: expected.tokens) {
                    var drafting: Drafting? = try Drafting(source, size: .nodes(9))
                    let result = try drafted(&drafting, model, options, Alternating(count: count))
                    #expect(result.outcome == expected, "\(type(of: source))")
                }
            }
        }
    }

    @Test("drafts that are right save passes, and none is read for nothing")
    func passes() throws {
        let model = SampleModel.babbling(seed: 2)
        let options = GenerationOptions(maximumTokens: 41, ignoresEndOfText: true)
        let expected = try plain(model, options)
        var drafting: Drafting? = try Drafting(
            OracleDrafts(text: Self.prompt + expected.tokens), size: .nodes(16))
        let generation = try drafted(&drafting, model, options).generation
        let counts = try #require(generation.drafts)
        // Eight of the sixteen drafts are right, and each pass gives one token more: 40 tokens after the first.
        #expect(counts.passes <= 6)
        #expect(counts.accepted == 40 - counts.passes)
        #expect(counts.tolerated == 0)
        #expect(try #require(generation.tokensPerPass) >= 40.0 / 6)

        var nothing: Drafting? = try Drafting(PromptLookup(), size: .nodes(4))
        let one = try drafted(&nothing, model, GenerationOptions(maximumTokens: 1)).generation
        #expect(one.drafts == DraftCounts())
    }

    @Test("a grammar keeps drafts from being read that it forbids")
    func forbidden() throws {
        let model = SampleModel.babbling(seed: 2)
        let options = GenerationOptions(maximumTokens: 40)
        let expected = try plain(model, options, Alternating(count: 30))
        // Of each two drafts one is a vowel where none may stand, or the other way round.
        var drafting: Drafting? = try Drafting(
            OracleDrafts(text: Self.prompt + expected.tokens), size: .nodes(16))
        let counts = try #require(
            try drafted(&drafting, model, options, Alternating(count: 30)).generation.drafts)
        #expect(counts.accepted == 29 - counts.passes)
        #expect(counts.drafted < counts.accepted * 2)
    }

    @Test("a source is told what was read, what of it held, and the rows as the model gave them")
    func observation() throws {
        let model = SampleModel.babbling(seed: 5)
        let options = GenerationOptions(
            sampling: SamplingOptions(repetitionPenalty: 2), maximumTokens: 12, ignoresEndOfText: true)
        let expected = try plain(model, options)
        for learns in [true, false] {
            let source = RecordingDrafts(
                learnsFromPrompt: learns, inner: OracleDrafts(text: Self.prompt + expected.tokens))
            var drafting: Drafting? = try Drafting(source, size: .nodes(6))
            _ = try drafted(&drafting, model, options)
            let told = try #require(drafting?.source as? RecordingDrafts).passes
            #expect(told.first?.tokens == Self.prompt)
            #expect(told.first?.rows.count == (learns ? Self.prompt.count : 0))
            var text = Self.prompt
            for pass in told.dropFirst() {
                #expect(pass.accepted.first == 0)
                for row in pass.accepted {
                    text.append(pass.tokens[row])
                    var logits: [Float] = []
                    try model.read(text, cache: model.makeCache(capacity: 64), rows: .last, logits: &logits)
                    #expect(pass.rows[row] == logits)
                }
            }
            #expect(text == Self.prompt + expected.tokens.dropLast())
        }
    }

    @Test("an error in the middle of a tree leaves a text that can be used again")
    func showThrows() throws {
        let model = SampleModel.babbling(seed: 2)
        let options = GenerationOptions(maximumTokens: 40, ignoresEndOfText: true)
        let expected = try plain(model, options)
        var drafting: Drafting? = try Drafting(
            OracleDrafts(text: Self.prompt + expected.tokens), size: .nodes(16))
        var text = try ReadText(model: model)
        var shown = 0
        #expect(throws: LocatedError.self) {
            try generate(
                from: Self.prompt, in: &text, drafting: &drafting, tokenizer: Self.tokenizer,
                options: options,
                show: { _ throws(LocatedError) in
                    shown += 1
                    if shown == 5 { throw LocatedError(problem: "no space left") }
                })
        }
        let again = try generate(from: Self.prompt, in: &text, tokenizer: Self.tokenizer, options: options)
        #expect(again.tokens == expected.tokens)
    }

    @Test("sizes out of range are refused", arguments: [0, -1, 256, .max])
    func sizes(_ count: Int) {
        let error = #expect(throws: LocatedError.self) { try Drafting(PromptLookup(), size: .nodes(count)) }
        #expect(error?.field == "--draft-nodes")
    }
}

@Suite("Draft trees")
struct DraftTreeTests {
    @Test("a node is added once, below one that is there")
    func adding() {
        var tree = DraftTree()
        #expect(tree.add(5, after: -1) == 0)
        #expect(tree.add(5, after: -1) == 0)
        #expect(tree.add(5, after: 0) == 1)
        #expect(tree.add(6, after: 7) == nil)
        #expect(tree.add(6, after: -2) == nil)
        #expect(tree.count == 2)
        #expect(tree.nodes.map(\.depth) == [1, 2])
    }

    @Test("what hangs below a node that goes, goes too")
    func filtering() {
        var tree = DraftTree()
        for (token, parent) in [(1, -1), (2, 0), (3, 1), (4, -1), (5, 3)] as [(TokenID, Int)] {
            tree.add(token, after: parent)
        }
        let left = tree.filtered { $0 != 1 }
        #expect(left.nodes.map(\.token) == [1, 4, 5])
        #expect(left.nodes.map(\.parent) == [-1, -1, 1])
    }
}

@Suite("Sources of drafts")
struct DraftSourceTests {
    @Test("lookup follows the longest ending that stood before, of equals the latest, then others")
    func lookup() {
        var lookup = PromptLookup()
        #expect(
            lookup.propose(after: [1, 2, 3, 9, 2, 3, 8, 1, 2, 3], limit: 2).nodes.map(\.token) == [
                9, 2, 8, 1,
            ]
        )
        #expect(lookup.propose(after: [2, 3, 9, 2, 3, 8, 2, 3], limit: 1).nodes.map(\.token) == [8, 9])
        #expect(lookup.propose(after: [5, 5, 5], limit: 3).nodes.map(\.token) == [5, 5, 5])
        #expect(lookup.propose(after: [7, 1, 2, 1, 2], limit: 5).nodes.map(\.token) == [1, 2, 1, 2, 1])
        for text in [[], [1], [1, 2]] as [[TokenID]] {
            #expect(lookup.propose(after: text, limit: 4).count == 0)
        }
    }

    @Test("the published tree has 80 places, 8, 21, 25, 15, 8 and 3 of a depth, whatever comes first")
    func template() throws {
        var source = TokenRecycling(table: try RecyclingTable(vocabularySize: 8))
        #expect(source.propose(after: [1], limit: 80).count == 0)
        let row = (0..<8).map { Float(8 - $0) }
        let rows = Array(repeating: row, count: 8).flatMap { $0 }
        rows.withUnsafeBufferPointer {
            source.observe(ReadPass(tokens: Array(0..<8), accepted: Array(0..<8), logits: $0))
        }
        let tree = source.propose(after: [1], limit: 80)
        #expect(tree.count == 80)
        #expect((1...6).map { depth in tree.nodes.count { $0.depth == depth } } == [8, 21, 25, 15, 8, 3])
        #expect(source.propose(after: [1], limit: 3).nodes.map(\.token) == [0, 0, 1])
        #expect(source.propose(after: [99], limit: 3).count == 0)
        #expect(source.propose(after: [], limit: 3).count == 0)
    }

    @Test("of a token read twice, the deepest accepted place counts, else the first")
    func winners() throws {
        func successor(accepted: [Int]) throws -> TokenID? {
            var source = TokenRecycling(table: try RecyclingTable(vocabularySize: 4))
            let rows: [Float] = [9, 0, 0, 0] + [0, 9, 0, 0] + [0, 0, 9, 0] + [0, 0, 0, 9]
            rows.withUnsafeBufferPointer {
                source.observe(ReadPass(tokens: [0, 1, 1, 1], accepted: accepted, logits: $0))
            }
            return source.propose(after: [1], limit: 1).nodes.first?.token
        }
        #expect(try successor(accepted: [0]) == 1)
        #expect(try successor(accepted: [0, 2]) == 2)
        #expect(try successor(accepted: [0, 1, 3]) == 3)
    }

    @Test("the largest of a row in order, the first of equals, none that is no number")
    func largest() throws {
        for count in [3, 16, 40, 257] {
            let random = CounterRandom(seed: UInt64(count))
            var row = (0..<count).map { Float(random.bits(at: $0) % 9) }
            row[1] = .nan
            row[2] = -.infinity
            let expected = row.indices.filter { row[$0] > -.infinity }
                .sorted { (row[$1], $0) < (row[$0], $1) }.prefix(8)
            var source = TokenRecycling(table: try RecyclingTable(vocabularySize: count))
            row.withUnsafeBufferPointer {
                source.observe(ReadPass(tokens: [0], accepted: [0], logits: $0))
            }
            let found = source.propose(after: [0], limit: 80).nodes.filter { $0.depth == 1 }.map(\.token)
            #expect(found.map(Int.init) == Array(expected))
        }
    }

    @Test("rows of another vocabulary teach a table nothing")
    func otherVocabulary() throws {
        var source = TokenRecycling(table: try RecyclingTable(vocabularySize: 4))
        [Float](repeating: 1, count: 10).withUnsafeBufferPointer {
            source.observe(ReadPass(tokens: [0, 1], accepted: [0, 1], logits: $0))
        }
        #expect(source.table.filledCount == 0)
        #expect(throws: LocatedError.self) { try RecyclingTable(vocabularySize: 0) }
    }

    @Test("merged drafts hold what both propose, once")
    func merged() throws {
        var first = DraftTree()
        first.add(2, after: first.add(1, after: -1) ?? -1)
        var second = DraftTree()
        second.add(3, after: second.add(1, after: -1) ?? -1)
        second.add(4, after: -1)
        var merged = MergedDrafts(FixedDrafts(tree: first), FixedDrafts(tree: second))
        let tree = try merged.propose(after: [0], limit: 8)
        #expect(tree.nodes.map(\.token) == [1, 2, 3, 4])
        #expect(tree.nodes.map(\.parent) == [-1, 0, 0, -1])
        #expect(Set(tree.nodes.map(\.kind)) == [3, 0, 2])
    }
}

private struct FixedDrafts: DraftSource {
    let tree: DraftTree
    var learnsFromPrompt: Bool { false }
    mutating func propose(after text: [TokenID], limit: Int) -> DraftTree { tree }
    mutating func observe(_ pass: ReadPass) {}
}

@Suite("The cost of passes and what is worth reading")
struct DraftSizeTests {
    @Test("costs between those known are interpolated and go on rising")
    func cost() {
        let cost = PassCost([(1, 1), (2, 1.2), (4, 1.6), (8, 1.5), (16, 3.1)])
        #expect(cost(rows: 1) == 1)
        #expect(abs(cost(rows: 3) - 1.4) < 1e-9)
        #expect(cost(rows: 8) == 1.5)
        #expect(cost(rows: 16) == 3.1)
        #expect(cost(rows: 32) > 4)
        #expect(PassCost([]).costs.isEmpty)
        #expect(PassCost([(0, 1), (-3, 2), (.max, 1), (2, .nan)]).costs.isEmpty)
    }

    @Test("costs are learnt from times, whatever else the machine does")
    func learning() {
        let random = CounterRandom(seed: 4)
        // Four rows cost as much as one, and each further row a quarter of it.
        func truth(_ rows: Int) -> Double { max(1, Double(rows) / 4) }
        var cost = PassCost.expected
        for pass in 0..<600 {
            let rows = 1 + random.index(below: 12, at: pass)
            // Slower for a while, and now and then disturbed.
            var seconds = 0.01 * truth(rows) * (pass / 150 % 2 == 0 ? 1 : 1.7)
            if random.index(below: 20, at: pass, stream: 1) == 0 { seconds *= 5 }
            cost.learn(rows: rows, seconds: seconds)
        }
        for rows in 2...12 {
            let ratio = cost(rows: rows) / cost(rows: 1)
            #expect(abs(ratio / truth(rows) - 1) < 0.2, "\(rows)")
        }
        let before = cost
        for (rows, seconds) in [(0, 1), (-1, 1), (99, 1), (1, 0), (1, -1), (1, .nan), (1, .infinity)] {
            cost.learn(rows: rows, seconds: seconds)
        }
        #expect(cost == before)
    }

    /// The drafts by pass of a source that is right in every second draft, or in none.
    private func draftsByPass(_ cost: PassCost, right: Bool) throws -> Double {
        let model = SampleModel.babbling(seed: 2, contextLength: 300)
        let options = GenerationOptions(maximumTokens: 200, ignoresEndOfText: true)
        var text = try ReadText(model: model)
        let prompt: [TokenID] = [97, 98]
        let said = try generate(
            from: prompt, in: &text, tokenizer: SampleTokenizer(), options: options
        ).tokens
        let source = OracleDrafts(text: prompt + (right ? said : said.map { $0 == 99 ? 100 : 99 }))
        var drafting: Drafting? = try Drafting(source, cost: cost)
        let counts = try #require(
            try generate(
                from: prompt, in: &text, drafting: &drafting, tokenizer: SampleTokenizer(), options: options
            ).drafts)
        return Double(counts.drafted) / Double(counts.passes)
    }

    @Test("many drafts are read where they cost nothing, those that hold where rows cost half, else none")
    func chosen() throws {
        let free = PassCost([(1, 1), (16, 1)])
        let cheap = PassCost((1...16).map { ($0, 1 + 0.5 * Double($0 - 1)) })
        let linear = PassCost((1...16).map { ($0, Double($0)) })
        #expect(try draftsByPass(free, right: true) > 12)
        // The right half of the sixteen.
        let some = try draftsByPass(cheap, right: true)
        #expect(some > 6 && some < 9)
        #expect(try draftsByPass(linear, right: true) < 0.1)
    }
}
