internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTokenizers
internal import TesseraVocabulary

/// A small decoder of English over a byte-level BPE, which other languages are adapted from.
///
/// Llama with three layers, width 128 and a context of 128 tokens, trained on manuals and help of Debian packages.
struct EnglishModel {
    static let tokenCount = 2048
    static let steps = 1500

    let tokenizer: PipelineTokenizer
    let network: LlamaNetwork

    /// - Throws: `LocatedError` when the text is not there or a loss is no number; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        let lines = try conditions.lines(of: "mixture/categories/english.txt")
        tokenizer = try Self.tokenizer(lines, tokenCount: Self.tokenCount, conditions.cancellation)
        network = try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: tokenizer.vocabularySize + 1, hiddenSize: 128, layerCount: 3, headCount: 4,
                contextLength: 128),
            random: RandomGenerator(seed: seed))
        try LineCorpus(lines, tokenizer: tokenizer).train(
            network, steps: Self.steps, rate: 3e-3, batchSize: 8, seed: seed,
            cancellation: conditions.cancellation
        ) {
            conditions.progress.report("English model", $0, of: Self.steps, unit: "steps")
        }
    }

    /// A byte-level BPE that never merges over the borders of words.
    ///
    /// Text is cut as for GPT-2, but marks belong to words: Khmer has its vowels in them.
    static func tokenizer(
        _ lines: [String], tokenCount: Int, _ cancellation: Cancellation
    ) throws -> PipelineTokenizer {
        let words = #" ?[\p{L}\p{M}]+| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+(?!\S)|\s+"#
        let settings = TrainingSettings(
            .bytePair(TrainingSettings.BytePair()), vocabularySize: tokenCount,
            preTokenizer: .sequence([
                .split(.expression(words), .isolated, inverted: false),
                .byteLevel(addsPrefixSpace: false, usesExpression: false),
            ]))
        return try PipelineTokenizer(
            try trainTokenizer(settings, onTexts: lines, cancellation: cancellation).definition)
    }
}
