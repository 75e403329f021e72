internal import TesseraCore
internal import TesseraDecoding

/// Texts of babbling models with drafts beside those of plain decoding, which must be the same token by token.
enum DraftExactness {
    static let name = "texts of babbling models that drafts change, greedy and at temperatures 0.7 and 1"

    /// The texts that differ, of 16 models by 3 temperatures by 3 sizes of trees.
    ///
    /// - Parameter source: the source for a seed and a way to draw.
    static func differences(
        seed: UInt64, from source: (UInt64, SamplingOptions) throws -> any DraftSource
    ) throws -> Int {
        var count = 0
        for model in (0..<16).map({ BabblingModel(seed: seed &+ $0) }) {
            for temperature in [0, 0.7, 1] {
                let sampling = SamplingOptions(temperature: temperature, seed: model.seed)
                let plain = try text(of: model, sampling, drafting: nil)
                for size in [Drafting.Size.nodes(8), .nodes(80), .measured] {
                    let drafting = try Drafting(source(model.seed, sampling), size: size)
                    if try text(of: model, sampling, drafting: drafting) != plain { count += 1 }
                }
            }
        }
        return count
    }

    private static func text(
        of model: BabblingModel, _ sampling: SamplingOptions, drafting: Drafting?
    ) throws -> [TokenID] {
        var drafting = drafting
        var read = try ReadText(model: model)
        return try generate(
            from: [0, 1, 2, 0, 1], in: &read, drafting: &drafting, tokenizer: LetterTokenizer(),
            options: GenerationOptions(sampling: sampling, maximumTokens: 80, ignoresEndOfText: true)
        ).tokens
    }
}
