import TesseraAnalysis
import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("How tokenizers cut numbers")
struct DigitAuditTests {
    /// Words as they are, with numbers of up to three digits as tokens.
    private func tokenizer(
        _ preTokenizer: PreTokenizer?, without missing: Set<String> = []
    ) throws -> PipelineTokenizer {
        var numbers: [String] = []
        for length in 1...3 {
            let count = [10, 100, 1000][length - 1]
            numbers += (0..<count).map {
                String(repeating: "0", count: length - String($0).utf8.count) + String($0)
            }
        }
        let spellings = ["<unk>"] + numbers.filter { !missing.contains($0) }
        // Whole pieces are tokens; others are spelled in digits.
        var model = BytePairDefinition(
            vocabulary: try Vocabulary(spellings.map { Array($0.utf8) }), merges: [])
        model.ignoresMerges = true
        return try PipelineTokenizer(
            TokenizerDefinition(preTokenizer: preTokenizer, model: .bytePair(model)))
    }

    @Test("rules are recognised", arguments: ["r2l:3", "l2r:3", "r2l:2", "l2r:2", "1"])
    func rules(text: String) throws {
        let rule = try DigitGrouping(parsing: text)
        let audit = try DigitAudit(of: tokenizer(rule.preTokenizer), lengths: 1...12)
        guard case .grouping(let found) = audit.verdict else {
            Issue.record("\(audit.verdict)")
            return
        }
        #expect(found == rule)
        #expect(audit.rows.map(\.length) == Array(1...12))
        #expect(audit.rows.allSatisfy { $0.share == 1 && $0.cutCount == 1 })
        #expect(audit.rows[6].commonCut == rule.lengths(ofRun: 7))
    }

    @Test("numbers cut one by one have no direction, and whole ones none either")
    func otherVerdicts() throws {
        let whole = try DigitAudit(of: tokenizer(nil), lengths: 1...3)
        #expect(whole.verdict == .wholeNumbers)
        let holes = Set((0..<500).map { String(100 + $0) })
        let mixed = try DigitAudit(
            of: tokenizer(DigitGrouping(parsing: "r2l:3").preTokenizer, without: holes), lengths: 1...6)
        #expect(mixed.verdict == .mixed)
        #expect(mixed.missing[2].count == 500)
    }

    @Test("strings that begin with 0 and are no token are listed")
    func leadingZeros() throws {
        let audit = try DigitAudit(
            of: tokenizer(DigitGrouping(parsing: "r2l:3").preTokenizer, without: ["007", "01"]),
            lengths: 1...3)
        #expect(audit.missing == [[], ["01"], ["007"]])
        #expect(audit.summary.contains("007"))
        #expect(audit.json["missing"]?.serialized() == #"[[],["01"],["007"]]"#)
    }

    @Test("lengths that no number has are told", arguments: [0...3, 1...65])
    func refused(lengths: ClosedRange<Int>) {
        expectLocatedError(field: "digits") { try DigitAudit(of: tokenizer(nil), lengths: lengths) }
    }
}
