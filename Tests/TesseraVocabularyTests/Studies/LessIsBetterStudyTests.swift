import Foundation
import TesseraCore
import TesseraReport
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("The study of less-is-better")
struct LessIsBetterStudyTests {
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

    private func small() -> LessIsBetterStudy.Settings {
        var settings = LessIsBetterStudy.Settings()
        settings.epochs = 40
        settings.seeds = [1, 2]
        settings.size = 60
        settings.figureSizes = [40, 80]
        settings.options.articleLength = 50
        return settings
    }

    @Test("all arms have equally many types and read all of the text")
    func equalSizes() throws {
        let study = try LessIsBetterStudy(
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
        #expect(study.findings.count == 6)
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
        let study = try LessIsBetterStudy(training: text, heldOut: Array(text.prefix(5)), settings: settings)
        #expect(
            study.rows.map(\.arm) == [
                "less-is-better", "characters", "BPE, nothing cut", "Unigram, nothing cut",
            ])
        #expect(study.findings.isEmpty)
    }

    static let texts = ProcessInfo.processInfo.environment["TESSERA_STUDY_TEXTS"]

    @Test(
        "the whole run, on the texts that Scripts/debian-reference.py writes", .enabled(if: texts != nil),
        arguments: ["en", "zh-cn"])
    func wholeRun(language: String) throws {
        let folder = try #require(Self.texts)
        let lines = try String(contentsOfFile: "\(folder)/\(language).txt", encoding: .utf8)
            .split(separator: "\n").map(String.init)
        var settings = LessIsBetterStudy.Settings()
        settings.hasSpaces = language == "en"
        let study = try LessIsBetterStudy(
            training: lines.indices.filter { $0 % 10 != 9 }.map { lines[$0] },
            heldOut: lines.indices.filter { $0 % 10 == 9 }.map { lines[$0] }, settings: settings)
        print(
            study.table.text(), study.verdict.text(), "learned in", study.secondsToLearn, "of", study.seconds,
            "s")
        try study.table.markdown().write(
            toFile: "\(folder)/\(language).md", atomically: true, encoding: .utf8)
        try study.figure.svg().write(toFile: "\(folder)/\(language).svg", atomically: true, encoding: .utf8)
        if settings.hasSpaces { #expect(study.holds) }
    }
}
