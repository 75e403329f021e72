public import TesseraReport

extension StudyRecord {
    /// What was needed, what was measured and whether it holds.
    public var findingTable: Table {
        var table = Table([
            .init("measured"), .init("value", .right), .init("needed", .right), .init("holds"),
        ])
        for finding in findings {
            table.append([
                finding.measurement.name, finding.valueText, finding.thresholdText,
                finding.threshold == nil ? "" : finding.holds ? "yes" : "no",
            ])
        }
        return table
    }

    /// The verdict and, when it is not that the claim holds, what was missed.
    public var verdictText: String {
        reasons.isEmpty ? verdict.rawValue : "\(verdict.rawValue) (\(reasons.joined(separator: "; ")))"
    }

    /// When, where and from what the run was made.
    public var origin: String {
        let commit = circumstances.commit.isEmpty ? "" : ", commit \(circumstances.commit.prefix(12))"
        return
            "Seed \(seed)\(commit), \(circumstances.date), \(circumstances.machine), \(NumberFormat.duration(seconds))."
    }

    /// A page of GitHub's Markdown; pictures are linked.
    func markdown(stem: String) -> String {
        let number = paper.arXiv.isEmpty ? "" : " (arXiv \(paper.arXiv))"
        var text = """
            # \(name)

            \(paper.title)\(number)

            **Claim.** \(claim)

            **Verdict.** \(verdictText)

            \(findingTable.markdown())
            """
        for note in result.notes { text += "\n\(note)\n" }
        for figure in result.figures { text += "\n![\(figure.title)](\(fileName(of: figure, stem: stem)))\n" }
        for table in result.tables { text += "\n\(table.caption)\n\n\(table.table.markdown())" }
        return text + "\n\(origin) Written by `tessera study run \(name)`.\n"
    }
}
