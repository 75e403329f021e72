internal import TesseraCore

extension CacheEntries {
    /// The places of all but `count` entries: of those that are neither among the first `first` tokens of the text nor
    /// among the last `last` of it, the ones with the lowest scores, and of equal scores the oldest.
    ///
    /// Where `first` and `last` together are more than `count`, the oldest of them go. A policy that reads no attention
    /// takes all scores for equal, whatever another one has left there.
    func lowest(
        keeping count: Int, first: Int = 0, last: Int = 0, areScored: Bool = true
    ) -> [Int] {
        let surplus = self.count - count
        guard surplus > 0, let newest = positions.max() else { return [] }
        if surplus == 1, let place = lowest(first: first, last: last, newest: newest, areScored) {
            return [place]
        }
        func rank(_ place: Int) -> (kept: Int, score: Float, position: Int32) {
            let position = positions[place]
            let isKept = position < first || Int(newest) - Int(position) < last
            return (isKept ? 1 : 0, isKept || !areScored ? 0 : scores[place], position)
        }
        return positions.indices.sorted { rank($0) < rank($1) }.prefix(surplus).sorted()
    }

    /// The place of the lowest score, which is what every step asks for; nil when all are kept anyway.
    private func lowest(first: Int, last: Int, newest: Int32, _ areScored: Bool) -> Int? {
        var found: Int?
        var (lowest, oldest) = (Float.infinity, Int32.max)
        for place in positions.indices {
            let position = positions[place]
            if position < first || Int(newest) - Int(position) < last { continue }
            let score = areScored ? scores[place] : 0
            guard score < lowest || (score == lowest && position < oldest) else { continue }
            (found, lowest, oldest) = (place, score, position)
        }
        return found
    }
}

/// The sizes of a budget's parts.
enum BudgetPart {
    /// A share of a budget, at least one token of it.
    static func tokens(_ share: Double, of count: Int) -> Int { max(1, Int(Double(count) * share)) }

    /// Refuses a share of recent tokens that is none.
    static func check(recent share: Double) throws(LocatedError) {
        guard share >= 0, share <= 1 else {
            throw LocatedError(
                field: "--cache-recent", problem: "\(share * 100)% of the budget cannot be recent tokens",
                remedy: "give 0% to 100%")
        }
    }
}
