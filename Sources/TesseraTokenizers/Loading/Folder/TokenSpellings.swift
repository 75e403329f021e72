internal import TesseraCore

/// The tokens of a definition by spelling and by id, those of the model and the added ones together.
struct TokenSpellings {
    private let vocabulary: Vocabulary
    private var added: [[UInt8]: TokenID] = [:]
    private var addedIDs: Set<TokenID> = []

    /// The number of ids, used or not.
    private(set) var count: Int

    init(_ definition: TokenizerDefinition) {
        vocabulary = definition.model.vocabulary
        count = vocabulary.count
        for token in definition.addedTokens { insert(token) }
    }

    /// Adds a token.
    mutating func insert(_ token: AddedToken) {
        added[token.content] = token.id
        addedIDs.insert(token.id)
        count = max(count, Int(token.id) + 1)
    }

    /// The id with this spelling; added tokens go before those of the model.
    func id(of spelling: [UInt8]) -> TokenID? { added[spelling] ?? vocabulary.id(of: spelling) }

    /// Whether an added token is spelled like this.
    func isAdded(_ spelling: [UInt8]) -> Bool { added[spelling] != nil }

    /// Whether a token has this id.
    func isTaken(_ id: TokenID) -> Bool {
        addedIDs.contains(id) || vocabulary.withSpellingIfPresent(of: id) { _ in true }
    }
}

extension AddedToken {
    /// The content as text, for messages.
    var text: String { String(decoding: content, as: UTF8.self) }
}
