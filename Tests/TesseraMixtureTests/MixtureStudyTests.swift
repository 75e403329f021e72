import Foundation
import TesseraCore
import TesseraFiles
import TesseraMixture
import TesseraReport
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("The study of data mixture inference")
struct MixtureStudyTests {
    private func small() -> MixtureStudy.Settings {
        var settings = MixtureStudy.Settings()
        settings.merges = 120
        settings.mixtureBytes = 60_000
        settings.seeds = [1, 2]
        return settings
    }

    private var made: [(name: String, lines: [String])] {
        MadeLanguage.three.map { ($0.name, $0.lines(3000, seed: 7)) }
    }

    @Test("finds the shares of made languages, and is the same each time")
    func madeLanguages() throws {
        let study = try MixtureStudy.run(on: made, settings: small())
        let again = try MixtureStudy.run(on: made, settings: small())
        #expect(study.rows.map(\.truth) == again.rows.map(\.truth))
        #expect(study.rows.map { $0.shares[.inference] } == again.rows.map { $0.shares[.inference] })
        for row in study.rows {
            #expect((row.truth.reduce(0, +) - 1).magnitude < 1e-12)
            #expect(row.byteCount > 50_000 && row.byteCount < 70_000)
            for method in MixtureStudy.Method.allCases {
                let shares = try #require(row.shares[method])
                #expect((shares.reduce(0, +) - 1).magnitude < 1e-9 && shares.count == 3, "\(method)")
            }
            #expect(
                row.logError(.inference) < -3.5 && row.logError(.inference) < row.logError(.uniform) - 1.5)
        }
        #expect(study.rows[0].truth != study.rows[1].truth)
        #expect(study.hiddenRows.map(\.hidden) == [0, 1])
        for row in study.hiddenRows {
            #expect((row.hiddenShare - 0.1).magnitude < 0.02 && row.shares[row.hidden] == 0)
            #expect((row.truth.reduce(0, +) - 1).magnitude < 1e-12)
        }
        #expect(
            study.table.rows.count == 3 && study.hiddenTable.rows.count == 2)
        #expect(study.errorChart.svg().contains("encoding efficiency"))
        #expect(study.shareChart(study.rows[0]).svg().contains("three"))
        #expect(study.shareTable(study.rows[0]).rows.count == 3)
    }

    @Test("text too short for a category is an error")
    func tooShort() {
        expectLocatedError(field: "samples") {
            try MixtureStudy.run(on: Array(made.dropLast()) + [("none", [])], settings: small())
        }
    }
}
