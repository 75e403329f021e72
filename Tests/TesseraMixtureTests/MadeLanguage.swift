import TesseraCore
import TesseraMixture
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary

/// A language of words made of syllables, some of which are frequent.
struct MadeLanguage {
    let name: String
    private let words: [String]

    init(_ name: String, syllables: [String], seed: UInt64) {
        self.name = name
        var generator = SeededGenerator(seed: seed)
        words = (0..<120).map { _ in
            (0..<Int.random(in: 1...3, using: &generator))
                .map { _ in syllables[Int.random(in: syllables.indices, using: &generator)] }.joined()
        }
    }

    /// Lines of text.
    func lines(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            (0..<10).map { _ in
                // The product of two draws is small more often than not: early words are frequent.
                let place =
                    Double.random(in: 0..<1, using: &generator) * Double.random(in: 0..<1, using: &generator)
                return words[min(Int(place * Double(words.count)), words.count - 1)]
            }.joined(separator: " ")
        }
    }

    func text(_ count: Int, seed: UInt64) -> String {
        lines(count, seed: seed).joined(separator: "\n") + "\n"
    }

    static let three = [
        MadeLanguage("one", syllables: ["win", "ter", "in", "deed", "of", "the", "ho", "use"], seed: 1),
        MadeLanguage("two", syllables: ["ka", "ri", "no", "to", "mi", "ya", "sa", "ho"], seed: 2),
        MadeLanguage("three", syllables: ["шко", "ла", "при", "ве", "т", "дом", "о", "на"], seed: 3),
    ]
}

/// A byte-level tokenizer trained on texts.
func train(_ texts: [String], merges: Int) throws -> PipelineTokenizer {
    let settings = TrainingSettings(
        .bytePair(TrainingSettings.BytePair()), vocabularySize: 256 + merges, preTokenizer: .gpt2)
    let cutter = try PieceCutter(normalizer: nil, preTokenizer: settings.preTokenizer)
    let counts = try countPieces(ofLines: texts.joined(), with: cutter)
    return try PipelineTokenizer(trainTokenizer(settings, on: counts).definition)
}

/// The shares of pairs that texts have of all of them together, as a byte-level tokenizer counts pairs.
func pairShares(of texts: [String]) throws -> [Double] {
    let cutter = try PieceCutter(normalizer: nil, preTokenizer: .gpt2)
    let counts = try texts.map { text in
        var pairs = 0
        try countPieces(ofLines: text, with: cutter).forEach { piece, count in
            pairs += (piece.count - 1) * count
        }
        return Double(pairs)
    }
    return counts.map { $0 / counts.reduce(0, +) }
}

/// The estimate of a tokenizer's mixture by samples in memory.
func estimate(
    _ tokenizer: PipelineTokenizer, _ samples: [(name: String, text: String)],
    _ change: (inout DataMixtureInference.Options) -> Void = { _ in }
) throws -> MixtureEstimate {
    var options = DataMixtureInference.Options()
    change(&options)
    return try DataMixtureInference(
        of: tokenizer, samples: samples.map { LanguageSample($0.name, text: $0.text) }, options: options
    ).estimate()
}

/// The largest difference between shares.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).map { ($0 - $1).magnitude }.max() ?? .infinity
}
