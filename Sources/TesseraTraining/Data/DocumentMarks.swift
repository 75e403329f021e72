public import TesseraCore
public import TesseraTokenizers

/// The tokens that stand before and behind every document, so that a network knows where texts begin and end.
public struct DocumentMarks: Hashable, Sendable {
    /// Before the first token of a document; nil: nothing.
    public var begin: TokenID?

    /// Behind the last token of a document; nil: nothing.
    public var end: TokenID?

    /// Creates marks.
    public init(begin: TokenID? = nil, end: TokenID? = nil) {
        self.begin = begin
        self.end = end
    }

    /// The marks of a tokenizer: the begin of text where it wants one, and the end of text.
    ///
    /// Where its files name no end, a special token with one of the usual spellings is taken.
    public init(_ tokenizer: LoadedTokenizer) {
        let roles = tokenizer.tokenizer.specialTokens
        if roles.addsBeginOfText { begin = roles.beginOfText }
        end = tokenizer.endOfText ?? roles.endOfText.min()
        guard end == nil else { return }
        var usual = SpecialTokens()
        for token in tokenizer.tokenizer.definition.addedTokens where token.isSpecial {
            usual.assignRole(to: token.id, spelled: String(decoding: token.content, as: UTF8.self))
        }
        end = usual.endOfText.min()
    }

    /// What a document's first token is predicted from.
    ///
    /// Documents follow each other, so where nothing begins one the end of the one before does.
    public var contextOfFirst: TokenID? { begin ?? end }
}
