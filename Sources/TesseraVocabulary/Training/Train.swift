public import TesseraCore
public import TesseraTokenizers

/// Trains a tokenizer on a corpus: counts its pieces and learns from the counts.
///
/// The result depends on the settings and the corpus only, not on threads, memory or stops on the way.
///
/// - Parameters:
///   - options: `memoryInBytes` is what the whole job may take, of which counting gets a part.
/// - Throws: `LocatedError` when a file cannot be read or a setting cannot work; `CancelledError` when stopped.
public func trainTokenizer(
    _ settings: TrainingSettings, on corpus: Corpus, options: CountingOptions = CountingOptions(),
    progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> TrainedTokenizer {
    try settings.check()
    var counting = options
    counting.memoryInBytes = options.memoryInBytes / 5 * 2
    let counts = try countPieces(
        of: corpus, cutBy: settings.normalizer, settings.preTokenizer, options: counting, progress: progress,
        cancellation: cancellation)
    guard case .bytePair(let model) = settings.model, let first = model.superwordsFrom else {
        return try trainTokenizer(
            settings, on: counts, threads: options.threads, progress: progress, cancellation: cancellation)
    }
    if let folder = options.workFolder { counting.workFolder = folder + "/superwords" }
    let stretches = try countPieces(
        of: corpus, cutBy: settings.normalizer, model.superwordPreTokenizer, options: counting,
        progress: progress,
        cancellation: cancellation)
    return try trainSuperwords(
        settings, model, from: first, on: counts, stretches, progress: progress, cancellation: cancellation)
}

/// Trains a tokenizer on counts files, such as those of the shards of a corpus.
///
/// - Throws: `LocatedError` when a file cannot be read, was cut otherwise or a setting cannot work; `CancelledError`.
public func trainTokenizer(
    _ settings: TrainingSettings, onCounts paths: [String], options: CountingOptions = CountingOptions(),
    progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> TrainedTokenizer {
    try settings.check()
    if case .bytePair(let model) = settings.model, model.superwordsFrom != nil {
        throw LocatedError(
            field: "--superbpe-from", problem: "counts of words do not tell what stands beside them",
            remedy: "train on the text itself")
    }
    let counts = try readCounts(
        paths, cutting: describeCutting(normalizer: settings.normalizer, preTokenizer: settings.preTokenizer),
        memoryInBytes: options.memoryInBytes / 5 * 2, progress: progress, cancellation: cancellation)
    return try trainTokenizer(
        settings, on: counts, threads: options.threads, progress: progress, cancellation: cancellation)
}

/// Counts the pieces of a corpus and writes them as a counts file.
///
/// - Returns: how many texts there were and their bytes.
/// - Throws: `LocatedError` when a file cannot be read or the disk is full; `CancelledError` when stopped.
@discardableResult
public func writePieceCounts(
    of corpus: Corpus, normalizer: Normalizer?, preTokenizer: PreTokenizer?, to path: String,
    options: CountingOptions = CountingOptions(), progress: Progress = .ignored,
    cancellation: Cancellation = Cancellation()
) throws -> (textCount: Int, byteCount: Int) {
    var counting = options
    counting.memoryInBytes = options.memoryInBytes / 5 * 4
    let counts = try countPieces(
        of: corpus, cutBy: normalizer, preTokenizer, options: counting, progress: progress,
        cancellation: cancellation)
    try counts.write(to: path)
    return (counts.textCount, counts.byteCount)
}

/// Counts the pieces of a corpus and hands the lines of a counts file to `body`, some at a time.
///
/// - Throws: what `body` throws; `LocatedError` when a file cannot be read; `CancelledError` when stopped.
public func forEachPieceCountLines(
    of corpus: Corpus, normalizer: Normalizer?, preTokenizer: PreTokenizer?,
    options: CountingOptions = CountingOptions(), progress: Progress = .ignored,
    cancellation: Cancellation = Cancellation(), _ body: ([UInt8]) throws(LocatedError) -> Void
) throws {
    var counting = options
    counting.memoryInBytes = options.memoryInBytes / 5 * 4
    let counts = try countPieces(
        of: corpus, cutBy: normalizer, preTokenizer, options: counting, progress: progress,
        cancellation: cancellation)
    try counts.forEachPart(body)
}

private func countPieces(
    of corpus: Corpus, cutBy normalizer: Normalizer?, _ preTokenizer: PreTokenizer?, options: CountingOptions,
    progress: Progress, cancellation: Cancellation
) throws -> PieceCounts {
    try countPieces(
        of: corpus, with: try PieceCutter(normalizer: normalizer, preTokenizer: preTokenizer),
        cutting: describeCutting(normalizer: normalizer, preTokenizer: preTokenizer), options: options,
        progress: progress, cancellation: cancellation)
}

/// Trains a tokenizer on counted pieces, which were cut with the settings' normalizer and pre-tokenizer.
package func trainTokenizer(
    _ settings: TrainingSettings, on counts: consuming PieceCounts, threads: Int = availableCores(),
    progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> TrainedTokenizer {
    try settings.check()
    let (textCount, byteCount) = (counts.textCount, counts.byteCount)
    var trained =
        switch settings.model {
        case .bytePair(let model):
            try trainBytePair(settings, model, on: counts, progress: progress, cancellation: cancellation)
        case .wordPiece(let model):
            try trainWordPiece(settings, model, on: counts, progress: progress, cancellation: cancellation)
        case .unigram(let model):
            try trainUnigram(
                settings, model, on: counts, threads: threads, progress: progress, cancellation: cancellation)
        }
    trained.textCount = textCount
    trained.byteCount = byteCount
    return trained
}

extension TrainingSettings {
    /// - Throws: `LocatedError` naming the setting that cannot work with the others.
    func check() throws(LocatedError) {
        guard vocabularySize > 0 else {
            throw LocatedError(
                field: "--vocab-size", problem: "\(vocabularySize) is no number of tokens",
                remedy: "ask for 1 or more")
        }
        if let token = specialTokens.first(where: \.isEmpty) {
            throw LocatedError(
                field: "--special", problem: "\"\(token)\" is empty", remedy: "leave it out or name a token")
        }
        if let unknownToken, !specialTokens.contains(where: { $0.utf8.elementsEqual(unknownToken.utf8) }) {
            if case .unigram = model { return }
            throw LocatedError(
                field: "--unknown", problem: "\"\(unknownToken)\" is not among the special tokens",
                remedy: "name it with --special too")
        }
    }
}

private func trainBytePair(
    _ settings: TrainingSettings, _ model: TrainingSettings.BytePair, on counts: consuming PieceCounts,
    progress: Progress, cancellation: Cancellation
) throws -> TrainedTokenizer {
    let training = try BytePairTraining(settings, model, progress: progress, cancellation: cancellation)
    return try training.tokenizer(of: try training.learn(from: counts), model)
}

private func trainSuperwords(
    _ settings: TrainingSettings, _ model: TrainingSettings.BytePair, from firstSize: Int,
    on words: consuming PieceCounts, _ stretches: consuming PieceCounts, progress: Progress,
    cancellation: Cancellation
) throws -> TrainedTokenizer {
    guard model.continuingPrefix.isEmpty, model.endSuffix.isEmpty else {
        throw LocatedError(
            field: "--superbpe-from",
            problem: "merges over words do not go with a prefix or suffix of symbols",
            remedy: "leave one of them out")
    }
    guard try PieceCutter(normalizer: nil, preTokenizer: settings.preTokenizer).spellsBytes else {
        throw LocatedError(
            field: "--superbpe-from", problem: "merges over words need a byte-level tokenizer",
            remedy: "choose a byte-level --split such as gpt2 or cl100k")
    }
    guard (1...max(settings.vocabularySize, 1)).contains(firstSize) else {
        throw LocatedError(
            field: "--superbpe-from", problem: "\(firstSize) is not between 1 and the vocabulary's size",
            remedy:
                "name the number of tokens after which words are joined, such as nine tenths of --vocab-size")
    }
    var firstSettings = settings
    firstSettings.vocabularySize = firstSize
    let training = try BytePairTraining(firstSettings, model, progress: progress, cancellation: cancellation)
    let first = try training.learn(from: words)
    let definition = try training.tokenizer(of: first, model).definition
    var wholeSettings = settings
    wholeSettings.preTokenizer = model.superwordPreTokenizer
    let further = try BytePairTraining(wholeSettings, model, progress: progress, cancellation: cancellation)
    let (textCount, byteCount) = (stretches.textCount, stretches.byteCount)
    let outcome = try further.learnSuperwords(from: stretches, after: first, definition: definition)
    var trained = try further.tokenizer(of: outcome, model)
    trained.textCount = textCount
    trained.byteCount = byteCount
    return trained
}

extension BytePairTraining {
    fileprivate init(
        _ settings: TrainingSettings, _ model: TrainingSettings.BytePair, progress: Progress,
        cancellation: Cancellation
    ) throws(LocatedError) {
        let cutter = try PieceCutter(normalizer: settings.normalizer, preTokenizer: settings.preTokenizer)
        self.init(settings: settings, cutter: cutter, progress: progress, cancellation: cancellation)
        continuingPrefix = model.continuingPrefix
        endSuffix = model.endSuffix
        tokenLength = model.tokenLength
        if model.fallsBackToBytes { furtherTokens = byteTokenSpellings }
    }

    /// The tokenizer of what was learned.
    fileprivate func tokenizer(
        of outcome: Outcome, _ model: TrainingSettings.BytePair
    ) throws(LocatedError) -> TrainedTokenizer {
        var trained = BytePairDefinition(
            vocabulary: try Vocabulary(outcome.spellings), merges: outcome.listedMerges)
        trained.continuingPrefix = model.continuingPrefix
        trained.endSuffix = model.endSuffix
        trained.fallsBackToBytes = model.fallsBackToBytes
        if let unknown = settings.unknownToken {
            trained.unknownToken = trained.vocabulary.id(of: Array(unknown.utf8))
        }
        let decoder = settings.preTokenizer?.decoder(
            continuingPrefix: model.continuingPrefix, endSuffix: model.endSuffix,
            fallsBackToBytes: model.fallsBackToBytes)
        return TrainedTokenizer(
            definition: TokenizerDefinition(.bytePair(trained), trainedWith: settings, decoder: decoder),
            pieceCount: outcome.pieceCount, tokenCount: outcome.tokenCount)
    }
}

private func trainWordPiece(
    _ settings: TrainingSettings, _ model: TrainingSettings.WordPiece, on counts: consuming PieceCounts,
    progress: Progress, cancellation: Cancellation
) throws -> TrainedTokenizer {
    let cutter = try PieceCutter(normalizer: settings.normalizer, preTokenizer: settings.preTokenizer)
    var training = BytePairTraining(
        settings: settings, cutter: cutter, progress: progress, cancellation: cancellation)
    training.continuingPrefix = model.continuingPrefix
    let outcome = try training.learn(from: counts)
    var trained = WordPieceDefinition(vocabulary: try Vocabulary(outcome.spellings))
    trained.continuingPrefix = model.continuingPrefix
    if let unknown = settings.unknownToken { trained.unknownToken = unknown }
    var definition = TokenizerDefinition(
        .wordPiece(trained), trainedWith: settings,
        decoder: .wordPiece(prefix: model.continuingPrefix, cleansUp: true))
    definition.specialTokens.unknown = trained.vocabulary.id(of: Array(trained.unknownToken.utf8))
    let vocabulary = trained.vocabulary
    if let classifier = vocabulary.id(of: Array("[CLS]".utf8)),
        let separator = vocabulary.id(of: Array("[SEP]".utf8)),
        settings.specialTokens.contains("[CLS]"), settings.specialTokens.contains("[SEP]")
    {
        definition.postProcessor = .bert(
            separator: NamedToken("[SEP]", id: separator), classifier: NamedToken("[CLS]", id: classifier))
    }
    return TrainedTokenizer(definition: definition, pieceCount: outcome.pieceCount)
}

extension BytePairTraining.Outcome {
    /// The merges as a tokenizer lists them: of several of one pair only the last.
    var listedMerges: [BytePairDefinition.Merge] {
        var last: [UInt64: Int] = [:]
        for (place, merge) in merges.enumerated() {
            last[UInt64(merge.left) << 32 | UInt64(merge.right)] = place
        }
        return merges.enumerated().compactMap { place, merge in
            guard last[UInt64(merge.left) << 32 | UInt64(merge.right)] == place else { return nil }
            return BytePairDefinition.Merge(merge.left, merge.right, makes: merge.made)
        }
    }
}
