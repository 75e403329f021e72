public import TesseraCore

/// The special tokens with which a model was trained to write what stands between two texts (Bavarian and others,
/// "Efficient Training of Language Models to Fill in the Middle", 2022, arXiv 2207.14255).
public struct FillInTheMiddle: Hashable, Sendable {
    /// Stands in front of what comes before.
    public let prefix: TokenID
    /// Stands in front of what comes behind.
    public let suffix: TokenID
    /// Stands in front of what is to be written.
    public let middle: TokenID

    private static let spellings = [
        ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
        ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
        ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"], ["▁<PRE>", "▁<SUF>", "▁<MID>"],
        ["<PRE>", "<SUF>", "<MID>"],
    ]

    /// Takes them as they are.
    public init(prefix: TokenID, suffix: TokenID, middle: TokenID) {
        (self.prefix, self.suffix, self.middle) = (prefix, suffix, middle)
    }

    /// Finds them by the spellings that models use.
    ///
    /// - Throws: `LocatedError` when the tokenizer has none of them.
    public init(_ tokenizer: some Tokenizer) throws(LocatedError) {
        for names in Self.spellings {
            let ids = names.compactMap { tokenizer.id(ofSpelling: $0) }
            guard ids.count == 3 else { continue }
            (prefix, suffix, middle) = (ids[0], ids[1], ids[2])
            return
        }
        throw LocatedError(
            field: "--suffix", problem: "this model has no tokens for filling in the middle",
            remedy: "use a model that was trained for it, whose vocabulary has tokens such as <fim_prefix>")
    }
}

extension ExactBytes {
    /// Begins between two texts, in the order prefix, suffix, middle.
    ///
    /// The prefix is cut at its last place that no token reaches across, and what follows that place is what the middle
    /// has to begin with: so the model never sees a word that was cut.
    ///
    /// - Returns: false when cancelled.
    /// - Throws: as `start(with:special:cancellation:progress:)`.
    public mutating func start(
        between prefix: [UInt8], and suffix: [UInt8], _ tokens: FillInTheMiddle,
        cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
    ) throws(LocatedError) -> Bool {
        var after = window
        let afterTokens = try after.begin(suffix, inside: true)
        try window.begin(prefix, inside: true)
        let beforeTokens = window.settle()
        var context: [TokenID] = []
        if tokenizer.specialTokens.addsBeginOfText, let beginOfText { context.append(beginOfText) }
        context += [tokens.prefix] + beforeTokens + [tokens.suffix] + afterTokens + [tokens.middle]
        return try startInWindow(after: context, cancellation: cancellation, progress: progress)
    }
}
