internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

extension InspectCommand {
    /// Prints the most established tokens and, for a text, the balance of its tokens against the vocabulary.
    func showLexicon(of tokenizer: PipelineTokenizer, count: Int) throws {
        let report = try LexiconReport(of: tokenizer, count: count, multiwordOnly: multiword)
        var economy: TokenEconomy?
        if let file {
            economy = TokenEconomy(
                of: tokenizer, on: [String(decoding: try InputText(path: file).bytes, as: UTF8.self)])
        }
        if output.json {
            var object = JSONObject()
            if case .object(let members) = report.json { object = members }
            if let economy {
                object["text"] = [
                    "characters": .integer(economy.characterCount), "tokens": .integer(economy.tokenCount),
                    "charactersPerToken": .number(economy.charactersPerToken),
                    "usedTypes": .integer(economy.usedTypeCount),
                    "uniformBitsPerCharacter": .number(economy.uniformBitsPerCharacter),
                    "descriptionBits": .number(economy.descriptionBits),
                ]
            }
            return try writeJSON(.object(object))
        }
        var table = Table([.init("rank", .right), .init("id", .right), .init("type"), .init("parts")])
        for entry in report.entries {
            let parts = entry.parts.count > 1 ? entry.parts.map { "\"\($0)\"" }.joined(separator: " ") : ""
            table.append([String(entry.rank), String(entry.id), "\"\(entry.text)\"", parts])
        }
        try write(table.text())
        try write(
            "\(NumberFormat.count(report.typeCount)) types, \(NumberFormat.count(report.multiwordCount)) "
                + "(\(NumberFormat.decimal(report.multiwordShare * 100, places: 1)) %) of several words\n")
        if let economy {
            try write(
                "\(NumberFormat.count(economy.characterCount)) characters in "
                    + "\(NumberFormat.count(economy.tokenCount)) tokens of "
                    + "\(NumberFormat.count(economy.usedTypeCount)) types: "
                    + "\(NumberFormat.decimal(economy.charactersPerToken, places: 3)) characters a token, "
                    + "\(NumberFormat.decimal(economy.uniformBitsPerCharacter, places: 3)) bits a character "
                    + "if all types cost the same\n")
        }
    }
}
