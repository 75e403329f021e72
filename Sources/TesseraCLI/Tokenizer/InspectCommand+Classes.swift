internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

extension InspectCommand {
    /// Prints how many tokens there are of each class of Qtok, or the tokens of one class.
    func showClasses(of tokenizer: PipelineTokenizer) throws(LocatedError) {
        let report = VocabularyReport(
            "vocabulary", tokenizer, scriptRule: try choice(scripts, of: ScriptRule.self, "--scripts"))
        guard let name = tokenClass else { return try showCounts(report) }
        guard let wanted = TokenClass(rawValue: name) else {
            throw LocatedError(
                field: "--class", problem: "\"\(name)\" is not a class of tokens",
                remedy: "name one of " + TokenClass.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let ids = report.ids(of: wanted)
        let shown = ids.prefix(limit ?? ids.count)
        if output.json {
            try writeJSON([
                "class": .string(name), "count": .integer(ids.count),
                "tokens": .array(
                    shown.map {
                        ["id": .integer(Int($0)), "token": .string(tokenizer.spelling(of: $0) ?? "")]
                    }),
            ])
            return
        }
        var table = Table([.init("id", .right), .init("token")])
        for id in shown { table.append([String(id), "\"\(tokenizer.spelling(of: id) ?? "")\""]) }
        try write(table.text())
        if shown.count < ids.count {
            try write("and \(NumberFormat.count(ids.count - shown.count)) more\n")
        }
    }

    private func showCounts(_ report: VocabularyReport) throws(LocatedError) {
        if output.json {
            var classes = JSONObject()
            for tokenClass in TokenClass.allCases {
                classes[tokenClass.rawValue] = .integer(report.classCounts[tokenClass] ?? 0)
            }
            try writeJSON([
                "size": .integer(report.size), "completeness": .number(report.completeness),
                "classes": .object(classes),
            ])
            return
        }
        var table = Table([.init("class"), .init("tokens", .right), .init("percent", .right)])
        for tokenClass in TokenClass.allCases {
            table.append([
                tokenClass.rawValue, NumberFormat.count(report.classCounts[tokenClass] ?? 0),
                NumberFormat.decimal(report.share(of: tokenClass) * 100, places: 2),
            ])
        }
        try write(table.text())
    }
}
