internal import TesseraAnalysis
internal import TesseraConsole
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers

extension InspectCommand {
    /// Prints how numbers of these lengths are cut.
    func showDigits(of tokenizer: PipelineTokenizer, _ lengths: String) throws(LocatedError) {
        let bounds = lengths.split(separator: ".").map { Int($0) }
        guard let first = bounds.first, let lowest = first, let last = bounds.last, let highest = last,
            bounds.count == 1 || lengths == "\(lowest)..\(highest)", lowest <= highest
        else {
            throw LocatedError(
                field: "--digits", problem: "\"\(lengths)\" is no range of lengths",
                remedy: "write the fewest and the most digits, such as 1..12")
        }
        let audit = try DigitAudit(of: tokenizer, lengths: lowest...highest)
        try output.json ? writeJSON(audit.json) : write(audit.table.text() + audit.summary)
    }
}
