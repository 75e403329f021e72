internal import TesseraCore

/// The tables of an expression and how they are run.
final class ExpressionEngine: Sendable {
    let program: ExpressionProgram
    let alphabet: ProgramAlphabet
    /// The fast way; nil for expressions that look further than one code point, match the empty text or are large.
    let table: CuttingTable?
    private let caches: ReachabilityCaches

    convenience init(_ source: String, dialect: ExpressionDialect) throws(LocatedError) {
        var parser = try ExpressionParser(source, dialect: dialect)
        try self.init(try AtomicRewriting().rewrite(try parser.parse(), isLast: true))
    }

    /// The engine of `node`, which has no atomic groups.
    init(_ node: ExpressionNode) throws(LocatedError) {
        program = try ExpressionProgram(node)
        alphabet = ProgramAlphabet(program)
        table = PriorityAutomaton(program, alphabet).flatMap { [alphabet] in CuttingTable($0, alphabet) }
        caches = ReachabilityCaches(program, alphabet)
    }

    /// Calls `body` with every match in `range` and, where it is not empty, with the text between two matches.
    @inline(__always)
    func forEachPiece(
        of text: UTF8Text, in range: Range<Int>, _ body: (_ piece: Range<Int>, _ isMatch: Bool) -> Void
    ) {
        guard let table else { return forEachPieceSlowly(of: text, in: range, from: range.lowerBound, body) }
        // Most pieces have nothing that the expressions of later stages look for.
        guard table.beginning(in: text, from: range.lowerBound, to: range.upperBound) < range.upperBound
        else {
            if !range.isEmpty { body(range, false) }
            return
        }
        withUnsafeTemporaryAllocation(of: MatchCursor.Cut.self, capacity: Self.room) { cuts in
            guard let cuts = cuts.baseAddress else { return }
            var cursor = MatchCursor(table, text, range)
            var start = range.lowerBound
            while !cursor.isAtEnd {
                if cursor.isWasteful {
                    return forEachPieceSlowly(of: text, in: range, from: start, body)
                }
                let count = cursor.fill(cuts, room: Self.room)
                for place in 0..<count {
                    let end = cuts[place].end(in: text, table.firstPlainCut)
                    body(start..<end, cuts[place].place >= 0)
                    start = end
                }
            }
        }
    }

    /// How many cuts are worked out before the pieces are handed on.
    static let room = 256

    /// The same in two passes, from `from` on.
    @inline(never)
    func forEachPieceSlowly(
        of text: UTF8Text, in range: Range<Int>, from: Int,
        _ body: (_ piece: Range<Int>, _ isMatch: Bool) -> Void
    ) {
        var start = from
        caches.withCache { cache in
            ReachabilityMatcher(program, alphabet, cache, text, range).forEachMatch(from: from) { match in
                if start < match.lowerBound { body(start..<match.lowerBound, false) }
                body(match, true)
                start = match.upperBound
            }
        }
        if start < range.upperBound { body(start..<range.upperBound, false) }
    }
}
