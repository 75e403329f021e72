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

    /// Drafts by this method; nil for plain decoding.
    ///
    /// - Parameter table: what is known so far; used by the methods that keep one.
    /// - Throws: `LocatedError` for a size out of range.
    public func drafting(table: RecyclingTable, size: Drafting.Size = .measured) throws(LocatedError)
        -> Drafting?
    {
        switch self {
        case .none: nil
        case .lookup: try Drafting(PromptLookup(), size: size)
        case .recycling: try Drafting(TokenRecycling(table: table), size: size)
        case .adaptive: try Drafting(AdaptiveDrafts(), size: size)
        case .lookupWithRecycling, .auto:
            try Drafting(MergedDrafts(PromptLookup(), TokenRecycling(table: table)), size: size)
        }
    }
}

extension Drafting {
    /// The table of successors that the source has learnt; nil when it keeps none.
    public var table: RecyclingTable? {
        if let source = source as? TokenRecycling { return source.table }
        return (source as? MergedDrafts<PromptLookup, TokenRecycling>)?.second.table
    }
}
