internal import Synchronization
public import TesseraCore
public import TesseraTokenizers
public import TesseraVocabulary

/// Estimates which share of a BPE tokenizer's training data came from each of several categories (Hayase, Liu, Choi, Oh
/// and Smith, 2024, "Data Mixture Inference: What do BPE Tokenizers Reveal about their Training Data?", arXiv 2407.16607).
///
/// Training merged the most frequent pair at every step. With text of each category, every merge therefore bounds the
/// shares: weighted by them, its pair is at least as frequent as any other. A linear programme finds the shares that
/// contradict the merges least.
///
/// ```swift
/// let samples = try LanguageSample.at(["samples/en.txt", "samples/de.txt"])
/// let estimate = try DataMixtureInference(of: tokenizer, samples: samples).estimate()
/// print(estimate.table().text())
/// ```
///
/// Samples are cut by the tokenizer's own normalizer and pre-tokenizer, read in blocks, and kept as different words with
/// their counts. Otherwise than in the paper the solver is CLP, the merges of files without a list are found again
/// (`MergeSequence`), and intervals are estimated.
public struct DataMixtureInference: Sendable {
    /// How a mixture is estimated.
    public struct Options: Sendable {
        /// How many merges are used; nil: the first 3,000, or all when there are fewer.
        public var merges: Int?
        /// How many merges at the beginning are made without asking what they say, as for a tokenizer whose first merges
        /// were taken from another.
        public var skippedMerges = 0
        /// Whether merges of nothing but spaces are left out, which are often added by hand.
        public var dropsSpaces = false
        /// How often the samples' texts are drawn anew, for intervals; 0: never.
        public var bootstraps = 0
        /// Names the draws.
        public var seed: UInt64 = 1
        /// Whether estimates from the first quarter and the first half of the merges are made too.
        public var usesPrefixes = true
        /// The threads and the memory for reading samples.
        public var counting = CountingOptions()

        /// The paper's, without a bootstrap.
        public init() {}
    }

    /// How many merges are used when nobody says.
    public static let defaultMerges = 3000

    private let definition: TokenizerDefinition
    private let model: BytePairDefinition
    private let samples: [LanguageSample]
    private let options: Options
    /// The merges that are used.
    public let sequence: MergeSequence

    /// Makes ready to estimate the mixture behind `tokenizer`.
    ///
    /// - Parameters:
    ///   - samples: text of each category; samples of one name are one category.
    ///   - file: where the tokenizer came from, for errors.
    /// - Throws: `LocatedError` when the tokenizer is not BPE, there are fewer than two categories, or more merges are
    ///   asked for than there are; `CancelledError`.
    public init(
        of tokenizer: PipelineTokenizer, samples: [LanguageSample], options: Options = Options(),
        file: String? = nil, cancellation: Cancellation = Cancellation()
    ) throws {
        definition = tokenizer.definition
        self.options = options
        sequence = try MergeSequence(
            definition, limit: max(options.merges ?? Self.defaultMerges, 0), dropsSpaces: options.dropsSpaces,
            file: file, cancellation: cancellation)
        guard case .bytePair(let model) = definition.model, !sequence.merges.isEmpty else {
            throw LocatedError(
                file: file, field: "merges", problem: "there are none to learn from",
                remedy: "name a BPE tokenizer, and ask for 1 merge or more")
        }
        self.model = model
        if let merges = options.merges, merges > sequence.availableCount {
            throw LocatedError(
                file: file, field: "merges",
                problem: "\(merges) were asked for, and the tokenizer has \(sequence.availableCount)",
                remedy: "ask for \(sequence.availableCount) or fewer with --merges")
        }
        guard options.skippedMerges >= 0, options.skippedMerges < sequence.merges.count else {
            throw LocatedError(
                file: file, field: "merges",
                problem: "\(options.skippedMerges) of \(sequence.merges.count) merges are to be skipped",
                remedy: "skip fewer with --skip-merges, or use more with --merges")
        }
        self.samples = try Self.grouped(samples)
        guard self.samples.count > 1 else {
            throw LocatedError(
                field: "samples", problem: "\(self.samples.count) categories have no mixture",
                remedy: "give two or more, such as en=en.txt de=de.txt")
        }
    }

    /// The samples with those of one name made one.
    private static func grouped(_ samples: [LanguageSample]) throws(LocatedError) -> [LanguageSample] {
        var grouped: [LanguageSample] = []
        for sample in samples {
            guard let place = grouped.firstIndex(where: { $0.name == sample.name }) else {
                grouped.append(sample)
                continue
            }
            switch (grouped[place].content, sample.content) {
            case (.corpus(var corpus), .corpus(let more)):
                corpus.files += more.files
                grouped[place].content = .corpus(corpus)
            case (.text(let text), .text(let more)): grouped[place].content = .text(text + "\n" + more)
            default:
                throw LocatedError(
                    field: "samples", problem: "\(sample.name) is given as text and as files",
                    remedy: "give one of the two")
            }
        }
        return grouped
    }

    /// Reads the samples, replays the merges and fits the shares.
    ///
    /// - Throws: `LocatedError` when a sample cannot be read or holds nothing, or the solver gives up; `CancelledError`.
    public func estimate(
        progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
    ) throws -> MixtureEstimate {
        var counter = try WordCounter(definition, model: model)
        counter.options = options.counting
        let words = try samples.map { sample in
            try counter.words(of: sample, progress: progress, cancellation: cancellation)
        }
        let plan = MergeReplay.Plan(sequence.merges)
        let histories = try histories(of: words, plan, progress, cancellation)
        let steps = options.skippedMerges..<sequence.merges.count
        let fit = try fitMixture(
            histories, ConstraintSearch(histories, steps: steps), progress: progress,
            cancellation: cancellation)
        var estimate = MixtureEstimate(fit, histories, sequence, samples.map(\.name), words, model)
        if options.usesPrefixes {
            for part in [4, 2] where steps.count / part > 0 {
                let prefix = steps.prefix(steps.count / part)
                let fit = try fitMixture(
                    histories, ConstraintSearch(histories, steps: prefix.startIndex..<prefix.endIndex),
                    progress: progress, cancellation: cancellation)
                estimate.addPrefix(merges: prefix.endIndex, shares: fit.solution.shares)
            }
        }
        let binding = fit.binding.map { ($0.step, histories.pairs[$0.pair]) }
        for draw in 0..<max(options.bootstraps, 0) {
            try cancellation.check()
            progress.report("drawing samples anew", draw, of: options.bootstraps, unit: "draws")
            estimate.addDraw(try shares(ofDraw: draw, counter, plan, steps, binding, cancellation))
        }
        return estimate
    }

    /// The shares for samples whose texts are drawn with replacement.
    ///
    /// - Parameter start: the merges and pairs of constraints that held the optimum of the samples as they are.
    private func shares(
        ofDraw draw: Int, _ counter: WordCounter, _ plan: MergeReplay.Plan, _ steps: Range<Int>,
        _ start: [(step: Int, pair: SymbolPair)], _ cancellation: Cancellation
    ) throws -> [Double] {
        let random = CounterRandom(seed: options.seed)
        let words = try samples.enumerated().map { category, sample in
            let seed = random.bits(at: draw, stream: UInt64(truncatingIfNeeded: category))
            let resampling = TextResampling(seed: seed)
            let words = try counter.words(of: sample, resampling: resampling, cancellation: cancellation)
            // A sample of a single text may be drawn never; it then stays as it is.
            return words.pairCount > 0 ? words : try counter.words(of: sample, cancellation: cancellation)
        }
        let histories = try histories(of: words, plan, .ignored, cancellation)
        let known = start.compactMap { step, pair in
            histories.number(of: pair).map { MixtureConstraint(step: step, pair: $0) }
        }
        return try fitMixture(
            histories, ConstraintSearch(histories, steps: steps), startingWith: known,
            cancellation: cancellation
        ).solution.shares
    }

    /// Replays the merges in all categories, as many at once as there are threads.
    private func histories(
        of words: [CategoryWords], _ plan: MergeReplay.Plan, _ progress: Progress,
        _ cancellation: Cancellation
    ) throws(CancelledError) -> PairHistories {
        let found = Mutex([CategoryHistory?](repeating: nil, count: words.count))
        forEachBlock(of: words.count, blockSize: 1, threads: options.counting.threads) { range, worker in
            for category in range {
                let history = try? CategoryHistory(
                    words[category], plan: plan, progress: worker == 0 ? progress : .ignored,
                    cancellation: cancellation)
                found.withLock { $0[category] = history }
            }
        }
        let histories = found.withLock { $0.compactMap(\.self) }
        // One that was stopped has none.
        guard histories.count == words.count else { throw CancelledError() }
        return PairHistories(histories, plan: plan)
    }
}
