internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

/// Published vocabularies side by side: which are the same, and what kinds of tokens each holds.
struct ReleasedVocabularies {
    private static let distinct = "published vocabularies that differ, at Jaccard 0.95"
    private static let seconds = "seconds for the report of command-r's 256,000 tokens, best of three"

    static let thresholds: [Threshold] = [.atLeast(13, distinct), .atMost(2, seconds)]

    /// Releases of models whose vocabulary another one of the list has already.
    private static let releases: [(name: String, file: String)] = [
        ("qwen-2.5", "huggingface/qwen-2.5"), ("deepseek-r1", "huggingface/deepseek-r1"),
        ("deepseek-llm-7b", "huggingface/deepseek-llm-7b-base"), ("glm-4-32b", "huggingface/glm-4-32b-0414"),
        ("minimax-m1", "huggingface/minimax-m1-40k"),
    ]

    private let quality: QualityReport
    private let secondsForLarge: Double

    /// - Throws: `LocatedError` when the tokenizers have not been fetched; `CancelledError` when stopped.
    init(conditions: StudyConditions) throws {
        let tokenizers = try (ReleasedTokenizers.all + Self.releases).map {
            entry -> (name: String, tokenizer: PipelineTokenizer) in
            try conditions.cancellation.check()
            return (name: entry.name, tokenizer: try ReleasedTokenizers.load(entry.file, conditions))
        }
        quality = try QualityReport(
            of: tokenizers, progress: conditions.progress, cancellation: conditions.cancellation)
        var best = Double.infinity
        if let large = tokenizers.first(where: { $0.name == "command-r" })?.tokenizer {
            for _ in 0..<3 {
                let begun = ContinuousClock.now
                _ = VocabularyReport("command-r", large)
                best = min(best, (ContinuousClock.now - begun).inSeconds)
            }
        }
        secondsForLarge = best
    }

    func report(to result: inout StudyResult) {
        let groups = quality.overlap.duplicates()
        result.measure(Self.distinct, count: groups.count)
        result.measure(Self.seconds, secondsForLarge)
        result.add(
            quality.scoreTable, caption: "Scores of \(quality.vocabularies.count) published vocabularies.")
        result.add(quality.classTable(inPercent: true), caption: "Classes, in percent of the vocabulary.")
        result.add(
            quality.scriptTable(), caption: "Scripts by place in the word, in percent of the vocabulary.")
        var same = Table([.init("vocabularies that are one")])
        for group in groups where group.count > 1 {
            same.append([group.map { quality.overlap.names[$0] }.joined(separator: ", ")])
        }
        result.add(same, caption: "What joins above a similarity of 0.95, by average linkage.")
        result.add(
            figure: HeatMap(
                title: "Tokens shared: Jaccard", names: quality.overlap.names, values: quality.overlap.jaccard
            ).svg(), title: "Jaccard similarity of published vocabularies", suffix: "jaccard")
    }
}
