public import TesseraCore

/// A lossless speculative method by its name.
public enum DraftMethod: String, CaseIterable, Sendable {
    /// Plain decoding.
    case none

    /// See `PromptLookup`.
    case lookup

    /// See `TokenRecycling`.
    case recycling

    /// Both, laid over each other.
    case lookupWithRecycling = "lookup+recycling"

    /// See `AdaptiveDrafts`.
    case adaptive

    /// What does best on most texts: lookup with recycling.
    case auto

    /// Whether it keeps a table of successors.
    public var usesTable: Bool { [.recycling, .lookupWithRecycling, .auto].contains(self) }

    /// Where drafts of this method come from; nil for plain decoding.
    ///
    /// - Parameters:
    ///   - table: what is known so far; made for the methods that keep one alone.
    ///   - primesFromPrompt: whether prompts fill the table too, for which the logits of all their tokens are computed.
    /// - Throws: what making the table throws.
    public func source(
        table: @autoclosure () throws(LocatedError) -> RecyclingTable, primesFromPrompt: Bool = true
    ) throws(LocatedError) -> (any DraftSource & Sendable)? {
        switch self {
        case .none: nil
        case .lookup: PromptLookup()
        case .recycling: TokenRecycling(table: try table(), primesFromPrompt: primesFromPrompt)
        case .adaptive: AdaptiveDrafts()
        case .lookupWithRecycling, .auto:
            MergedDrafts(
                PromptLookup(), TokenRecycling(table: try table(), primesFromPrompt: primesFromPrompt))
        }
    }

    /// Drafts by this method; nil for plain decoding.
    ///
    /// - Parameter table: what is known so far; used by the methods that keep one.
    /// - Throws: `LocatedError` for a size out of range.
    public func drafting(table: RecyclingTable, size: Drafting.Size = .measured) throws(LocatedError)
        -> Drafting?
    {
        guard let source = try source(table: table) else { return nil }
        return try Drafting(source, size: size)
    }
}

extension Drafting {
    /// The table of successors that the source has learnt; nil when it keeps none.
    public var table: RecyclingTable? {
        if let source = source as? TokenRecycling { return source.table }
        return (source as? MergedDrafts<PromptLookup, TokenRecycling>)?.second.table
    }
}
