internal import TesseraCore

/// One step of a split rule: an expression and what becomes of its matches.
struct SplitStage: Sendable {
    let engine: ExpressionEngine
    let behavior: SplitBehavior
    /// Whether the gaps between matches are taken for the matches.
    let isInverted: Bool

    init(_ engine: ExpressionEngine, _ behavior: SplitBehavior, isInverted: Bool = false) {
        self.engine = engine
        self.behavior = behavior
        self.isInverted = isInverted
    }

    /// The table that cuts, where every match and every gap is a piece.
    var table: CuttingTable? { behavior == .isolated ? engine.table : nil }

    /// Calls `body` with every piece of `range` of `text`, in order.
    func forEachPiece(of text: UTF8Text, in range: Range<Int>, _ body: (Range<Int>) -> Void) {
        switch behavior {
        case .isolated:
            engine.forEachPiece(of: text, in: range) { piece, _ in if !piece.isEmpty { body(piece) } }
        case .removed:
            engine.forEachPiece(of: text, in: range) { piece, isMatch in
                if isMatch == isInverted, !piece.isEmpty { body(piece) }
            }
        case .contiguous:
            merge(text, range, body) { isMatch, previous in isMatch == previous }
        case .mergedWithPrevious:
            merge(text, range, body) { isMatch, previous in isMatch && !previous }
        case .mergedWithNext:
            merge(text, range, body) { isMatch, previous in previous && !isMatch }
        }
    }

    /// Joins a piece with the one before where `joins` says so.
    private func merge(
        _ text: UTF8Text, _ range: Range<Int>, _ body: (Range<Int>) -> Void,
        _ joins: (_ isMatch: Bool, _ previous: Bool) -> Bool
    ) {
        var pending: Range<Int>?
        var previous = false
        engine.forEachPiece(of: text, in: range) { piece, found in
            let isMatch = found != isInverted
            if let open = pending, joins(isMatch, previous) {
                pending = open.lowerBound..<piece.upperBound
            } else {
                if let open = pending, !open.isEmpty { body(open) }
                pending = piece
            }
            previous = isMatch
        }
        if let open = pending, !open.isEmpty { body(open) }
    }
}
