/// What the authors of Qtok publish for a vocabulary (repository nup-csai/Qtok, `paper/Qtok_v3.ipynb`), for those that are
/// among the reference tokenizers.
package struct PublishedCounts: Sendable {
    /// What the vocabulary is called there.
    package let name: String
    /// Its file below the folder of reference tokenizers.
    package let file: String
    /// The tokens of each class, in the order of `TokenClass.allCases`; control tokens are not to be compared, since
    /// releases of one model add some.
    package let counts: [Int]
    /// Tokens that say the same as another one, which the published program counts once.
    package let twins: Int
    /// The share of tokens of Latin letters that are more than one character, in percent; nil: not quoted.
    package let latin: Double?
    /// The share of tokens of ideographs that are more than one character and do not begin with a space, in percent.
    package let ideographs: Double?
    /// The share of tokens of Cyrillic letters that are more than one character, in percent.
    package let cyrillic: Double?

    private init(
        _ name: String, _ file: String, _ counts: [Int], twins: Int = 0, latin: Double? = nil,
        ideographs: Double? = nil, cyrillic: Double? = nil
    ) {
        self.name = name
        self.file = file
        self.counts = counts
        self.twins = twins
        self.latin = latin
        self.ideographs = ideographs
        self.cyrillic = cyrillic
    }

    /// All of them.
    package static let all = [
        PublishedCounts(
            "llama-2", "llama.cpp/ggml-vocab-llama-spm.gguf",
            [16, 256, 1629, 16054, 12375, 257, 349, 1039, 0, 13, 5, 18], latin: 79.9, ideographs: 0.0,
            cyrillic: 8.9),
        PublishedCounts(
            "mistral", "mistral/tokenizer.model.v1",
            [8, 256, 2710, 15425, 11870, 290, 325, 1001, 0, 67, 11, 39]),
        PublishedCounts(
            "falcon", "llama.cpp/ggml-vocab-falcon.gguf",
            [7, 170, 1194, 39831, 20581, 58, 53, 2039, 946, 19, 20, 106], latin: 92.3, ideographs: 0.57,
            cyrillic: 0.05),
        PublishedCounts(
            "deepseek", "llama.cpp/ggml-vocab-deepseek-llm.gguf",
            [26, 184, 3660, 46954, 45059, 113, 711, 2390, 558, 36, 8, 319],
            // Thirteen letters such as õ that are added tokens beside the tokens of their bytes.
            twins: 13),
        PublishedCounts(
            "llama-3", "llama.cpp/ggml-vocab-llama-bpe.gguf",
            [265, 211, 3597, 55444, 39084, 210, 1314, 23131, 1361, 66, 659, 2914], latin: 60.0,
            ideographs: 1.03, cyrillic: 4.9),
        PublishedCounts(
            "qwen", "llama.cpp/ggml-vocab-qwen2.gguf",
            [15, 256, 14597, 50981, 54914, 2915, 1198, 21791, 1457, 35, 640, 2847], latin: 48.9,
            ideographs: 10.80),
        PublishedCounts(
            "command-r", "llama.cpp/ggml-vocab-command-r.gguf",
            [48, 198, 5899, 145978, 92155, 182, 1121, 4546, 4489, 33, 92, 288], latin: 68.1, ideographs: 5.35,
            cyrillic: 9.8),
    ]

    /// A class whose count may not differ by one.
    package static func isExact(_ tokenClass: TokenClass) -> Bool {
        tokenClass == .pureUnicode || tokenClass == .unicodeFlanks
    }

    /// For each script with a published share, what a report has and what is published, in percent.
    package func shares(
        in report: VocabularyReport
    ) -> [(script: String, counted: Double, published: Double)] {
        let inner = report.share(of: VocabularyReport.ScriptPlace(script: "CJK", position: .inner))
        return [
            ("Latin", report.share(ofScript: "LATIN"), latin),
            ("Cyrillic", report.share(ofScript: "CYRILLIC"), cyrillic),
            ("ideographs, inner", inner, ideographs),
        ].compactMap { script, share, published in published.map { (script, 100 * share, $0) } }
    }

    /// For each class but that of control tokens, how many tokens a report has and how many are published.
    package func comparison(
        with report: VocabularyReport
    ) -> [(tokenClass: TokenClass, counted: Int, published: Int)] {
        zip(TokenClass.allCases, counts).filter { $0.0 != .controlTokens }.map { tokenClass, published in
            let twins = tokenClass == .pureUnicode ? twins : 0
            return (tokenClass, (report.classCounts[tokenClass] ?? 0) - twins, published)
        }
    }
}
