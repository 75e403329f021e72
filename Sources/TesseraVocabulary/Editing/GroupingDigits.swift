public import TesseraCore
public import TesseraTokenizers

extension TokenizerDefinition {
    /// The same tokenizer with numbers cut into groups before the model sees them (Singh and Strouse, 2024, arXiv
    /// 2402.14903).
    ///
    /// A model that was trained with other cuts has to be trained on; its rows stay where they are.
    ///
    /// - Parameter addsMissing: whether strings of as many digits as a group may have, up to three, become tokens where
    ///   they are none, those that begin with 0 included; else the notes tell how many there are.
    /// - Throws: `LocatedError` when the pre-tokenizer cannot be changed so, or a digit has no token.
    public func groupingDigits(
        _ grouping: DigitGrouping, addsMissing: Bool = false
    ) throws(LocatedError) -> VocabularyEdit {
        var new = self
        new.preTokenizer = try .grouping(digits: grouping, before: preTokenizer)
        _ = try new.checkedIDCount()
        let missing = try Self.digitStrings(upTo: min(grouping.size, 3), without: model)
        var extending = try VocabularyExtension(new)
        if addsMissing {
            for string in missing { try extending.add(Array(string.utf8), named: string) }
        }
        var edit = try extending.edit()
        let counted = missing.count == 1 ? "1 string" : "\(missing.count) strings"
        if !missing.isEmpty {
            edit.notes = [
                addsMissing
                    ? "\(counted) of digits became tokens"
                    : "\(counted) of digits are no token, such as \(missing[0]): groups of them are cut further"
            ]
        }
        return edit
    }

    /// The strings of up to `length` digits that the model does not make one token of; shorter ones first.
    private static func digitStrings(upTo length: Int, without model: TokenModel) throws(LocatedError)
        -> [String]
    {
        let model = try PieceModel(model)
        var missing: [String] = []
        var count = 1
        for digits in 1...max(length, 1) {
            count *= 10
            for number in 0..<count {
                let text = String(number)
                let string = String(repeating: "0", count: digits - text.utf8.count) + text
                if model.tokens(of: Array(string.utf8)).count != 1 { missing.append(string) }
            }
        }
        return missing
    }
}
