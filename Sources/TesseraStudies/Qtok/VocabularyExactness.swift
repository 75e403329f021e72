internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// What holds of the report of any vocabulary.
enum VocabularyExactness {
    private static let partition = "vocabularies whose classes do not sum to their size"
    private static let asymmetric = "pairs of vocabularies whose similarity depends on their order"
    private static let diagonal = "vocabularies that are not like themselves"
    private static let weights = "vocabularies whose weights of languages do not sum to their tokens"
    private static let permuted = "vocabularies whose tables change with the order of ids"

    static let thresholds: [Threshold] = [
        .none(partition), .none(asymmetric), .none(diagonal), .none(weights), .none(permuted),
    ]

    static func report(to result: inout StudyResult, seed: UInt64) throws {
        var tokenizers: [TokenizerDefinition] = []
        for names in [["latin"], ["latin", "cyrillic"], ["cyrillic", "greek", "han"]] {
            let settings = TrainingSettings(
                .bytePair(TrainingSettings.BytePair()), vocabularySize: 400 + 50 * tokenizers.count,
                preTokenizer: .gpt2)
            tokenizers.append(try trainTokenizer(settings, onTexts: texts(names, seed: seed)).definition)
        }
        let reports = try tokenizers.map { VocabularyReport("", try PipelineTokenizer($0)) }
        result.measure(partition, count: reports.count { $0.classCounts.values.reduce(0, +) != $0.size })
        let jaccard = VocabularyOverlap(reports).jaccard
        let places = jaccard.indices
        result.measure(
            asymmetric,
            count: places.reduce(0) { sum, row in sum + places.count { jaccard[row][$0] != jaccard[$0][row] }
            })
        result.measure(diagonal, count: places.count { jaccard[$0][$0] != 1 })
        let lexicons = scripts.map { script in
            LanguageLexicon(
                script.name,
                words: texts([script.name], seed: ~seed).flatMap { $0.split(separator: " ").map(String.init) }
            )
        }
        result.measure(
            weights,
            count: reports.count {
                let shares = LanguageShares(of: $0, in: lexicons)
                return abs(shares.weights.reduce(0, +) - Double(shares.mappedCount)) > 1e-6
            })
        result.measure(
            permuted,
            count: try zip(tokenizers, reports).count { definition, report in
                let other = VocabularyReport("", try PipelineTokenizer(reversed(definition)))
                return other.classCounts != report.classCounts || other.scriptCounts != report.scriptCounts
                    || VocabularyOverlap([report, other]).jaccard[0][1] != 1
            })
    }

    /// The same tokenizer with its ids from the end.
    private static func reversed(_ definition: TokenizerDefinition) throws -> TokenizerDefinition {
        guard case .bytePair(var model) = definition.model else { return definition }
        let last = TokenID(truncatingIfNeeded: model.vocabulary.count - 1)
        let tokenizer = try PipelineTokenizer(definition)
        model.vocabulary = try Vocabulary(
            (0..<model.vocabulary.count).map { place -> [UInt8]? in
                tokenizer.spelling(of: last - TokenID(truncatingIfNeeded: place)).map { Array($0.utf8) }
            })
        model.merges = model.merges.map {
            BytePairDefinition.Merge(last - $0.left, last - $0.right, makes: last - $0.made)
        }
        var other = definition
        other.model = .bytePair(model)
        return other
    }

    private static let scripts: [(name: String, first: UInt32, count: Int)] = [
        ("latin", 0x61, 26), ("cyrillic", 0x430, 32), ("greek", 0x3B1, 17), ("han", 0x4E00, 60),
    ]

    /// Words of random letters.
    private static func texts(_ names: [String], seed: UInt64) -> [String] {
        var draws = RandomDraws(seed: seed)
        let chosen = scripts.filter { names.contains($0.name) }
        return (0..<60).map { line in
            let script = chosen[line % chosen.count]
            return (0..<15).map { _ in
                let length = 2 + Int(draws.next() * 5)
                let letters = (0..<length).compactMap { _ in
                    // The square makes some letters commoner, so that there is something to merge.
                    let draw = draws.next()
                    return Unicode.Scalar(script.first + UInt32(draw * draw * Double(script.count)))
                }
                return String(String.UnicodeScalarView(letters))
            }.joined(separator: " ")
        }
    }
}
