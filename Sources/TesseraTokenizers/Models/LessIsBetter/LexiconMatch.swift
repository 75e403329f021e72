/// The two longest types of a lexicon that a text has at a place, or one unknown character.
package struct LexiconMatch {
    /// The number of the longest type, in whatever way the lexicon numbers them; meaningless for an unknown character.
    package var type: Int32 = -1
    /// Its rank; negative: no type is there, and the match is one unknown character.
    package var rank: Int32 = -1
    /// Where the longest type ends, in bytes, or the unknown character.
    package var end: Int
    /// The number of the second longest type.
    package var secondType: Int32 = -1
    /// Its rank; negative: there is none.
    package var secondRank: Int32 = -1
    /// Where it ends.
    package var secondEnd = 0

    /// An unknown character that ends at `end`.
    package init(unknownTo end: Int) { self.end = end }

    package init(
        type: Int32, rank: Int32, end: Int, secondType: Int32 = -1, secondRank: Int32 = -1, secondEnd: Int = 0
    ) {
        self.type = type
        self.rank = rank
        self.end = end
        self.secondType = secondType
        self.secondRank = secondRank
        self.secondEnd = secondEnd
    }
}

/// The counterfactual test of less-is-better: whether a text would be read better from the second longest type on.
package enum BranchComparison {
    /// How many types both branches together may read before they must have met.
    ///
    /// The papers go on to the end of the sentence; a bound keeps the time linear in texts like `aaaa…`, whose branches
    /// never meet. In running text they meet after three types on average.
    package static let mostSteps = 64

    /// What the test found.
    package enum Outcome: Hashable, Sendable {
        /// The longest type is at least as good.
        case longestIsGood
        /// The second longest type is better, up to the place where both branches meet.
        case secondIsBetter(until: Int)
        /// The branches did not meet in time.
        case undecided
    }

    /// A way to read on.
    private struct Branch {
        var end: Int
        var unknownCount = 0
        var typeCount = 1
        var rankSum: Int

        init(end: Int, rank: Int32) {
            self.end = end
            rankSum = Int(rank)
        }

        @inline(__always)
        mutating func advance(_ match: LexiconMatch) {
            end = match.end
            if match.rank < 0 {
                unknownCount += 1
            } else {
                typeCount += 1
                rankSum += Int(match.rank)
            }
        }
    }

    /// Compares the branches that begin with the two types of `match`, which must have a second one.
    ///
    /// Both read on with the longest type each time until they end at the same place. The second is better when it has
    /// fewer unknown characters; of as many, when it has fewer types; of as many, when the sum of their ranks is lower.
    ///
    /// - Parameter next: the match at a place.
    @inline(__always)
    package static func compare(_ match: LexiconMatch, _ next: (Int) -> LexiconMatch) -> Outcome {
        var first = Branch(end: match.end, rank: match.rank)
        var second = Branch(end: match.secondEnd, rank: match.secondRank)
        var steps = 0
        while first.end != second.end {
            guard steps < mostSteps else { return .undecided }
            steps += 1
            if first.end < second.end {
                first.advance(next(first.end))
            } else {
                second.advance(next(second.end))
            }
        }
        let isBetter =
            (second.unknownCount, second.typeCount, second.rankSum)
            < (first.unknownCount, first.typeCount, first.rankSum)
        return isBetter ? .secondIsBetter(until: second.end) : .longestIsGood
    }
}
