internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

/// How published tokenizers cut numbers of 1 to 12 digits.
struct ReleasedTokenizerCuts {
    private static let wrong = "published tokenizers that are not cut as the paper says"

    /// cl100k_base cuts groups of three from the left (section 2); llama-2 cuts single digits (section 2).
    private static let stated: [(name: String, grouping: String)] = [
        ("cl100k_base", "l2r:3"), ("llama-2", "1"),
    ]

    static let thresholds: [Threshold] = [.none(wrong)]

    private let audits: [(name: String, audit: DigitAudit)]

    /// - Throws: `LocatedError` when the tokenizers have not been fetched; `CancelledError` when stopped.
    init(conditions: StudyConditions) throws {
        let tokenizers = ReleasedTokenizers.all
        audits = try tokenizers.enumerated().map { index, entry -> (name: String, audit: DigitAudit) in
            try conditions.cancellation.check()
            conditions.progress.report("looking at numbers", index, of: tokenizers.count, unit: "tokenizers")
            return (
                entry.name,
                try DigitAudit(of: try ReleasedTokenizers.load(entry.file, conditions), lengths: 1...12)
            )
        }
    }

    func report(to result: inout StudyResult) throws {
        let wrongCount = try Self.stated.count { stated in
            let expected = DigitAudit.Verdict.grouping(try DigitGrouping(parsing: stated.grouping))
            return audits.first { $0.name == stated.name }?.audit.verdict != expected
        }
        result.measure(Self.wrong, count: wrongCount)
        let directions = audits.map { entry -> DigitGrouping.Direction? in
            if case .grouping(let grouping) = entry.audit.verdict, grouping.size > 1 {
                return grouping.direction
            }
            return nil
        }
        result.measure(
            "published tokenizers with groups from the left", count: directions.count { $0 == .leftToRight })
        result.measure(
            "published tokenizers with groups from the right", count: directions.count { $0 == .rightToLeft })
        var table = Table([
            .init("tokenizer"), .init("1,234,567 in most cases"), .init("rule"),
            .init("strings of two and three digits without a token", .right),
            .init("of them with a zero in front", .right),
        ])
        for (name, audit) in audits {
            let missing = audit.missing.dropFirst().flatMap { $0 }
            table.append([
                name, Self.cut(audit.rows.first { $0.length == 7 }?.commonCut ?? []),
                audit.verdict.description,
                NumberFormat.count(missing.count), NumberFormat.count(missing.count { $0.hasPrefix("0") }),
            ])
        }
        result.add(
            table,
            caption:
                "How published tokenizers cut 200 numbers of each length from 1 to 12. Groups from the right need strings such as 007 as tokens."
        )
    }

    /// The digits of 1234567 in groups of these lengths.
    private static func cut(_ lengths: [Int]) -> String {
        var rest = Substring("1234567")
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }.joined(separator: "|")
    }
}
