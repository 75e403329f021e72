public import TesseraCore

/// Measures methods of decoding beside the plain one on the same prompts: drafts, and caches that are held to a budget.
///
/// Every prompt is answered plainly and then by every method, so that what else the machine does meets all alike; what
/// a method learns stays from prompt to prompt. Speeds are all tokens over all decoding time, prompts left out.
public struct MethodBenchmark<Model: BatchCausalModel & HeadwiseCausalModel> {
    /// A method with a name.
    public struct Arm {
        /// Its name in tables.
        public let name: String

        /// How it drafts; nil for plain decoding.
        public var drafting: Drafting?

        /// Which tokens its cache keeps; nil for all.
        public let eviction: EvictionOptions?

        /// Whether it forgets after each prompt what it learnt there.
        public var forgets = false

        /// A method that drafts.
        public init(_ name: String, _ drafting: Drafting?) {
            self.name = name
            self.drafting = drafting
            eviction = nil
        }

        /// A method that keeps some tokens only.
        public init(_ name: String, _ eviction: EvictionOptions) {
            self.name = name
            self.eviction = eviction
        }
    }

    /// What a method came to over all prompts.
    public struct Score: Hashable, Sendable {
        /// Its name.
        public let name: String

        /// The prompts answered.
        public var prompts = 0

        /// How many of them token by token as by plain decoding.
        public var identical = 0

        /// The tokens after each first one, which the prompt gives.
        public var tokens = 0

        /// The passes that they took.
        public var passes = 0

        /// The drafts read.
        public var drafted = 0

        /// How much of the answers differs from those of plain decoding, summed over the prompts; see `difference`.
        var differences = 0.0

        /// The bytes of keys and values at the end of each answer, summed over the prompts.
        var cacheBytes = 0

        /// The seconds that they took.
        public var seconds = 0.0

        /// The seconds that reading the prompts took, with what a method does there.
        public var promptSeconds = 0.0

        /// Tokens by pass; nil without passes.
        public var tokensPerPass: Double? { passes > 0 ? Double(tokens) / Double(passes) : nil }

        /// Drafts by pass; nil without passes.
        public var draftsPerPass: Double? { passes > 0 ? Double(drafted) / Double(passes) : nil }

        /// What the answers lose: the share of them that is not in those of plain decoding in the same order, 0 to 1,
        /// mean over the prompts; nil without prompts.
        ///
        /// 1 - 2 c / (n + m) for answers of n and m tokens whose longest common subsequence is c.
        public var difference: Double? { prompts > 0 ? differences / Double(prompts) : nil }

        /// The bytes of keys and values at the end of an answer, mean over the prompts; nil without prompts.
        public var bytesOfCache: Int? { prompts > 0 ? cacheBytes / prompts : nil }

        /// Tokens a second; nil without time.
        public var tokensPerSecond: Double? { seconds > 0 ? Double(tokens) / seconds : nil }

        init(name: String) { self.name = name }
    }

    /// The scores of plain decoding and of every method, and how much the answers repeat their prompts.
    public struct Result: Hashable, Sendable {
        /// Plain decoding first.
        public var scores: [Score]

        /// The share of the answers' runs of five tokens that stand in their prompts.
        public var copyShare: Double

        /// A method's tokens a second over those of plain decoding; nil without time.
        public func timesPlain(_ score: Score) -> Double? {
            guard let plain = scores.first?.tokensPerSecond, let rate = score.tokensPerSecond else {
                return nil
            }
            return rate / plain
        }
    }

    private let model: Model
    private let tokenizer: any Tokenizer
    private let options: GenerationOptions

    /// Creates a benchmark whose answers follow `options`.
    public init(model: Model, tokenizer: any Tokenizer, options: GenerationOptions) {
        self.model = model
        self.tokenizer = tokenizer
        self.options = options
    }

    /// Answers every prompt by every method.
    ///
    /// - Parameter arms: go on learning, except those that forget.
    /// - Throws: what `generate` throws; `CancelledError` once `cancellation` is raised.
    public func run(
        _ prompts: [[TokenID]], _ arms: inout [Arm], cancellation: Cancellation = Cancellation(),
        progress: Progress = .ignored
    ) throws -> Result {
        var scores = [Score(name: "none")] + arms.map { Score(name: $0.name) }
        var (runs, copied) = (0, 0)
        for (index, prompt) in prompts.enumerated() {
            var plainly = Arm("none", nil)
            let plain = try answer(prompt, by: &plainly, cancellation)
            scores[0].add(plain, comparedWith: plain.generation)
            let share = Self.copies(of: plain.generation.tokens, in: prompt)
            (runs, copied) = (runs + share.runs, copied + share.copied)
            for arm in arms.indices {
                let before = arms[arm].forgets ? arms[arm].drafting : nil
                let result = try answer(prompt, by: &arms[arm], cancellation)
                if arms[arm].forgets { arms[arm].drafting = before }
                scores[arm + 1].add(result, comparedWith: plain.generation)
            }
            progress.report("answering", index + 1, of: prompts.count, unit: "prompts")
        }
        return Result(scores: scores, copyShare: runs > 0 ? Double(copied) / Double(runs) : 0)
    }

    private func answer(
        _ prompt: [TokenID], by arm: inout Arm, _ cancellation: Cancellation
    ) throws -> (generation: Generation, cacheBytes: Int) {
        let most = prompt.count + min(options.maximumTokens ?? model.contextLength, model.contextLength)
        let capacity = min(model.contextLength, most + 16)
        let generation: Generation
        let bytes: Int
        if var eviction = arm.eviction {
            eviction.keyformer.stepCount = max(1, most - prompt.count)
            var text = try ReadText(model: eviction.evicting(model), capacity: capacity)
            generation = try generate(
                from: prompt, in: &text, tokenizer: tokenizer, options: options, cancellation: cancellation)
            bytes = text.cache.use.byteCount
        } else {
            var text = try ReadText(model: model, capacity: capacity)
            generation = try generate(
                from: prompt, in: &text, drafting: &arm.drafting, tokenizer: tokenizer, options: options,
                cancellation: cancellation)
            bytes = text.cache.byteCount
        }
        try cancellation.check()
        return (generation, bytes)
    }

    /// How many runs of five tokens an answer has, and how many of them stand in the prompt.
    static func copies(of answer: [TokenID], in prompt: [TokenID]) -> (runs: Int, copied: Int) {
        func runs(_ tokens: [TokenID]) -> [ArraySlice<TokenID>] {
            tokens.count < 5 ? [] : (0...tokens.count - 5).map { tokens[$0..<$0 + 5] }
        }
        let known = Set(runs(prompt))
        let said = runs(answer)
        return (said.count, said.count(where: known.contains))
    }
}

extension MethodBenchmark.Score {
    fileprivate mutating func add(
        _ result: (generation: Generation, cacheBytes: Int), comparedWith plain: Generation
    ) {
        let generation = result.generation
        prompts += 1
        if generation.tokens == plain.tokens { identical += 1 }
        tokens += max(0, generation.tokens.count - 1)
        passes += generation.drafts?.passes ?? max(0, generation.tokens.count - 1)
        drafted += generation.drafts?.drafted ?? 0
        seconds += generation.generationSeconds
        promptSeconds += generation.promptSeconds
        cacheBytes += result.cacheBytes
        let total = generation.tokens.count + plain.tokens.count
        guard generation.tokens != plain.tokens, total > 0 else { return }
        let common = longestCommonSubsequence(generation.tokens, plain.tokens)
        differences += 1 - 2 * Double(common) / Double(total)
    }
}

/// The length of the longest sequence that both hold in this order, with gaps or without.
private func longestCommonSubsequence(_ a: [TokenID], _ b: [TokenID]) -> Int {
    var row = Array(repeating: 0, count: b.count + 1)
    for x in a {
        var diagonal = 0
        for (index, y) in b.enumerated() {
            let above = row[index + 1]
            row[index + 1] = x == y ? diagonal + 1 : max(above, row[index])
            diagonal = above
        }
    }
    return row[b.count]
}
