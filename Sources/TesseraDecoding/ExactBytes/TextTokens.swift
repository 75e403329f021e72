internal import TesseraCore

extension Tokenizer {
    /// The bytes of each id that stands for text; empty for special tokens and unused ids.
    ///
    /// - Parameter isSpecial: whether an id is no text beside those with a role.
    func textBytes(isSpecial: (TokenID) -> Bool) -> [[UInt8]] {
        let special = specialTokens
        let roles = special.endOfText.union(
            [special.beginOfText, special.unknown, special.padding].compactMap { $0 })
        return (0..<vocabularySize).map { index in
            let id = TokenID(truncatingIfNeeded: index)
            return roles.contains(id) || isSpecial(id) ? [] : bytes(of: id)
        }
    }
}
