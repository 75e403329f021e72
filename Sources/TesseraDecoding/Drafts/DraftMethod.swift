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
    ///   - table: what is known so far; used by the methods that keep one.
    ///   - primesFromPrompt: whether prompts fill the table too, for which the logits of all their tokens are computed.
    public func source(
        table: RecyclingTable, primesFromPrompt: Bool = true
    ) -> (any DraftSource & Sendable)? {
        let recycling = TokenRecycling(table: table, primesFromPrompt: primesFromPrompt)
        return switch self {
        case .none: nil
        case .lookup: PromptLookup()
        case .recycling: recycling
        case .adaptive: AdaptiveDrafts()
        case .lookupWithRecycling, .auto: MergedDrafts(PromptLookup(), recycling)
        }
    }

    /// Drafts by this method; nil for plain decoding.
    ///
    /// - Parameter table: what is known so far; used by the methods that keep one.
    /// - Throws: `LocatedError` for a size out of range.
    public func drafting(table: RecyclingTable, size: Drafting.Size = .measured) throws(LocatedError)
        -> Drafting?
    {
        guard let source = source(table: table) else { return nil }
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
