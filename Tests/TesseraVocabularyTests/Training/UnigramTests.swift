import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Unigram training")
struct UnigramTests {
    private func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    /// All ways to spell `word` with tokens, each as the tokens' numbers.
    private func segmentations(_ word: [UInt32], _ tokens: [[UInt32]]) -> [[Int]] {
        guard !word.isEmpty else { return [[]] }
        return tokens.indices.filter { word.starts(with: tokens[$0]) }.flatMap { token in
            segmentations(Array(word.dropFirst(tokens[token].count)), tokens).map { [token] + $0 }
        }
    }

    /// e to the power of a number that is not positive, by the series of its inverse.
    private func power(_ value: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for step in 1..<120 {
            term *= -value / Double(step)
            sum += term
        }
        return 1 / sum
    }

    @Test(
        "expected counts are those of all segmentations, weighted",
        arguments: ["abab", "aab", "abcabcab", "b"])
    func expectation(text: String) throws {
        let tokens = ["a", "ab", "aba", "b", "bc", "c", "ca"].map(scalars)
        let scores = [-1.5, -2.25, -3.5, -1.75, -2.5, -2.0, -4.0]
        let model = UnigramModel(tokens: tokens, scores: scores)
        let word = scalars(text)
        var expected = [Double](repeating: 0, count: tokens.count)
        var total = 0.0
        for segmentation in segmentations(word, tokens) {
            let weight = power(segmentation.reduce(0) { $0 + scores[$1] })
            total += weight
            for token in segmentation { expected[token] += weight }
        }
        var found = [Double](repeating: 0, count: tokens.count)
        var scratch = UnigramModel.Scratch()
        word.withUnsafeBufferPointer { model.forEachExpected(in: $0, &scratch) { found[$0] += $1 } }
        for token in tokens.indices { #expect(abs(found[token] - expected[token] / total) < 1e-9) }
        // A long word takes the way through logarithms, which must agree with the short way taken for its parts.
        let long = Array(repeating: scalars("cabab"), count: 30).flatMap { $0 }
        var sum = 0.0
        long.withUnsafeBufferPointer {
            model.forEachExpected(in: $0, &scratch) { sum += $1 * Double(tokens[$0].count) }
        }
        #expect(abs(sum - Double(long.count)) < 1e-6)
    }

    @Test("the best tokens are those of the best segmentation", arguments: ["abab", "aab", "abcabcab"])
    func best(text: String) throws {
        let tokens = ["a", "ab", "aba", "b", "bc", "c", "ca"].map(scalars)
        let scores = [-1.5, -2.25, -3.5, -1.75, -2.5, -2.0, -4.0]
        let model = UnigramModel(tokens: tokens, scores: scores)
        let word = scalars(text)
        func score(_ segmentation: [Int]) -> Double { segmentation.reduce(0) { $0 + scores[$1] } }
        let best = segmentations(word, tokens).map(score).max()
        var scratch = UnigramModel.Scratch()
        var found: [Int] = []
        word.withUnsafeBufferPointer { model.bestTokens(of: $0, &scratch) { found.insert($0, at: 0) } }
        #expect(found.flatMap { tokens[$0] } == word)
        #expect(score(found) == best)
    }

    private func pieces(_ text: String) -> [(piece: [UInt8], count: Int)] {
        var counts: [String: Int] = [:]
        for word in text.split(separator: " ") { counts["\u{2581}" + word, default: 0] += 1 }
        return counts.map { (Array($0.key.utf8), $0.value) }
    }

    private let text =
        String(
            repeating:
                "the cat sat on the mat and the other cats sat on other mats while the cattle chatter matters there then them ",
            count: 5) + "xylophone"

    @Test("gives frequent words a token, keeps every character, and is the same for any threads")
    func training() throws {
        let settings = TrainingSettings(.unigram(.init()), vocabularySize: 40)
        let trained = try trainTokenizer(settings, on: PieceCounts(of: pieces(text)), threads: 1)
        guard case .unigram(let model) = trained.definition.model else { return }
        let spellings = (0..<model.vocabulary.count).map {
            String(decoding: model.vocabulary.spelling(of: TokenID($0)), as: UTF8.self)
        }
        #expect(spellings.count <= 40 && spellings[0] == "<unk>" && model.unknownToken == 0)
        #expect(spellings.contains("\u{2581}the"))
        for character in Set(text) where character != " " { #expect(spellings.contains(String(character))) }
        #expect(Array(model.scores.dropFirst()) == model.scores.dropFirst().sorted(by: >))
        #expect(model.scores.dropFirst().allSatisfy { $0 < 0 })
        for threads in [2, 3, 7] {
            let other = try trainTokenizer(settings, on: PieceCounts(of: pieces(text)), threads: threads)
            #expect(other.definition.isEqualInTokens(to: trained.definition))
        }
    }

    @Test("fewer tokens than characters are refused, unless characters are left out")
    func smallVocabulary() throws {
        var settings = TrainingSettings(.unigram(.init()), vocabularySize: 10)
        expectLocatedError(field: "--vocab-size") {
            try trainTokenizer(settings, on: PieceCounts(of: pieces(text)))
        }
        settings.alphabetLimit = 6
        let trained = try trainTokenizer(settings, on: PieceCounts(of: pieces(text)))
        #expect(trained.definition.model.vocabulary.count <= 10)
        settings.vocabularySize = 300
        var model = TrainingSettings.Unigram()
        model.fallsBackToBytes = true
        settings.model = .unigram(model)
        let fallback = try trainTokenizer(settings, on: PieceCounts(of: pieces(text))).definition
        #expect(fallback.model.vocabulary.id(of: Array("<0xFF>".utf8)) == 256)
    }

    @Test("nothing to train on leaves the fixed tokens")
    func nothing() throws {
        let trained = try trainTokenizer(
            TrainingSettings(.unigram(.init()), vocabularySize: 10), on: PieceCounts(of: []))
        #expect(trained.definition.model.vocabulary.count == 1)
    }
}
