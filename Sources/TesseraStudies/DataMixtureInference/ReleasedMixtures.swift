internal import TesseraCore
internal import TesseraMixture
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// What the merges of published tokenizers tell; the truth is not published, so nothing is asked of the shares themselves,
/// only of the orderings that the paper states (section 5).
struct ReleasedMixtures {
    private static let moreLanguages =
        "share of languages other than English, o200k_base less cl100k_base, in percent"
    private static let code = "share of code in cl100k_base, in percent"

    static let thresholds: [Threshold] = [.atLeast(0, moreLanguages), .atLeast(50, code)]

    /// A tokenizer, which of its merges are asked, and what the paper found (its abstract).
    private static let tokenizers: [(name: String, file: String, skipped: Int, merges: Int, paper: String)] =
        [
            ("gpt2", "tiktoken/gpt2.tiktoken", 0, 3000, ""),
            ("cl100k_base", "tiktoken/cl100k_base.tiktoken", 0, 3000, "code about 60 %"),
            ("o200k_base", "tiktoken/o200k_base.tiktoken", 0, 3000, "other languages 39 %"),
            // Those after the merges that it took from cl100k_base.
            (
                "llama-3, its own", "huggingface/deepseek-r1-distill-llama-8b/tokenizer.json", 100_000,
                103_000,
                "other languages 48 %"
            ),
            ("smollm2", "../models/smollm2", 0, 3000, ""),
            ("anthropic", "huggingface/litellm-anthropic/tokenizer.json", 0, 3000, "code about 60 %"),
        ]

    /// How often the lines of the samples are drawn anew.
    private static let draws = 20

    private static let codeNames = ["c", "cpp", "html", "javascript", "perl", "python", "ruby"]
    private static let languageNames = ["de", "es", "fr", "hi", "it", "ja", "ko", "pt", "ru", "zh-cn"]

    private let estimates: [MixtureEstimate]

    /// - Throws: `LocatedError` when a text or a tokenizer has not been fetched; `CancelledError` when stopped.
    init(conditions: StudyConditions) throws {
        let samples = try (["english"] + Self.codeNames + Self.languageNames).map { name in
            LanguageSample(
                name, corpus: Corpus(files: [try conditions.textPath("mixture/categories/\(name).txt")]))
        }
        estimates = try Self.tokenizers.enumerated().map { index, entry in
            conditions.progress.report(
                "published tokenizers", index, of: Self.tokenizers.count, unit: "tokenizers")
            var options = DataMixtureInference.Options()
            options.merges = entry.merges
            options.skippedMerges = entry.skipped
            options.usesPrefixes = false
            options.bootstraps = Self.draws
            let tokenizer = try ReleasedTokenizers.load(entry.file, conditions)
            return try DataMixtureInference(of: tokenizer, samples: samples, options: options).estimate(
                cancellation: conditions.cancellation)
        }
    }

    func report(to result: inout StudyResult) {
        func percent(_ index: Int, _ names: [String]) -> Double {
            estimates[index].share(ofCategories: Set(names)).share * 100
        }
        func cell(_ index: Int, _ names: [String]) -> String {
            let (share, interval) = estimates[index].share(ofCategories: Set(names))
            let range = interval.map {
                " (\(Self.decimal($0.lowerBound)) to \(Self.decimal($0.upperBound)))"
            }
            return Self.decimal(share) + " %" + (range ?? "")
        }
        let (cl100k, o200k) = (1, 2)
        result.measure(
            Self.moreLanguages, percent(o200k, Self.languageNames) - percent(cl100k, Self.languageNames))
        result.measure(Self.code, percent(cl100k, Self.codeNames))
        var groups = Table([
            .init("tokenizer"), .init("English", .right), .init("code", .right),
            .init("ten other languages", .right), .init("the paper"), .init("merges", .right),
            .init("never seen", .right), .init("contradiction", .right),
        ])
        for (index, entry) in Self.tokenizers.enumerated() {
            let estimate = estimates[index]
            groups.append(
                [entry.name]
                    + [["english"], Self.codeNames, Self.languageNames].map { cell(index, $0) } + [
                        entry.paper,
                        "\(NumberFormat.count(entry.skipped)) to \(NumberFormat.count(estimate.mergeCount))",
                        NumberFormat.count(estimate.unseenMerges.count),
                        NumberFormat.decimal(estimate.objective * 1e6, places: 0) + " ppm",
                    ])
        }
        result.add(
            groups,
            caption: """
                Shares of pairs in published tokenizers' training data, and where they lie in nine tenths of \
                \(Self.draws) draws of the samples' lines. The truth is not published, and what no category holds goes \
                to its nearest kin. Llama 3's first 100,000 merges are those of cl100k_base.
                """)
        var shares = Table([.init("category")] + Self.tokenizers.map { .init($0.name, .right) })
        for name in ["english"] + Self.codeNames + Self.languageNames {
            shares.append([name] + estimates.indices.map { cell($0, [name]) })
        }
        result.add(shares, caption: "The same by category.")
    }

    private static func decimal(_ share: Double) -> String {
        NumberFormat.decimal(share * 100, places: 1)
    }
}
