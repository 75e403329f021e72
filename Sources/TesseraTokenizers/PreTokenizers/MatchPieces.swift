/// Turns the matches of a pattern in one piece into pieces, as a `SplitBehavior` says.
///
/// Takes stretches in order, whether each is a match, and gives pieces in order; none is empty.
struct MatchPieces {
    private let behavior: SplitBehavior
    private let inverted: Bool
    /// What may still grow.
    private var pending: (range: Range<Int>, isMatch: Bool)?
    private var followsMatch = false

    init(_ behavior: SplitBehavior, inverted: Bool = false) {
        self.behavior = behavior
        self.inverted = inverted
    }

    /// Takes the next stretch.
    @inline(__always)
    mutating func take(_ range: Range<Int>, isMatch: Bool, into pieces: inout [Range<Int>]) {
        let isMatch = isMatch != inverted
        switch behavior {
        case .removed:
            if !isMatch, !range.isEmpty { pieces.append(range) }
        case .isolated:
            if !range.isEmpty { pieces.append(range) }
        case .contiguous:
            hold(range, isMatch, grows: isMatch == followsMatch, &pieces)
        case .mergedWithPrevious:
            hold(range, isMatch, grows: isMatch && !followsMatch, &pieces)
        case .mergedWithNext:
            // A match waits for what comes after it.
            hold(range, isMatch, grows: !isMatch && pending?.isMatch == true, &pieces)
        }
        followsMatch = isMatch
    }

    @inline(__always)
    private mutating func hold(
        _ range: Range<Int>, _ isMatch: Bool, grows: Bool, _ pieces: inout [Range<Int>]
    ) {
        if grows, let held = pending {
            pending = (held.range.lowerBound..<range.upperBound, isMatch)
        } else {
            finish(into: &pieces)
            pending = (range, isMatch)
        }
    }

    /// Gives the last piece and starts anew.
    @inline(__always)
    mutating func finish(into pieces: inout [Range<Int>]) {
        if let held = pending, !held.range.isEmpty { pieces.append(held.range) }
        pending = nil
    }
}

extension MatchPieces {
    /// Cuts the piece `range` at the matches of `finder`.
    @inline(__always)
    static func cut(
        _ range: Range<Int>, of text: UTF8Text, at finder: PatternFinder, _ behavior: SplitBehavior,
        inverted: Bool = false, into pieces: inout [Range<Int>]
    ) {
        var cutter = MatchPieces(behavior, inverted: inverted)
        var position = range.lowerBound
        finder.forEachMatch(in: text, range: range) { match in
            if position < match.lowerBound {
                cutter.take(position..<match.lowerBound, isMatch: false, into: &pieces)
            }
            cutter.take(match, isMatch: true, into: &pieces)
            position = match.upperBound
        }
        if position < range.upperBound {
            cutter.take(position..<range.upperBound, isMatch: false, into: &pieces)
        }
        cutter.finish(into: &pieces)
    }

    /// Cuts the piece `range` at the code points that `isMatch` says, each a match of its own.
    @inline(__always)
    static func cut(
        _ range: Range<Int>, of text: UTF8Text, atScalars isMatch: (UInt32) -> Bool,
        _ behavior: SplitBehavior,
        into pieces: inout [Range<Int>]
    ) {
        var cutter = MatchPieces(behavior)
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            let (scalar, length) = text.scalar(at: position)
            if isMatch(scalar) {
                if start < position { cutter.take(start..<position, isMatch: false, into: &pieces) }
                cutter.take(position..<position + length, isMatch: true, into: &pieces)
                start = position + length
            }
            position += length
        }
        if start < position { cutter.take(start..<position, isMatch: false, into: &pieces) }
        cutter.finish(into: &pieces)
    }
}
