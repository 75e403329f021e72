import TesseraCore
import TesseraMixture
import TesseraReport
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Data mixture inference")
struct DataMixtureInferenceTests {
    private static let names = MadeLanguage.three.map(\.name)

    /// Texts that a tokenizer is trained on, and others of the same languages.
    private func texts(_ sizes: [Int], seed: UInt64) -> [String] {
        zip(MadeLanguage.three, sizes).map { $0.text($1, seed: seed) }
    }

    private func samples(_ texts: [String]) -> [(name: String, text: String)] {
        Array(zip(Self.names, texts))
    }

    private func shares(_ estimate: MixtureEstimate) -> [Double] { estimate.categories.map(\.share) }

    @Test(
        "the training parts themselves contradict no merge",
        arguments: [[300, 300, 300], [500, 50, 200], [20, 400, 700]])
    func exactness(sizes: [Int]) throws {
        let parts = texts(sizes, seed: 11)
        let estimate = try estimate(train(parts, merges: 150), samples(parts))
        #expect(estimate.objective <= 1e-9)
        #expect(estimate.violations.allSatisfy { $0.slack <= 1e-9 })
        #expect(estimate.unseenMerges.isEmpty && estimate.mergeCount == 150)
        #expect((shares(estimate).reduce(0, +) - 1).magnitude <= 1e-12)
        // The truth is among the shares that contradict nothing, and with 150 merges those are near each other.
        #expect(largestDifference(shares(estimate), try pairShares(of: parts)) <= 0.05)
    }

    @Test("ties, which trainers break as they like, contradict nothing")
    func ties() throws {
        let parts = ["ab cd ef gh ab cd ef gh\n", "ij kl mn op ij kl mn op\n", "qr st uv wx qr st uv wx\n"]
        let estimate = try estimate(train(parts, merges: 12), samples(parts))
        #expect(estimate.objective <= 1e-12)
    }

    @Test("other text of the same languages finds the shares", arguments: [UInt64(21), 22, 23])
    func otherText(seed: UInt64) throws {
        let parts = texts([1200, 300, 700], seed: seed)
        let estimate = try estimate(
            train(parts, merges: 150), samples(texts([800, 800, 800], seed: seed + 100)))
        #expect(largestDifference(shares(estimate), try pairShares(of: parts)) <= 0.03)
        #expect(estimate.identifiability.isUnique && estimate.identifiability.condition < 1e6)
        #expect(estimate.warnings.isEmpty)
        #expect(estimate.prefixes.map(\.merges) == [37, 75])
        for (range, share) in zip(try #require(estimate.prefixRanges()), shares(estimate)) {
            #expect(range.contains(share))
        }
    }

    @Test("constraints made when they are broken find what all of them find")
    func allConstraints() throws {
        let parts = texts([60, 25, 40], seed: 31)
        let tokenizer = try train(parts, merges: 40)
        let sequence = try MergeSequence(tokenizer.definition)
        let plan = MergeReplay.Plan(sequence.merges)
        // Other text, so that merges and samples contradict each other and the optimum is one.
        let others = texts([30, 30, 30], seed: 32)
        let cutter = try PieceCutter(normalizer: nil, preTokenizer: .gpt2)
        let histories = PairHistories(
            try others.map { text in
                var words: [(symbols: [UInt32], count: Int)] = []
                let counts = try countPieces(ofLines: text, with: cutter)
                try counts.forEachSorted { piece, count in
                    let symbols = piece.map { byte in
                        tokenizer.definition.model.vocabulary.id(of: cutter.spelling(of: byte)) ?? 0
                    }
                    words.append((symbols, count))
                }
                return try CategoryHistory(CategoryWords(words), plan: plan)
            }, plan: plan)
        let search = ConstraintSearch(histories, steps: 0..<40)
        let lazy = try fitMixture(histories, search)
        var all: [MixtureConstraint] = []
        for step in 0..<40 {
            for (number, pair) in histories.pairs.enumerated() {
                let merge = sequence.merges[step]
                guard pair != SymbolPair(merge.left, merge.right) else { continue }
                all.append(MixtureConstraint(step: step, pair: number))
            }
        }
        let whole = try fitMixture(histories, search, startingWith: all)
        #expect(lazy.objective > 1e-6 && lazy.identifiability.isUnique)
        #expect(lazy.constraintCount < whole.constraintCount)
        #expect((lazy.objective - whole.objective).magnitude <= 1e-7)
        #expect(largestDifference(lazy.solution.shares, whole.solution.shares) <= 1e-7)
    }

    @Test("text of a category given twice changes nothing")
    func duplicates() throws {
        let tokenizer = try train(texts([400, 200, 300], seed: 41), merges: 120)
        let others = texts([200, 200, 200], seed: 42)
        let once = try estimate(tokenizer, samples(others))
        let twice = try estimate(tokenizer, samples([others[0] + others[0], others[1], others[2]]))
        #expect(largestDifference(shares(once), shares(twice)) <= 1e-9)
        #expect((once.objective - twice.objective).magnitude <= 1e-9)
        #expect(once.objective > 0)
    }

    @Test("two categories of the same text are told not to be told apart, and can be made one")
    func identicalCategories() throws {
        let tokenizer = try train(texts([400, 200, 300], seed: 51), merges: 120)
        let others = texts([300, 300, 300], seed: 52)
        let doubled = try estimate(
            tokenizer, [("one", others[0]), ("two", others[1]), ("three", others[2]), ("twin", others[1])])
        #expect(!doubled.identifiability.isUnique && doubled.identifiability.condition == .infinity)
        #expect(doubled.identifiability.leastDetermined == [1, 3])
        #expect(doubled.warnings.contains { $0.contains("two, twin") })
        let merged = try estimate(
            tokenizer, [("one", others[0]), ("two", others[1]), ("three", others[2]), ("two", others[1])])
        #expect(merged.identifiability.isUnique && merged.categories.map(\.name) == Self.names)
        let (first, second) = (shares(doubled), shares(merged))
        #expect(largestDifference([first[0], first[1] + first[3], first[2]], second) <= 1e-6)
    }

    @Test("a category that is missing shows in merges that nothing has, and in what is contradicted")
    func missingCategory() throws {
        let tokenizer = try train(texts([400, 200, 300], seed: 61), merges: 120)
        let others = samples(texts([300, 300, 300], seed: 62))
        let whole = try estimate(tokenizer, others)
        let part = try estimate(tokenizer, Array(others.dropLast()))
        #expect(Double(part.unseenMerges.count) > 0.01 * Double(part.mergeCount))
        #expect(part.warnings.contains { $0.contains("in no sample") })
        #expect(part.objective > whole.objective)
        #expect((shares(part).reduce(0, +) - 1).magnitude <= 1e-12)
    }

    @Test("a bootstrap gives intervals that its seed fixes")
    func bootstrap() throws {
        let parts = texts([400, 200, 300], seed: 71)
        let tokenizer = try train(parts, merges: 100)
        let others = samples(texts([200, 200, 200], seed: 72))
        let runs = try [UInt64(1), 1, 2].map { seed in
            try estimate(tokenizer, others) { options in
                options.bootstraps = 20
                options.seed = seed
            }
        }
        #expect(runs[0].draws.count == 20 && runs[0].draws == runs[1].draws && runs[0].draws != runs[2].draws)
        let intervals = try #require(runs[0].intervals())
        for (interval, share) in zip(intervals, shares(runs[0])) {
            #expect(
                interval.upperBound - interval.lowerBound < 0.1 && interval.lowerBound < interval.upperBound)
            // The middle of the draws is about the estimate.
            #expect((interval.lowerBound - 0.02)...(interval.upperBound + 0.02) ~= share)
        }
        #expect(runs[0].draws.allSatisfy { ($0.reduce(0, +) - 1).magnitude <= 1e-12 })
        #expect(runs[2].table().rows.count == 3)
    }

    @Test("shares of bytes are those of pairs times the bytes of a pair")
    func denominators() throws {
        let parts = texts([300, 300, 300], seed: 81)
        let estimate = try estimate(train(parts, merges: 100), samples(parts))
        let products = estimate.categories.map { $0.share * Double($0.byteCount) / Double($0.pairCount) }
        let expected = products.map { $0 / products.reduce(0, +) }
        #expect(largestDifference(estimate.categories.map { $0.share(of: .bytes) }, expected) <= 1e-12)
        #expect(estimate.categories.map(\.byteCount) == parts.map(\.utf8.count))
        #expect(largestDifference(shares(estimate), expected) > 1e-4)
    }

    @Test("merges at the beginning can be made without asking what they say")
    func skipping() throws {
        let parts = texts([300, 300, 300], seed: 91)
        let tokenizer = try train(parts, merges: 100)
        let all = try estimate(tokenizer, samples(parts)) { $0.merges = 80 }
        let late = try estimate(tokenizer, samples(parts)) { options in
            options.merges = 80
            options.skippedMerges = 40
        }
        #expect(late.objective <= 1e-9 && late.constraintCount < all.constraintCount)
        #expect(late.prefixes.map(\.merges) == [50, 60])
    }

    @Test("what cannot be estimated is an error that says so")
    func errors() throws {
        let parts = texts([100, 100, 100], seed: 95)
        let tokenizer = try train(parts, merges: 50)
        expectLocatedError(field: "merges", problem: "51") {
            try estimate(tokenizer, samples(parts)) { $0.merges = 51 }
        }
        for merges in [0, -1, .min] {
            expectLocatedError(field: "merges") {
                try estimate(tokenizer, samples(parts)) { $0.merges = merges }
            }
        }
        for skipped in [50, -1, .max] {
            expectLocatedError(field: "merges") {
                try estimate(tokenizer, samples(parts)) { $0.skippedMerges = skipped }
            }
        }
        expectLocatedError(field: "samples", problem: "1 categor") {
            try estimate(tokenizer, [("one", parts[0])])
        }
        expectLocatedError(field: "samples", problem: "0 categor") { try estimate(tokenizer, []) }
        for empty in ["", "\n", "a"] {
            expectLocatedError(field: "samples", problem: "two holds") {
                try estimate(tokenizer, [("one", parts[0]), ("two", empty)])
            }
        }
        let vocabulary = try Vocabulary([Array("a".utf8), Array("b".utf8)])
        let unigram = TokenizerDefinition(
            model: .unigram(UnigramDefinition(vocabulary: vocabulary, scores: [0, 0])))
        expectLocatedError(field: "model", problem: "Unigram") {
            try estimate(PipelineTokenizer(unigram), samples(parts))
        }
        let empty = BytePairDefinition(vocabulary: vocabulary, merges: [])
        expectLocatedError(field: "merges") {
            try estimate(PipelineTokenizer(TokenizerDefinition(model: .bytePair(empty))), samples(parts))
        }
    }

    @Test("stops when asked to")
    func cancellation() throws {
        let parts = texts([100, 100, 100], seed: 96)
        let inference = try DataMixtureInference(
            of: train(parts, merges: 50),
            samples: samples(parts).map { LanguageSample($0.name, text: $0.text) })
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: CancelledError.self) { try inference.estimate(cancellation: cancellation) }
    }

    @Test("files give what the same text in memory gives, with any number of threads")
    func files() throws {
        let folder = try TemporaryFolder()
        let parts = texts([200, 100, 150], seed: 97)
        let tokenizer = try train(parts, merges: 80)
        let others = texts([100, 100, 100], seed: 98)
        let inMemory = try estimate(tokenizer, samples(others)) { $0.bootstraps = 2 }
        for threads in [1, 3] {
            let samples = try zip(Self.names, others).map { name, text in
                LanguageSample(name, corpus: Corpus(files: [try folder.write(text, to: "\(name).txt")]))
            }
            var options = DataMixtureInference.Options()
            options.counting.threads = threads
            options.bootstraps = 2
            let fromFiles = try DataMixtureInference(of: tokenizer, samples: samples, options: options)
                .estimate()
            #expect(shares(fromFiles) == shares(inMemory) && fromFiles.draws == inMemory.draws)
        }
    }

    @Test("a tokenizer of characters that marks spaces learns inside words")
    func metaspaces() throws {
        // As files made of SentencePiece's models: nothing cuts, and spaces are U+2581.
        let parts = texts([300, 200, 250], seed: 99)
        let settings = TrainingSettings(
            .bytePair(TrainingSettings.BytePair()), vocabularySize: 150,
            preTokenizer: .metaspace(replacement: "\u{2581}", prepends: .always, splits: true))
        let cutter = try PieceCutter(normalizer: nil, preTokenizer: settings.preTokenizer)
        var definition = try trainTokenizer(
            settings, on: try countPieces(ofLines: parts.joined(), with: cutter)
        ).definition
        definition.preTokenizer = nil
        definition.normalizer = .sequence([.prepend("\u{2581}"), .replace(.string(" "), with: "\u{2581}")])
        let estimate = try estimate(PipelineTokenizer(definition), samples(parts))
        #expect(estimate.objective <= 1e-9 && estimate.unseenMerges.isEmpty)
        #expect(estimate.mergeCount > 80)
    }
}
