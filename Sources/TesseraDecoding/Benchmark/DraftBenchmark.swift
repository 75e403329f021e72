public import TesseraCore

/// Measures speculative methods beside plain decoding on the same prompts.
///
/// Every prompt is answered plainly and then by every method, so that what else the machine does meets all alike; what
/// a method learns stays from prompt to prompt. Speeds are all tokens over all decoding time, prompts left out.
public struct DraftBenchmark<Model: BatchCausalModel> {
    /// A method with a name.
    public struct Arm {
        /// Its name in tables.
        public let name: String

        /// How it drafts; nil for plain decoding.
        public var drafting: Drafting?

        /// Creates a method.
        public init(_ name: String, _ drafting: Drafting?) {
            self.name = name
            self.drafting = drafting
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

        /// The seconds that they took.
        public var seconds = 0.0

        /// The seconds that reading the prompts took, with what a method does there.
        public var promptSeconds = 0.0

        /// Tokens by pass; nil without passes.
        public var tokensPerPass: Double? { passes > 0 ? Double(tokens) / Double(passes) : nil }

        /// Drafts by pass; nil without passes.
        public var draftsPerPass: Double? { passes > 0 ? Double(drafted) / Double(passes) : nil }

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
    /// - Parameter arms: go on learning.
    /// - Throws: what `generate` throws; `CancelledError` once `cancellation` is raised.
    public func run(
        _ prompts: [[TokenID]], _ arms: inout [Arm], cancellation: Cancellation = Cancellation(),
        progress: Progress = .ignored
    ) throws -> Result {
        var scores = [Score(name: "none")] + arms.map { Score(name: $0.name) }
        var (runs, copied) = (0, 0)
        for (index, prompt) in prompts.enumerated() {
            var nothing: Drafting?
            let plain = try answer(prompt, drafting: &nothing, cancellation)
            scores[0].add(plain, comparedWith: plain)
            let share = Self.copies(of: plain.tokens, in: prompt)
            (runs, copied) = (runs + share.runs, copied + share.copied)
            for arm in arms.indices {
                let result = try answer(prompt, drafting: &arms[arm].drafting, cancellation)
                scores[arm + 1].add(result, comparedWith: plain)
            }
            progress.report("answering", index + 1, of: prompts.count, unit: "prompts")
        }
        return Result(scores: scores, copyShare: runs > 0 ? Double(copied) / Double(runs) : 0)
    }

    private func answer(
        _ prompt: [TokenID], drafting: inout Drafting?, _ cancellation: Cancellation
    ) throws -> Generation {
        let most = prompt.count + min(options.maximumTokens ?? model.contextLength, model.contextLength)
        var text = try ReadText(model: model, capacity: min(model.contextLength, most + 16))
        let generation = try generate(
            from: prompt, in: &text, drafting: &drafting, tokenizer: tokenizer, options: options,
            cancellation: cancellation)
        try cancellation.check()
        return generation
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

extension DraftBenchmark.Score {
    fileprivate mutating func add(_ generation: Generation, comparedWith plain: Generation) {
        prompts += 1
        if generation.tokens == plain.tokens { identical += 1 }
        tokens += max(0, generation.tokens.count - 1)
        passes += generation.drafts?.passes ?? max(0, generation.tokens.count - 1)
        drafted += generation.drafts?.drafted ?? 0
        seconds += generation.generationSeconds
        promptSeconds += generation.promptSeconds
    }
}
