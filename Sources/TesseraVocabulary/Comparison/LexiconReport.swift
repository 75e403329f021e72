public import TesseraCore
public import TesseraFiles
public import TesseraTokenizers

/// The most established tokens of a vocabulary, and how many hold several words.
public struct LexiconReport: Hashable, Sendable {
    /// A token.
    public struct Entry: Hashable, Sendable {
        /// Its rank: 0 is the most established.
        public let rank: Int
        /// Its id.
        public let id: TokenID
        /// Its text.
        public let text: String
        /// Whether there is white space between two of its other characters.
        public let isMultiword: Bool
        /// The texts of the better ranked types that it is put together of (less-is-better only); one: none.
        public let parts: [String]
    }

    /// How many tokens are ranked: the types of less-is-better; with other models all but special tokens and bytes.
    public let typeCount: Int
    /// How many of them hold white space between other characters.
    public let multiwordCount: Int
    /// The first ones.
    public let entries: [Entry]

    /// The share of types that hold several words.
    public var multiwordShare: Double { typeCount == 0 ? 0 : Double(multiwordCount) / Double(typeCount) }

    /// Looks at the vocabulary of `tokenizer`: by rank in less-is-better, by id in other models, whose trainers number
    /// tokens in the order in which they were learned.
    ///
    /// - Parameters:
    ///   - count: how many entries are wanted.
    ///   - multiwordOnly: whether only types of several words are listed.
    /// - Throws: `LocatedError` when the model cannot work.
    public init(
        of tokenizer: PipelineTokenizer, count: Int, multiwordOnly: Bool = false
    ) throws(LocatedError) {
        let definition = tokenizer.definition
        var model: LessIsBetterModel?
        let ranked: [TokenID]
        if case .lessIsBetter(let lexicon) = definition.model {
            model = try LessIsBetterModel(lexicon)
            ranked = lexicon.lexicon
        } else {
            let outside = definition.tokensOutsideText.union(definition.addedTokens.map(\.id))
            ranked = (0..<TokenID(truncatingIfNeeded: tokenizer.vocabularySize)).filter {
                !outside.contains($0) && !(tokenizer.spelling(of: $0) ?? "").isEmpty
            }
        }
        func text(_ id: TokenID) -> String { String(decoding: tokenizer.bytes(of: id), as: UTF8.self) }
        var multiwordCount = 0
        var entries: [Entry] = []
        for (rank, id) in ranked.enumerated() {
            let text = text(id)
            let isMultiword = holdsSeveralWords(text)
            if isMultiword { multiwordCount += 1 }
            guard entries.count < count, isMultiword || !multiwordOnly else { continue }
            let parts = model.map { $0.parts(of: id) } ?? [id]
            entries.append(
                Entry(
                    rank: rank, id: id, text: text, isMultiword: isMultiword,
                    parts: parts.map { String(decoding: tokenizer.bytes(of: $0), as: UTF8.self) }))
        }
        typeCount = ranked.count
        self.multiwordCount = multiwordCount
        self.entries = entries
    }

    /// The report for machines.
    public var json: JSONValue {
        [
            "typeCount": .integer(typeCount), "multiwordCount": .integer(multiwordCount),
            "multiwordShare": .number(multiwordShare),
            "types": .array(
                entries.map { entry in
                    [
                        "rank": .integer(entry.rank), "id": .integer(Int(entry.id)),
                        "text": .string(entry.text),
                        "multiword": .bool(entry.isMultiword),
                        "parts": .array(entry.parts.map { .string($0) }),
                    ]
                }),
        ]
    }
}

/// Whether a text has white space between two other characters; U+2581 counts as a space.
func holdsSeveralWords(_ text: String) -> Bool {
    var sawInk = false
    var sawSpaceBehind = false
    for scalar in text.unicodeScalars {
        if scalar.properties.isWhitespace || scalar == "\u{2581}" {
            sawSpaceBehind = sawInk
        } else {
            if sawSpaceBehind { return true }
            sawInk = true
        }
    }
    return false
}
