internal import TesseraCore
internal import TesseraTokenizers

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Trains a unigram language model (Kudo, 2018) as SentencePiece does.
///
/// Frequent substrings are the first tokens. Their probabilities are estimated by expectation maximization with a
/// sparse prior (Liang and Klein, 2007), then the tokens whose loss would cost the least likelihood are dropped, and so
/// on until few enough are left. Numbers are 64-bit where SentencePiece computes in 32, so the last digits of scores,
/// and tokens that are nearly equals, differ from its own.
///
/// Expected counts are added as whole numbers, a fixed part of a count each: sums do not depend on their order, nor the
/// result on the number of threads.
struct UnigramTraining: ~Copyable {
    private let settings: TrainingSettings.Unigram
    private let vocabularySize: Int
    private let textCount: Int
    private let threads: Int
    private let progress: Progress
    private let cancellation: Cancellation
    private var words: WordTexts
    /// The part of a count that expected counts are measured in, as a number of parts.
    private let parts: Double

    /// - Parameters:
    ///   - vocabularySize: how many tokens there will be, special ones included.
    ///   - textCount: the texts that the words are from.
    init(
        _ words: consuming WordTexts, _ settings: TrainingSettings.Unigram, vocabularySize: Int,
        textCount: Int, threads: Int, progress: Progress, cancellation: Cancellation
    ) {
        self.settings = settings
        self.vocabularySize = vocabularySize
        self.textCount = textCount
        self.threads = max(threads, 1)
        self.progress = progress
        self.cancellation = cancellation
        var total = 1
        for index in 0..<words.count {
            let (weight, overflow) = words.counts[index].multipliedReportingOverflow(
                by: words.word(index).count)
            total =
                overflow ? Int.max / 2 : min(total.addingReportingOverflow(weight).partialValue, Int.max / 2)
        }
        self.words = words
        // Whole sums stay below 2^61.
        parts = Double(1 << max(0, min(30, 61 - (Int.bitWidth - max(total, 1).leadingZeroBitCount))))
    }

    /// Trains until few enough tokens are left.
    ///
    /// - Throws: `CancelledError` when stopped.
    mutating func run() throws -> UnigramModel {
        progress.report("finding substrings", 0, of: nil, unit: "tokens")
        var model = try firstModel()
        // A tenth more than wanted, special tokens counted too, of which the most probable are taken in the end.
        let wanted = vocabularySize * 11 / 10
        let rounds = max(
            1,
            Int(
                (log(Double(max(wanted, 1)) / Double(max(model.tokens.count, 1)))
                    / log(min(settings.shrinkingFactor, 0.99))).rounded(.up)) + 1)
        var round = 0
        while true {
            for _ in 0..<max(settings.estimatesPerPruning, 1) {
                try cancellation.check()
                model = try estimate(model)
            }
            round += 1
            progress.report("estimating", min(round, rounds), of: rounds, unit: "rounds")
            if model.tokens.count <= wanted { break }
            let pruned = try prune(
                model, to: max(wanted, Int(Double(model.tokens.count) * settings.shrinkingFactor)))
            // Nothing could be dropped: every token is needed.
            if pruned.tokens.count >= model.tokens.count { break }
            model = pruned
        }
        return model
    }

    /// The characters and the most frequent substrings, by how much text they cover.
    private func firstModel() throws -> UnigramModel {
        var characters: [UInt32: Int] = [:]
        for index in 0..<words.count {
            let count = words.counts[index]
            for scalar in words.word(index) where scalar != WordTexts.unknown {
                characters[scalar, default: 0] &+= count
            }
        }
        try cancellation.check()
        let substrings = FrequentSubstrings(
            of: words, longest: max(settings.tokenLength, 1), textCount: textCount)
        try cancellation.check()
        var candidates: [FrequentSubstrings.Candidate] = []
        substrings.forEach { candidates.append($0) }
        let scalars = words.scalars.elements
        candidates.sort { left, right in
            if left.score != right.score { return left.score > right.score }
            let left = UnsafeBufferPointer(start: scalars + Int(left.place), count: Int(left.length))
            let right = UnsafeBufferPointer(start: scalars + Int(right.place), count: Int(right.length))
            return left.lexicographicallyPrecedes(right)
        }
        var weighted: [(token: [UInt32], weight: Double)] = characters.map { ([$0.key], Double($0.value)) }
        for candidate in candidates.prefix(max(0, settings.seedCount)) {
            let token = Array(
                UnsafeBufferPointer(start: scalars + Int(candidate.place), count: Int(candidate.length)))
            weighted.append((token, Double(candidate.score)))
        }
        weighted.sort { $0.token.lexicographicallyPrecedes($1.token) }
        let total = log(weighted.reduce(0) { $0 + $1.weight })
        return UnigramModel(tokens: weighted.map(\.token), scores: weighted.map { log($0.weight) - total })
    }

    /// One round of expectation maximization.
    private func estimate(_ model: UnigramModel) throws -> UnigramModel {
        let parts = parts
        let sums = try sum(model) { word, count, scratch, add in
            let weight = Double(count) * parts
            model.forEachExpected(in: word, &scratch) { token, expected in
                add(token, Int((weight * expected).rounded()))
            }
        }
        var tokens: [[UInt32]] = []
        var expected: [Double] = []
        for (token, sum) in zip(model.tokens, sums) {
            let count = Double(sum) / parts
            // Tokens that are hardly used are dropped.
            guard count >= 0.5 else { continue }
            tokens.append(token)
            expected.append(count)
        }
        let total = digamma(max(expected.reduce(0, +), 0.5))
        return UnigramModel(tokens: tokens, scores: expected.map { digamma($0) - total })
    }

    /// The tokens without those whose loss costs the least.
    private func prune(_ model: UnigramModel, to size: Int) throws -> UnigramModel {
        let frequencies = try sum(model) { word, count, scratch, add in
            model.bestTokens(of: word, &scratch) { token in if token >= 0 { add(token, count) } }
        }
        let total = Double(frequencies.reduce(0, &+))
        var wordTotal = 0
        for count in words.counts.buffer { wordTotal &+= count }
        let logTotal = log(total)
        var kept: [Int] = []
        var candidates: [(token: Int, loss: Double)] = []
        var scratch = UnigramModel.Scratch()
        var alternative: [Int] = []
        for (token, spelling) in model.tokens.enumerated() {
            let frequency = Double(frequencies[token])
            if spelling.count == 1 {
                if frequency > 0 { kept.append(token) }
                continue
            }
            var isSplit = false
            alternative.removeAll(keepingCapacity: true)
            spelling.withUnsafeBufferPointer { spelling in
                var count = 0
                model.bestTokens(of: spelling, &scratch) { _ in count += 1 }
                isSplit = count >= 2
                if !isSplit {
                    model.bestTokens(of: spelling, excluding: token, &scratch) { alternative.append($0) }
                }
            }
            // Not used, or better spelled by others: nothing is lost.
            if frequency == 0 || isSplit { continue }
            guard !alternative.contains(where: { $0 < 0 || $0 == token }) else {
                kept.append(token)
                continue
            }
            // Its occurrences go to the tokens that spell it best without it.
            let logTotalAfter = log(total + frequency * Double(alternative.count - 1))
            var after = 0.0
            for other in alternative { after += log(Double(frequencies[other]) + frequency) - logTotalAfter }
            let loss = frequency / Double(max(wordTotal, 1)) * (log(frequency) - logTotal - after)
            candidates.append((token, loss))
        }
        candidates.sort { ($1.loss, $0.token) < ($0.loss, $1.token) }
        kept += candidates.prefix(max(0, size - kept.count)).map(\.token)
        kept.sort()
        return UnigramModel(tokens: kept.map { model.tokens[$0] }, scores: kept.map { model.scores[$0] })
    }

    /// Adds up, over all words, what `body` adds to each token; in any order the same.
    private func sum(
        _ model: UnigramModel,
        _ body:
            @Sendable (
                UnsafeBufferPointer<UInt32>, _ count: Int, inout UnigramModel.Scratch,
                (_ token: Int, Int) -> Void
            ) -> Void
    ) throws -> [Int] {
        let tokenCount = model.tokens.count
        let workers = (0..<threads).map { _ in Sums(tokenCount) }
        let words = WordView(words)
        let cancellation = cancellation
        forEachBlock(of: words.count, blockSize: 2048, threads: threads) { range, worker in
            guard !cancellation.isCancelled else { return }
            let sums = workers[worker]
            let values = sums.values
            for index in range {
                body(words.word(index), words.counts[index], &sums.scratch) { token, value in
                    values[token] &+= value
                }
            }
        }
        try cancellation.check()
        var total = Array(UnsafeBufferPointer(start: workers[0].values, count: tokenCount))
        for worker in workers.dropFirst() {
            for token in 0..<tokenCount { total[token] &+= worker.values[token] }
        }
        return total
    }

    /// One thread's sums; only the thread that works for a worker touches them.
    private final class Sums: @unchecked Sendable {
        let values: UnsafeMutablePointer<Int>
        var scratch = UnigramModel.Scratch()

        init(_ count: Int) {
            values = .allocate(capacity: max(count, 1))
            values.initialize(repeating: 0, count: max(count, 1))
        }

        deinit { values.deallocate() }
    }
}

/// The words, to be read by several threads while their owner does not change them.
private struct WordView: @unchecked Sendable {
    let count: Int
    let counts: UnsafePointer<Int>
    private let starts: UnsafePointer<Int>
    private let scalars: UnsafePointer<UInt32>
    private let scalarCount: Int

    init(_ words: borrowing WordTexts) {
        count = words.count
        counts = UnsafePointer(words.counts.elements)
        starts = UnsafePointer(words.starts.elements)
        scalars = UnsafePointer(words.scalars.elements)
        scalarCount = words.scalars.count
    }

    func word(_ index: Int) -> UnsafeBufferPointer<UInt32> {
        let start = starts[index]
        let end = (index + 1 < count ? starts[index + 1] : scalarCount) - 1
        return UnsafeBufferPointer(start: scalars + start, count: end - start)
    }
}
