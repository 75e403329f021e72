public import TesseraCore

/// Drafts from a smaller model that shares the tokenizer.
///
/// Leviathan et al., "Fast inference from transformers via speculative decoding", ICML 2023, arXiv:2211.17192. The
/// draft is a line: the small model draws with the same noise as the large one will, which makes the two agree more
/// often than independent draws do, and stops where it is unsure.
public struct ModelDrafts<Small: CausalModel>: DraftSource {
    private var text: ReadText<Small>
    private var sampler: Sampler
    private let fallback: Double
    private let mostSteps: Int

    public var learnsFromPrompt: Bool { false }

    /// Creates a source.
    ///
    /// - Parameters:
    ///   - small: the model that drafts.
    ///   - vocabularySize: that of the model that checks.
    ///   - sampling: how the generation draws.
    ///   - fallback: a draft ends before a token less likely than this, 0 to 1.
    ///   - mostSteps: the most tokens of a draft, at least 1.
    /// - Throws: `LocatedError` for options out of range and for a model with another vocabulary.
    public init(
        _ small: Small, vocabularySize: Int, sampling: SamplingOptions = .greedy, fallback: Double = 0,
        mostSteps: Int = 10
    ) throws(LocatedError) {
        guard small.vocabularySize == vocabularySize else {
            throw LocatedError(
                field: "--draft-model",
                problem: "it has \(small.vocabularySize) tokens, the model it drafts for \(vocabularySize)",
                remedy: "use a small model with the same tokenizer")
        }
        guard (0...1).contains(fallback) else {
            throw LocatedError(
                field: "--fallback", problem: "\(fallback) is outside 0...1",
                remedy: "give a probability such as 0.6; 0 lets the small model go on whatever it thinks")
        }
        guard (1...Drafting.mostNodes).contains(mostSteps) else {
            throw LocatedError(
                field: "--max-small-steps", problem: "\(mostSteps) is outside 1...\(Drafting.mostNodes)",
                remedy: "give a number in that range, such as 10")
        }
        text = try ReadText(model: small)
        sampler = try Sampler(sampling)
        self.fallback = fallback
        self.mostSteps = mostSteps
    }

    public mutating func propose(after text: [TokenID], limit: Int) throws(LocatedError) -> DraftTree {
        var tree = DraftTree()
        // A text longer than the small model's context is read without its drafts.
        guard !text.isEmpty, text.count < self.text.capacity else { return tree }
        var logits: [Float] = []
        _ = try self.text.read(text, logits: &logits)
        var all = text
        var node = -1
        while tree.count < min(limit, mostSteps) {
            let token = try sampler.next(&logits, after: all)
            let loss = logits.withUnsafeBufferPointer { LogitRow($0).negativeLogProbability(of: Int(token)) }
            let chance = Float(exponential(-(loss ?? .infinity)))
            guard Double(chance) >= fallback else { break }
            node = tree.add(token, after: node, kind: Int(chance * 9.99), guess: chance) ?? node
            all.append(token)
            guard tree.count < min(limit, mostSteps), !self.text.isFull else { break }
            try self.text.append(token, logits: &logits)
        }
        return tree
    }

    public mutating func observe(_ pass: ReadPass) {}
}
