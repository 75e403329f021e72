internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

extension InspectCommand {
    /// How many tokens people are shown; programs get all.
    private static let shown = 25

    /// Prints which tokens no text becomes, and why.
    func showReachability(of tokenizer: PipelineTokenizer) throws(LocatedError) {
        let found = try Reachability(of: tokenizer.definition)
        func name(_ id: TokenID) -> String { tokenizer.spelling(of: id) ?? "" }
        if output.json {
            try writeJSON([
                "vocabularySize": .integer(tokenizer.vocabularySize),
                "checkedCount": .integer(found.checkedCount),
                "unreachableCount": .integer(found.unreachable.count),
                "unreachable": .array(
                    found.unreachable.map { token in
                        [
                            "id": .integer(Int(token.id)), "token": .string(name(token.id)),
                            "becomes": JSONValue(token.becomes), "reason": .string(token.reason),
                        ]
                    }),
                "wholePiecesOnly": JSONValue(found.wholePiecesOnly),
            ])
            return
        }
        if !found.unreachable.isEmpty {
            var table = Table([
                .init("id", .right), .init("token"), .init("its text becomes"), .init("because"),
            ])
            for token in found.unreachable.prefix(Self.shown) {
                table.append([
                    String(token.id), "\"\(name(token.id))\"", token.becomes.map(name).joined(separator: " "),
                    token.reason,
                ])
            }
            try write(table.text())
            let rest = found.unreachable.count - Self.shown
            if rest > 0 { try write("and \(NumberFormat.count(rest)) more, which --json lists\n") }
        }
        try write(
            "\(NumberFormat.count(found.unreachable.count)) of \(NumberFormat.count(found.checkedCount)) tokens "
                + "cannot be produced; \(NumberFormat.count(found.wholePiecesOnly.count)) only by a piece of exactly "
                + "their text\n")
    }
}
