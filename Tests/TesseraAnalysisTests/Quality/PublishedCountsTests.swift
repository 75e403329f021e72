import TesseraAnalysis
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Qtok: published counts")
struct PublishedCountsTests {
    @Test("classes as published, by the names of letters", arguments: PublishedCounts.all)
    func counts(row: PublishedCounts) throws {
        let report = try Self.report(on: row)
        for (tokenClass, count, published) in row.comparison(with: report) {
            let allowed = PublishedCounts.isExact(tokenClass) ? 0 : Int(0.005 * Double(published))
            #expect(
                abs(count - published) <= allowed,
                "\(row.name), \(tokenClass.rawValue): \(count), published \(published)")
        }
    }

    /// The published shares are rounded to a tenth, those below one to a hundredth.
    @Test("shares of scripts as published", arguments: PublishedCounts.all.filter { $0.latin != nil })
    func scripts(row: PublishedCounts) throws {
        for (script, share, published) in row.shares(in: try Self.report(on: row)) {
            let rounding = published < 1 || script == "ideographs, inner" ? 0.005 : 0.05
            let isNear = abs(share - published) <= 0.005 * published + rounding
            // 29 tokens, where 0.05 % are 30 to 35.
            withKnownIssue(isIntermittent: false) {
                #expect(isNear, "\(row.name), \(script): \(share) %, published \(published) %")
            } when: {
                row.name == "falcon" && script == "Cyrillic"
            }
        }
    }

    private static func report(on row: PublishedCounts) throws -> VocabularyReport {
        let tokenizer = try TokenizerLoader.load(
            path: ReferenceTokenizers.path(row.file), options: TokenizerLoader.Options()
        ).tokenizer
        return VocabularyReport(row.name, tokenizer, scriptRule: .firstWordOfName)
    }
}
