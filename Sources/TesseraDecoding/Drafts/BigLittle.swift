public import TesseraCore

extension Drafting {
    /// The big-little decoder: a small model writes, and the large one checks what it wrote once it is unsure.
    ///
    /// Kim et al., "Speculative decoding with big little decoder", NeurIPS 2023, arXiv:2302.07863. A token of the small
    /// model stands while its loss under the large one is at most `rollback`; the first that fails is replaced by the
    /// large model's own, and the rest forgotten. With a rollback of 0 the text is that of the large model alone; with
    /// more it is not, the counts tell how many tokens differ from what it would have drawn, and only greedy decoding
    /// goes with it. Unlike the published code, a token that fails is looked for beyond the first one above the
    /// threshold, and the small model goes on at once after a rollback.
    ///
    /// - Parameters:
    ///   - small: shares the tokenizer of the large model.
    ///   - vocabularySize: that of the large model.
    ///   - sampling: how the generation draws.
    ///   - fallback: the small model hands over before a token less likely than this, 0 to 1.
    ///   - rollback: in nats.
    ///   - mostSteps: the most tokens that the small model writes in a row.
    /// - Throws: `LocatedError` for options out of range and for a model with another vocabulary.
    public static func bigLittle<Small: CausalModel>(
        _ small: Small, vocabularySize: Int, sampling: SamplingOptions = .greedy, fallback: Double = 0.6,
        rollback: Double = 0, mostSteps: Int = 10
    ) throws(LocatedError) -> Drafting {
        let source = try ModelDrafts(
            small, vocabularySize: vocabularySize, sampling: sampling, fallback: fallback,
            mostSteps: mostSteps)
        return try Drafting(source, size: .nodes(mostSteps), rollback: rollback)
    }
}
