import TesseraAnalysis
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// The tokens of each class that the authors of Qtok publish (repository nup-csai/Qtok, `paper/Qtok_v3.ipynb`, the table
/// of counts), for the vocabularies that are among the reference tokenizers.
@Suite("Qtok: published counts")
struct PublishedCountsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var file: String
        /// In the order of `TokenClass.allCases`.
        var counts: [Int]
        /// Tokens that say the same as another one, which the published program counts once.
        var twins = 0
        /// Tokens of two letters and more of a script, in percent of the vocabulary, of the table of scripts.
        var scripts: [String: Double] = [:]

        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "llama-2", file: "llama.cpp/ggml-vocab-llama-spm.gguf",
            counts: [16, 256, 1629, 16054, 12375, 257, 349, 1039, 0, 13, 5, 18],
            scripts: ["LATIN": 79.9, "CYRILLIC": 8.9]),
        Row(
            name: "mistral", file: "mistral/tokenizer.model.v1",
            counts: [8, 256, 2710, 15425, 11870, 290, 325, 1001, 0, 67, 11, 39]),
        Row(
            name: "falcon", file: "llama.cpp/ggml-vocab-falcon.gguf",
            counts: [7, 170, 1194, 39831, 20581, 58, 53, 2039, 946, 19, 20, 106],
            scripts: ["LATIN": 92.3, "CYRILLIC": 0.05]),
        Row(
            name: "deepseek", file: "llama.cpp/ggml-vocab-deepseek-llm.gguf",
            counts: [26, 184, 3660, 46954, 45059, 113, 711, 2390, 558, 36, 8, 319],
            // Thirteen letters such as õ that are added tokens beside the tokens of their bytes.
            twins: 13),
        Row(
            name: "llama-3", file: "llama.cpp/ggml-vocab-llama-bpe.gguf",
            counts: [265, 211, 3597, 55444, 39084, 210, 1314, 23131, 1361, 66, 659, 2914],
            scripts: ["LATIN": 60.0, "CYRILLIC": 4.9]),
        Row(
            name: "qwen", file: "llama.cpp/ggml-vocab-qwen2.gguf",
            counts: [15, 256, 14597, 50981, 54914, 2915, 1198, 21791, 1457, 35, 640, 2847],
            scripts: ["LATIN": 48.9]),
        Row(
            name: "command-r", file: "llama.cpp/ggml-vocab-command-r.gguf",
            counts: [48, 198, 5899, 145978, 92155, 182, 1121, 4546, 4489, 33, 92, 288],
            scripts: ["LATIN": 68.1, "CYRILLIC": 9.8]),
    ]

    /// Control tokens are not compared: releases of one model add some.
    @Test("classes as published, by the names of letters", arguments: rows)
    func counts(row: Row) throws {
        let report = VocabularyReport(row.name, try Self.tokenizer(row), scriptRule: .firstWordOfName)
        for (tokenClass, published) in zip(TokenClass.allCases, row.counts) where tokenClass != .controlTokens
        {
            let twins = tokenClass == .pureUnicode ? row.twins : 0
            let count = (report.classCounts[tokenClass] ?? 0) - twins
            let isExact = tokenClass == .pureUnicode || tokenClass == .unicodeFlanks
            let allowed = isExact ? 0 : Int(0.005 * Double(published))
            #expect(
                abs(count - published) <= allowed, "\(tokenClass.rawValue): \(count), published \(published)")
        }
    }

    /// The published shares are rounded to a tenth, those below one to a hundredth.
    @Test("shares of scripts as published", arguments: rows.filter { !$0.scripts.isEmpty })
    func scripts(row: Row) throws {
        let report = VocabularyReport(row.name, try Self.tokenizer(row), scriptRule: .firstWordOfName)
        for (script, published) in row.scripts {
            let share = 100 * report.share(ofScript: script)
            let allowed = 0.005 * published + (published < 1 ? 0.005 : 0.05)
            #expect(abs(share - published) <= allowed, "\(script): \(share) %, published \(published) %")
        }
    }

    /// Ideographs that stand inside words, which the published table has apart.
    @Test(
        "shares of ideographs as published",
        arguments: [
            ("llama-2", 0.0), ("falcon", 0.57), ("llama-3", 1.03), ("qwen", 10.80), ("command-r", 5.35),
        ])
    func ideographs(name: String, published: Double) throws {
        let row = try #require(Self.rows.first { $0.name == name })
        let report = VocabularyReport(row.name, try Self.tokenizer(row), scriptRule: .firstWordOfName)
        let share = 100 * report.share(of: .init(script: "CJK", position: .inner))
        #expect(abs(share - published) <= 0.005 * published + 0.005)
    }

    private static func tokenizer(_ row: Row) throws -> PipelineTokenizer {
        try TokenizerLoader.load(
            path: ReferenceTokenizers.path(row.file), options: TokenizerLoader.Options()
        ).tokenizer
    }
}
