public import TesseraCore

/// Less-is-better (Yang, 2024, arXiv 2403.00417): a ranked lexicon of subwords, words and expressions of several words.
///
/// A text is read with the longest type first; where the second longest reads on with fewer unknown characters, with
/// fewer tokens, or with as many of better ranks, that is taken instead. Nothing cuts the text before, so types may
/// hold spaces.
public struct LessIsBetterDefinition: Sendable {
    /// The most characters of a type: time to encode has the longest as a factor.
    public static let longestType = 256

    /// The tokens: the types, and what is never compared with text, such as those of bytes.
    public var vocabulary: Vocabulary

    /// The types, the most established first.
    public var lexicon: [TokenID]

    /// The token of a character that has none; nil: such a character is dropped.
    public var unknownToken: TokenID?

    /// Whether a character without a token becomes the tokens `<0x00>` to `<0xFF>` of its bytes.
    public var fallsBackToBytes = false

    /// The whole state of the training, types included that were cut off; nil: training cannot go on.
    public var training: LessIsBetterTraining?

    public init(vocabulary: Vocabulary, lexicon: [TokenID]) {
        self.vocabulary = vocabulary
        self.lexicon = lexicon
    }
}

extension LessIsBetterDefinition {
    /// Checks that the lexicon fits the vocabulary.
    ///
    /// - Throws: `LocatedError` naming a type that cannot be one.
    func check() throws(LocatedError) {
        let bytes = fallsBackToBytes ? ByteTokens(vocabulary) : nil
        var isSeen = [Bool](repeating: false, count: vocabulary.count)
        for (rank, id) in lexicon.enumerated() {
            guard Int(id) < vocabulary.count, vocabulary.spellingLength(of: Int(id)) > 0 else {
                throw error("lexicon[\(rank)]", "\(id) is no token of the vocabulary")
            }
            guard !isSeen[Int(id)] else {
                throw error("lexicon[\(rank)]", "the token \(id) has a better rank already")
            }
            isSeen[Int(id)] = true
            guard bytes?.contains(id) != true, id != unknownToken else {
                throw error(
                    "lexicon[\(rank)]",
                    "the token \(id) stands for \(id == unknownToken ? "unknown text" : "a byte") and is no type"
                )
            }
            let length = vocabulary.withSpelling(of: Int(id)) { spelling in
                spelling.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
            }
            guard length <= Self.longestType else {
                throw error(
                    "lexicon[\(rank)]",
                    "the type \(id) has \(length) characters, more than \(Self.longestType)")
            }
        }
        if let unknownToken, Int(unknownToken) >= vocabulary.count {
            throw error("unk_token", "\(unknownToken) is not an id of the \(vocabulary.count) tokens")
        }
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            field: "model.\(field)", problem: problem, remedy: "the file is damaged; train the lexicon again")
    }
}
