import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Learned merges")
struct MergeTests {
    /// Different words of a few letters, with counts: short alphabets make tokens that come about in several ways.
    private func words(seed: UInt64) -> [(word: String, count: Int)] {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("abcd".prefix(Int.random(in: 1...4, using: &generator)))
        var words: [String: Int] = [:]
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            let length = Int.random(in: 1...14, using: &generator)
            let word = String(
                (0..<length).map { _ in letters[Int.random(in: letters.indices, using: &generator)] })
            words[word] = Int.random(in: 1...5, using: &generator)
        }
        return words.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func train(
        _ settings: TrainingSettings, _ words: [(word: String, count: Int)]
    ) throws -> TokenizerDefinition {
        try trainTokenizer(settings, on: PieceCounts(of: words.map { (Array($0.word.utf8), $0.count) }))
            .definition
    }

    private func listed(_ definition: TokenizerDefinition) throws -> [String] {
        guard case .bytePair(let model) = definition.model else {
            Issue.record("not BPE")
            return []
        }
        func text(_ id: TokenID) -> String {
            String(decoding: model.vocabulary.spelling(of: id), as: UTF8.self)
        }
        return model.merges.map { "\(text($0.left)) \(text($0.right))" }
    }

    private func spellings(_ definition: TokenizerDefinition) -> [String] {
        let vocabulary = definition.model.vocabulary
        return (0..<vocabulary.count).map {
            String(decoding: vocabulary.spelling(of: TokenID($0)), as: UTF8.self)
        }
    }

    private func alphabet(_ words: [(word: String, count: Int)]) -> [String] {
        Set(words.flatMap { $0.word }).sorted().map(String.init)
    }

    @Test("equal those of the slow rule, also where a token is made in several ways", arguments: 0..<300)
    func merges(seed: Int) throws {
        let words = words(seed: UInt64(seed))
        let size = 4 + seed % 40
        let reference = ReferenceMerges(
            words.map { ($0.word.map(String.init), $0.count) }, alphabet: alphabet(words),
            vocabularySize: size)
        let definition = try train(TrainingSettings(.bytePair(.init()), vocabularySize: size), words)
        #expect(try listed(definition) == reference.listed)
        #expect(spellings(definition) == reference.tokens)
    }

    @Test("hold to the smallest count and the longest token", arguments: 0..<100)
    func limits(seed: Int) throws {
        let words = words(seed: UInt64(1_000 + seed))
        let (smallest, longest) = (seed % 7, 2 + seed % 6)
        let reference = ReferenceMerges(
            words.map { ($0.word.map(String.init), $0.count) }, alphabet: alphabet(words), vocabularySize: 60,
            smallestCount: smallest, tokenLength: longest)
        var model = TrainingSettings.BytePair()
        model.tokenLength = longest
        var settings = TrainingSettings(.bytePair(model), vocabularySize: 60)
        settings.smallestCount = smallest
        let definition = try train(settings, words)
        #expect(try listed(definition) == reference.listed)
    }

    @Test("with prefixes give WordPiece's vocabulary", arguments: 0..<60)
    func wordPiece(seed: Int) throws {
        let words = words(seed: UInt64(2_000 + seed))
        let letters = alphabet(words)
        let inner = letters.filter { letter in words.contains { $0.word.dropFirst().contains(letter) } }
        let reference = ReferenceMerges(
            words.map { word in
                (
                    word.word.enumerated().map { $0.offset == 0 ? String($0.element) : "##\($0.element)" },
                    word.count
                )
            }, alphabet: ["[UNK]"] + letters + inner.map { "##\($0)" }, vocabularySize: 40, prefix: "##")
        var settings = TrainingSettings(.wordPiece(.init()), vocabularySize: 40)
        settings.specialTokens = ["[UNK]"]
        let definition = try train(settings, words)
        #expect(spellings(definition) == reference.tokens)
    }

    @Test("with a suffix tell the end of a word from its middle")
    func suffix() throws {
        var model = TrainingSettings.BytePair()
        model.endSuffix = "</w>"
        let definition = try train(
            TrainingSettings(.bytePair(model), vocabularySize: 8), [("aba", 3), ("ab", 5)])
        #expect(spellings(definition) == ["a", "b", "a</w>", "b</w>", "ab</w>", "ab", "aba</w>"])
        #expect(try listed(definition) == ["a b</w>", "a b", "ab a</w>"])
    }

    @Test("count past 32 bits")
    func largeCounts() throws {
        // In 32 bits the first word would count less than the second: 5,000,000,000 wraps round to 705,032,704.
        let words = [("the", 5_000_000_000), ("an", 4_000_000_000), ("ox", 3)]
        let definition = try train(TrainingSettings(.bytePair(.init()), vocabularySize: 10), words)
        #expect(try listed(definition) == ["h e", "t he", "a n"])
    }

    @Test("give way to a vocabulary that is smaller than the alphabet")
    func smallVocabulary() throws {
        let words = [("abc", 1), ("bcd", 2)]
        let definition = try train(TrainingSettings(.bytePair(.init()), vocabularySize: 2), words)
        #expect(spellings(definition) == ["a", "b", "c", "d"])
        var settings = TrainingSettings(.bytePair(.init()), vocabularySize: 4)
        settings.alphabetLimit = 2
        // The rarer letters are left out, and what stood beside them become neighbours.
        let limited = try train(settings, words)
        #expect(spellings(limited) == ["b", "c", "bc"])
    }

    @Test("come out of nothing as a vocabulary of the alphabet")
    func nothing() throws {
        let empty = try train(
            TrainingSettings(.bytePair(.init()), vocabularySize: 1_000, preTokenizer: .gpt2), [])
        #expect(empty.model.vocabulary.count == 256)
        #expect(empty.mergeCount == 0)
        let characters = try train(TrainingSettings(.bytePair(.init()), vocabularySize: 10), [])
        #expect(characters.model.vocabulary.count == 0)
    }

    @Test("put special tokens first, and one that a merge spells is that merge's token")
    func specialTokens() throws {
        var settings = TrainingSettings(.bytePair(.init()), vocabularySize: 6)
        settings.specialTokens = ["<s>", "ab"]
        let definition = try train(settings, [("abab", 2), ("ab", 3)])
        #expect(spellings(definition) == ["<s>", "ab", "a", "b", "abab"])
        #expect(try listed(definition) == ["a b", "ab ab"])
        #expect(definition.addedTokens.map(\.id) == [0, 1])
        #expect(definition.specialTokens.beginOfText == 0)
    }

    @Test("refuse settings that do not go together")
    func refusals() throws {
        expectLocatedError(naming: "--vocab-size") {
            try train(TrainingSettings(.bytePair(.init()), vocabularySize: 0), [])
        }
        var unknown = TrainingSettings(.bytePair(.init()), vocabularySize: 9)
        unknown.unknownToken = "<unk>"
        expectLocatedError(naming: "--unknown") { try train(unknown, []) }
        expectLocatedError(naming: "2^61") {
            try train(
                TrainingSettings(.bytePair(.init()), vocabularySize: 9), [("ab", Int.max), ("cd", Int.max)])
        }
    }
}
