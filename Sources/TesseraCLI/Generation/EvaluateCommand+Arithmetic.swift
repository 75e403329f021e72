internal import TesseraAnalysis
internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

extension EvaluateCommand {
    /// Asks a model additions in several formats, and tells how often it is right and how it is wrong.
    func evaluateArithmetic() throws {
        let styles = try formats.split(separator: ",").map { try NumberStyle(named: String($0)) }
        guard !styles.isEmpty, (1...100_000).contains(count) else {
            throw LocatedError(
                field: styles.isEmpty ? "--formats" : "--count", problem: "there is nothing to ask",
                remedy: "name formats such as nosep,comma_r2l, and ask for 1 to 100,000 additions")
        }
        let bench = ArithmeticBench(
            lengths: [try AdditionLengths(parsing: lengths)], count: count, questionSeed: seed,
            exampleSeed: seed &+ 1)
        let loaded = try model.load()
        let tokenizer = loaded.tokenizer.tokenizer
        let audit = try DigitAudit(of: tokenizer, lengths: 1...9)
        var read = try ReadText(model: loaded.model)
        let options = GenerationOptions(maximumTokens: 64, stopStrings: ["\n"])
        let bar = ProgressBar()
        defer { bar.clear() }
        var reports: [(style: NumberStyle, report: ArithmeticErrorReport)] = []
        var lines = ""
        for style in styles {
            var form = ArithmeticPrompt.Form(style: style, shots: shots)
            form.spaces = spaces
            let rows = try bench.rows(
                form, progress: bar.progress, cancellation: Interruption.cancellation
            ) { prompt in
                try generate(
                    from: tokenizer.promptTokens(of: prompt.text), in: &read, tokenizer: tokenizer,
                    options: options, cancellation: Interruption.cancellation
                ).text
            }
            for row in rows { lines += row.json.serialized() + "\n" }
            reports.append((style, ArithmeticErrorReport(rows, grouping: try audit.grouping)))
        }
        bar.clear()
        if let rowsFile { try writeAtomically(lines, to: rowsFile) }
        if output.json {
            return try writeJSON([
                "cut": .string(audit.verdict.description),
                "formats": .array(
                    reports.map { ["format": .string($0.style.description), "report": $0.report.json] }),
            ])
        }
        try write("numbers are cut as: \(audit.verdict)\n")
        for (style, report) in reports { try write("\n\(style)\n" + report.accuracy.text()) }
    }
}

extension DigitAudit {
    /// The groups that wrong digits are told by: those of the tokenizer, or three from the left.
    fileprivate var grouping: DigitGrouping {
        get throws(LocatedError) {
            if case .grouping(let grouping) = verdict { return grouping }
            return try DigitGrouping(size: 3, direction: .leftToRight)
        }
    }
}
