import TesseraCore
import TesseraReport
import TesseraStudies
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Lexicons against vocabularies of their size")
struct LexiconExperimentTests {
    /// Texts of many different words.
    private func lines(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        let syllables = ["win", "ter", "in", "deed", "of", "the", "ét", "é", "ho", "use", "light", "wa"]
        func word() -> String {
            (0..<Int.random(in: 1...3, using: &generator))
                .map { _ in syllables[Int.random(in: syllables.indices, using: &generator)] }.joined()
        }
        return (0..<count).map { _ in (0..<12).map { _ in word() }.joined(separator: " ") }
    }

    private func small() -> LexiconExperiment.Settings {
        var settings = LexiconExperiment.Settings()
        settings.epochs = 40
        settings.seeds = [1, 2]
        settings.size = 60
        settings.figureSizes = [40, 80]
        settings.options.articleLength = 50
        return settings
    }

    @Test("all arms have equally many types and read all of the text")
    func equalSizes() throws {
        let study = try LexiconExperiment(
            training: lines(100, seed: 1), heldOut: lines(20, seed: 2), settings: small())
        #expect(study.rows.count == 8)
        let sizes = study.rows.filter { $0.arm != "characters" }.map(\.economy.vocabularySize)
        let largest = try #require(sizes.max())
        for (row, size) in zip(study.rows.filter { $0.arm != "characters" }, sizes) {
            // The Unigram arm has a token for unknown text besides.
            #expect(abs(size - largest) <= 2, "\(row.arm) has \(size) of \(largest)")
        }
        let characters = Set(study.rows.map(\.economy.characterCount))
        #expect(characters.count == 1)
        #expect(study.figure.series.map(\.points.count) == [2, 1, 2, 2, 2, 2, 2])
        #expect(study.table.rows.count == 8)
        #expect(study.figure.svg().contains("less-is-better"))
        let one = try #require(study.rows.first { $0.arm == "characters" })
        #expect(one.economy.charactersPerToken == 1)
        #expect(one.multiwordShare == 0)
    }

    @Test("texts without spaces have no arms that need them, and no claims")
    func withoutSpaces() throws {
        var settings = small()
        settings.hasSpaces = false
        settings.seeds = [1]
        let text = lines(60, seed: 1).map { String($0.filter { $0 != " " }) }
        let study = try LexiconExperiment(training: text, heldOut: Array(text.prefix(5)), settings: settings)
        #expect(
            study.rows.map(\.arm) == [
                "less-is-better", "characters", "BPE, nothing cut", "Unigram, nothing cut",
            ])
    }

    @Test("a language model of a vocabulary learns, and its seed repeats it")
    func languageModel() throws {
        let training = lines(60, seed: 1)
        let heldOut = lines(6, seed: 2) + ["", "ü"]
        var settings = small()
        settings.seeds = [1]
        settings.figureSizes = []
        let study = try LexiconExperiment(training: training, heldOut: heldOut, settings: settings)
        var recipe = VocabularyLanguageModel.Recipe()
        (recipe.width, recipe.context, recipe.batchSize) = (32, 32, 4)
        (recipe.steps, recipe.measureEvery) = (60, 40)
        let row = try #require(study.rows.first { $0.arm == "BPE inside words" })
        func model() throws -> VocabularyLanguageModel {
            try VocabularyLanguageModel(
                row.tokenizer, training: training, heldOut: heldOut, recipe: recipe, seed: 3)
        }
        let learned = try model()
        #expect(learned.points.map(\.step) == [40, 60])
        // Below what all types alike would cost: it has learned something.
        #expect(learned.bitsPerCharacter < row.economy.uniformBitsPerCharacter)
        #expect(learned.bitsPerCharacter > 0)
        #expect(try model().points == learned.points)
        let share = Double(60 * 4 * 32) / Double(learned.charactersRead)
        #expect(abs(share - 1 / row.economy.charactersPerToken) < 0.1)
    }
}
