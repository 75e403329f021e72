public import TesseraCore

/// Measures how fast a model reads a prompt and generates tokens.
///
/// The prompt is made of random ids (their meaning does not change the work) and read into an empty cache in one
/// call, with one row of logits at its end. Generation starts from an empty cache with one token and takes
/// the most likely token each time, so a token's time includes scoring the whole vocabulary.
public struct DecodeBenchmark: Hashable, Sendable {
    /// The tokens of the prompt.
    public var promptTokens: Int

    /// The tokens to generate.
    public var generatedTokens: Int

    /// How often each is measured, after one run that is not counted.
    public var repetitions: Int

    /// The speeds of every repetition, in tokens a second.
    public struct Result: Hashable, Sendable {
        /// Of reading the prompt.
        public var promptRates: [Double]

        /// Of generating.
        public var generationRates: [Double]
    }

    /// Creates a benchmark.
    public init(promptTokens: Int = 512, generatedTokens: Int = 128, repetitions: Int = 5) {
        self.promptTokens = promptTokens
        self.generatedTokens = generatedTokens
        self.repetitions = repetitions
    }

    /// Measures `model`.
    ///
    /// - Throws: `LocatedError` for sizes out of range; `CancelledError` once `cancellation` is raised.
    public func run(
        on model: some CausalModel, cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
    ) throws -> Result {
        let range = 1...max(1, model.contextLength)
        try check(promptTokens, "--prompt-tokens", in: range)
        try check(generatedTokens, "--generated-tokens", in: range)
        try check(repetitions, "--repetitions", in: 1...1_000)

        let cache = try model.makeCache(capacity: max(promptTokens, generatedTokens))
        let random = CounterRandom(seed: 1)
        let ids = (0..<promptTokens).map { position in
            TokenID(truncatingIfNeeded: random.bits(at: position) % UInt64(max(1, model.vocabularySize)))
        }
        var logits: [Float] = []
        var result = Result(promptRates: [], generationRates: [])
        for round in 0...repetitions {
            cache.truncate(to: 0)
            var start = ContinuousClock.now
            try model.read(ids, cache: cache, rows: .last, logits: &logits)
            let promptSeconds = seconds(start, .now)

            cache.truncate(to: 0)
            var token = ids[0]
            start = .now
            for _ in 0..<generatedTokens {
                try cancellation.check()
                try model.read([token], cache: cache, rows: .last, logits: &logits)
                let best = logits.withUnsafeBufferPointer { LogitRow($0).indexOfMaximum() }
                token = TokenID(truncatingIfNeeded: best ?? 0)
            }
            let generationSeconds = seconds(start, .now)
            if round > 0 {
                result.promptRates.append(Double(promptTokens) / max(promptSeconds, 1e-9))
                result.generationRates.append(Double(generatedTokens) / max(generationSeconds, 1e-9))
            }
            progress.report("measuring", round + 1, of: repetitions + 1, unit: "rounds")
        }
        return result
    }

    private func check(_ value: Int, _ field: String, in range: ClosedRange<Int>) throws(LocatedError) {
        guard range.contains(value) else {
            throw LocatedError(
                field: field, problem: "\(value) is outside \(range.lowerBound)...\(range.upperBound)",
                remedy: "give a number in that range"
            )
        }
    }
}
