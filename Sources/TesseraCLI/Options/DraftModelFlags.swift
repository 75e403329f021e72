internal import ArgumentParser
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraTokenizers
internal import TesseraVocabulary

/// A smaller model that drafts for the one that answers.
struct DraftModelFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A smaller model with the same tokenizer that makes the guesses; --draft-nodes is how far it goes.",
            valueName: "model"))
    var draftModel: String?

    @Option(help: "With --draft-model: it hands over before a token less likely than this.")
    var fallback = 0.0

    @Option(
        help: ArgumentHelp(
            "With --draft-model: keep its tokens up to this loss in nats, which CHANGES THE TEXT; 0 keeps the text.",
            valueName: "nats"))
    var rollback = 0.0

    func validate() throws {
        if draftModel == nil, fallback != 0 || rollback != 0 {
            throw ValidationError("--fallback and --rollback need --draft-model")
        }
    }

    /// The drafts of the small model; nil when there is none.
    func drafting(
        for loaded: ModelOptions.Loaded, sampling: SamplingOptions, nodes: Int?
    ) throws -> Drafting? {
        guard let draftModel else { return nil }
        let location = try ModelStore().resolve(draftModel)
        try checkSameVocabulary(
            loaded.tokenizer.tokenizer, try TokenizerLoader.load(location).tokenizer, file: draftModel)
        let small = try DecoderModel.load(location, options: loaded.model.options)
        return try Drafting.bigLittle(
            small, vocabularySize: loaded.model.vocabularySize, sampling: sampling, fallback: fallback,
            rollback: rollback, mostSteps: nodes ?? 10)
    }

    /// Refuses a model whose ids stand for something else.
    private func checkSameVocabulary(
        _ large: PipelineTokenizer, _ small: PipelineTokenizer, file: String
    ) throws(LocatedError) {
        guard large.definition.fingerprint != small.definition.fingerprint else { return }
        let count = max(large.vocabularySize, small.vocabularySize)
        let first = (0..<count).lazy.map { TokenID(truncatingIfNeeded: $0) }.first {
            large.spelling(of: $0) != small.spelling(of: $0)
        }
        guard let first else { return }
        let spellings = [large, small].map { $0.spelling(of: first).map { "\"\($0)\"" } ?? "nothing" }
        throw LocatedError(
            file: file, field: "--draft-model",
            problem:
                "its tokenizer is another one: the id \(first) is \(spellings[1]), and \(spellings[0]) to the model",
            remedy: "use a small model with the same tokenizer")
    }
}
