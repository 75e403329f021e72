internal import TesseraCore
internal import TesseraDecoding

/// Texts of babbling models with drafts beside those of plain decoding, which must be the same token by token.
struct DraftExactness {
    private static let differing =
        "texts of babbling models that drafts change, greedy and at temperatures 0.7 and 1"
    private static let held = "drafts that held in the greedy ones, by text"

    static let thresholds = [Threshold.none(differing), .atLeast(1, held)]

    /// The texts that differ, and the greedy ones with the drafts that held in them.
    private var (differences, greedyTexts, accepted) = (0, 0, 0)

    /// Tries 16 models by 3 temperatures by 3 sizes of trees.
    ///
    /// - Parameter source: the source for a seed and a way to draw.
    mutating func add(
        seed: UInt64, from source: (UInt64, SamplingOptions) throws -> any DraftSource
    ) throws {
        for model in (0..<16).map({ BabblingModel(seed: seed &+ $0) }) {
            for temperature in [0, 0.7, 1] {
                let sampling = SamplingOptions(temperature: temperature, seed: model.seed)
                let plain = try text(of: model, sampling, drafting: nil).tokens
                for size in [Drafting.Size.nodes(8), .nodes(80), .measured] {
                    let drafting = try Drafting(source(model.seed, sampling), size: size)
                    let drafted = try text(of: model, sampling, drafting: drafting)
                    if drafted.tokens != plain { differences += 1 }
                    guard temperature == 0 else { continue }
                    greedyTexts += 1
                    accepted += drafted.drafts?.accepted ?? 0
                }
            }
        }
    }

    func report(to result: inout StudyResult) {
        result.measure(Self.differing, count: differences)
        result.measure(Self.held, Double(accepted) / Double(max(1, greedyTexts)))
    }

    private func text(
        of model: BabblingModel, _ sampling: SamplingOptions, drafting: Drafting?
    ) throws -> Generation {
        var drafting = drafting
        var read = try ReadText(model: model)
        return try generate(
            from: [0, 1, 2, 0, 1], in: &read, drafting: &drafting, tokenizer: LetterTokenizer(),
            options: GenerationOptions(sampling: sampling, maximumTokens: 80, ignoresEndOfText: true))
    }
}
