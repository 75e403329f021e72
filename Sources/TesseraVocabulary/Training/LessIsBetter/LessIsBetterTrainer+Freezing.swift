public import TesseraCore
public import TesseraTokenizers

extension LessIsBetterTrainer {
    /// The parts of a tokenizer around the lexicon.
    public struct Surroundings: Sendable {
        /// Tokens that are found by their spelling; they get the first ids.
        public var specialTokens: [String] = []
        /// Changes text before it is cut; what it changes does not come back.
        public var normalizer: Normalizer?
        /// Cuts text before the lexicon sees it.
        public var preTokenizer: PreTokenizer?

        /// No special tokens, and text as it is.
        public init() {}
    }

    /// The tokenizer of the lexicon as it stands: special tokens, the tokens of the 256 bytes, then types by rank.
    ///
    /// Whatever has no type is spelled in bytes, so that every text comes back as it was. The whole state of the training
    /// goes with it.
    ///
    /// - Parameter size: the lexicon is cut after this rank, but single characters stay (an extension of the paper: the
    ///   last ranks are types that have not proved themselves); nil: it is not cut.
    /// - Throws: `LocatedError` for a size that is no number of types, or a special token that is empty or twice there.
    public func definition(
        size: Int? = nil, in surroundings: Surroundings = Surroundings()
    ) throws(LocatedError) -> TokenizerDefinition {
        if let size, size < 1 {
            throw LocatedError(
                field: "--target-size", problem: "\(size) is no number of types", remedy: "ask for 1 or more")
        }
        var spellings = surroundings.specialTokens.map { Array($0.utf8) }
        spellings += byteTokenSpellings.map { Array($0.utf8) }
        var taken = Set(spellings)
        guard taken.count == spellings.count, !taken.contains([]) else {
            throw LocatedError(
                field: "--special", problem: "a special token is empty, twice there or the token of a byte",
                remedy: "leave it out or give it another text")
        }
        let firstType = spellings.count
        for (rank, type) in lexicon.order.enumerated() {
            let spelling = lexicon.spelling(of: type)
            guard rank < size ?? .max || lexicon.length(of: type) == 1 else { continue }
            // A text may spell a special token or that of a byte; it is then read in smaller types.
            if taken.insert(spelling).inserted { spellings.append(spelling) }
        }
        var model = LessIsBetterDefinition(
            vocabulary: try Vocabulary(spellings),
            lexicon: (firstType..<spellings.count).map { TokenID(truncatingIfNeeded: $0) })
        model.fallsBackToBytes = true
        model.training = state
        var settings = TrainingSettings(
            .unigram(.init()), vocabularySize: spellings.count, normalizer: surroundings.normalizer,
            preTokenizer: surroundings.preTokenizer)
        settings.specialTokens = surroundings.specialTokens
        return TokenizerDefinition(
            .lessIsBetter(model), trainedWith: settings, decoder: .sequence([.byteFallback, .fuse]))
    }

    /// The tokenizer of the lexicon as it stands, with the size of the texts that it was read from.
    ///
    /// - Throws: as `definition(size:in:)` does.
    public func trained(
        on texts: LessIsBetterTexts, size: Int? = nil, in surroundings: Surroundings = Surroundings()
    ) throws(LocatedError) -> TrainedTokenizer {
        var trained = TrainedTokenizer(definition: try definition(size: size, in: surroundings))
        trained.textCount = texts.count
        trained.byteCount = texts.byteCount
        return trained
    }

    /// The tokenizer of the lexicon as it stands, ready to run; see `definition(size:in:)`.
    ///
    /// - Throws: as that does.
    public func freeze(size: Int? = nil) throws(LocatedError) -> PipelineTokenizer {
        try PipelineTokenizer(definition(size: size))
    }
}
