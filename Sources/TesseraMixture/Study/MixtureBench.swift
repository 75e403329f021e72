internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Draws mixtures of texts, trains a tokenizer on each and has its mixture inferred.
struct MixtureBench {
    private let names: [String]
    /// The lines of each category to train on, and to infer with.
    private let training: [[String]]
    private let held: [String]
    private let settings: MixtureStudy.Settings
    private let cutter: PieceCutter

    /// Names the deal of lines into halves, the same for all mixtures.
    private static let halving = CounterRandom(seed: 2407)

    init(_ texts: [(name: String, lines: [String])], _ settings: MixtureStudy.Settings) throws(LocatedError) {
        names = texts.map(\.name)
        self.settings = settings
        cutter = try PieceCutter(normalizer: nil, preTokenizer: .gpt2)
        var (training, held) = ([[String]](), [String]())
        for (category, text) in texts.enumerated() {
            func isForTraining(_ line: Int) -> Bool {
                Self.halving.uniform(at: line, stream: UInt64(truncatingIfNeeded: category)) < 0.5
            }
            training.append(text.lines.indices.filter(isForTraining).map { text.lines[$0] + "\n" })
            held.append(
                text.lines.indices.filter { !isForTraining($0) }.map { text.lines[$0] + "\n" }.joined())
        }
        (self.training, self.held) = (training, held)
    }

    /// The mixture that `seed` names, inferred with all categories.
    func row(_ seed: UInt64, _ cancellation: Cancellation) throws -> MixtureStudy.Row {
        let mixture = draw(flatShares(seed), seed)
        let tokenizer = try tokenizer(trainedOn: mixture, cancellation)
        let clock = ContinuousClock()
        let begun = clock.now
        let estimate = try infer(tokenizer, hiding: nil, cancellation)
        let seconds = (clock.now - begun).inSeconds
        var shares = guesses(tokenizer)
        shares[.inference] = estimate.categories.map(\.share)
        return MixtureStudy.Row(
            seed: seed, byteCount: mixture.reduce(0) { $0 + $1.utf8.count }, truth: try truth(of: mixture),
            shares: shares, objective: estimate.objective, roundCount: estimate.roundCount,
            constraintCount: estimate.constraintCount, isUnique: estimate.identifiability.isUnique,
            seconds: seconds)
    }

    /// The same with one category's share fixed and its sample withheld.
    func hiddenRow(_ seed: UInt64, hiding hidden: Int, _ cancellation: Cancellation) throws
        -> MixtureStudy.HiddenRow
    {
        let flat = flatShares(seed)
        let rest = 1 - flat[hidden]
        let asked = flat.enumerated().map { category, share in
            category == hidden ? settings.hiddenShare : share / max(rest, 1e-9) * (1 - settings.hiddenShare)
        }
        let mixture = draw(asked, seed)
        let estimate = try infer(tokenizer(trainedOn: mixture, cancellation), hiding: hidden, cancellation)
        let whole = try truth(of: mixture)
        let truth = whole.enumerated().map { $0 == hidden ? 0 : $1 / (1 - whole[hidden]) }
        let shares = names.map { name in estimate.categories.first { $0.name == name }?.share ?? 0 }
        let squares = zip(shares, truth).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        return MixtureStudy.HiddenRow(
            seed: seed, hidden: hidden, hiddenShare: whole[hidden], truth: truth, shares: shares,
            unseenShare: Double(estimate.unseenMerges.count) / Double(max(estimate.mergeCount, 1)),
            logError: log10(max(squares / Double(max(names.count - 1, 1)), 1e-300)))
    }

    /// Shares from the flat Dirichlet distribution: exponential draws over their sum.
    private func flatShares(_ seed: UInt64) -> [Double] {
        let random = CounterRandom(seed: seed)
        let draws = names.indices.map { -log(1 - random.uniform(at: $0)) }
        return draws.map { $0 / max(draws.reduce(0, +), 1e-300) }
    }

    /// For each category lines of its training half, in an order that is drawn, as many as its share asks for.
    private func draw(_ shares: [Double], _ seed: UInt64) -> [String] {
        let random = CounterRandom(seed: seed)
        return training.enumerated().map { category, lines in
            let wanted = shares[category] * Double(settings.mixtureBytes)
            let stream = UInt64(truncatingIfNeeded: category + 1)
            let order = lines.indices.map { (random.bits(at: $0, stream: stream), $0) }.sorted { $0 < $1 }
            var (text, count) = ("", 0)
            for (_, line) in order {
                guard Double(count) < wanted else { break }
                text += lines[line]
                count += lines[line].utf8.count
            }
            return text
        }
    }

    private func tokenizer(
        trainedOn mixture: [String], _ cancellation: Cancellation
    ) throws -> PipelineTokenizer {
        let counts = try countPieces(ofLines: mixture.joined(), with: cutter, cancellation: cancellation)
        let training = TrainingSettings(
            .bytePair(TrainingSettings.BytePair()), vocabularySize: 256 + settings.merges, preTokenizer: .gpt2
        )
        return try PipelineTokenizer(
            trainTokenizer(training, on: counts, threads: settings.threads, cancellation: cancellation)
                .definition)
    }

    /// The share of pairs that each category has of the mixture.
    private func truth(of mixture: [String]) throws -> [Double] {
        let counts = try mixture.map { text in
            var pairs = 0
            try countPieces(ofLines: text, with: cutter).forEach { piece, count throws(LocatedError) in
                pairs += max(piece.count - 1, 0) * count
            }
            return Double(pairs)
        }
        return counts.map { $0 / max(counts.reduce(0, +), 1) }
    }

    private func infer(
        _ tokenizer: PipelineTokenizer, hiding hidden: Int?, _ cancellation: Cancellation
    ) throws -> MixtureEstimate {
        var options = DataMixtureInference.Options()
        // A mixture may have less to merge than was asked for.
        options.merges = min(settings.merges, tokenizer.definition.mergeCount ?? 0)
        options.usesPrefixes = false
        options.counting.threads = settings.threads
        let samples = names.indices.filter { $0 != hidden }.map { LanguageSample(names[$0], text: held[$0]) }
        return try DataMixtureInference(of: tokenizer, samples: samples, options: options).estimate(
            cancellation: cancellation)
    }

    /// What the baselines say.
    private func guesses(_ tokenizer: PipelineTokenizer) -> [MixtureStudy.Method: [Double]] {
        var (efficiencies, frequencies) = ([Double](), [[Double]]())
        for text in held {
            let ids = tokenizer.encode(text, special: .asText)
            var counts = [Double](repeating: 0, count: tokenizer.vocabularySize)
            for id in ids { counts[Int(id)] += 1 }
            frequencies.append(counts.map { $0 / Double(max(ids.count, 1)) })
            efficiencies.append(Double(text.utf8.count) / Double(max(ids.count, 1)))
        }
        var owned = names.map { _ in 0.0 }
        for token in 0..<tokenizer.vocabularySize {
            let most = frequencies.indices.max { frequencies[$0][token] < frequencies[$1][token] }
            if let most, frequencies[most][token] > 0 { owned[most] += 1 }
        }
        func normalized(_ values: [Double]) -> [Double] {
            values.map { $0 / max(values.reduce(0, +), 1e-300) }
        }
        return [
            .vocabularyShare: normalized(owned), .encodingEfficiency: normalized(efficiencies),
            .uniform: names.map { _ in 1 / Double(max(names.count, 1)) },
        ]
    }
}
