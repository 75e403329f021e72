internal import TesseraCore

extension Encoding {
    /// Cuts to `limit` tokens; what is cut off becomes `overflowing`, in parts of at most `limit` tokens.
    ///
    /// The rule is that of Hugging Face tokenizers (`Encoding::truncate`): parts overlap by `stride` tokens.
    ///
    /// - Throws: `LocatedError` when `stride` is not below `limit`.
    mutating func truncate(to limit: Int, stride: Int, side: Truncation.Side) throws(LocatedError) {
        guard limit < count else { return }
        if limit <= 0 {
            let whole = self
            self = Encoding()
            overflowing = [whole]
            return
        }
        guard stride >= 0, stride < limit else {
            throw LocatedError(
                field: "truncation.stride", problem: "\(stride) is not below the limit of \(limit) tokens",
                remedy: "give a smaller stride or a larger limit")
        }
        let step = limit - stride
        var parts: [Range<Int>] = []
        switch side {
        case .right:
            var start = 0
            while start < count {
                let end = min(start + limit, count)
                parts.append(start..<end)
                if end == count { break }
                start += step
            }
        case .left:
            var end = count
            while end > 0 {
                let start = max(end - limit, 0)
                parts.append(start..<end)
                if start == 0 { break }
                end -= step
            }
        }
        let whole = self
        self = whole.slice(parts[0])
        overflowing = parts.dropFirst().map { whole.slice($0) }
    }

    /// Fills to `length` tokens, what overflowed too.
    mutating func pad(to length: Int, _ padding: Padding) {
        for index in overflowing.indices { overflowing[index].pad(to: length, padding) }
        let missing = length - count
        guard missing > 0 else { return }
        var filler = Encoding()
        for _ in 0..<missing {
            filler.append(special: padding.token, typeID: padding.typeID, attends: false)
        }
        switch padding.side {
        case .right: append(filler)
        case .left:
            let rest = overflowing
            filler.append(self)
            self = filler
            overflowing = rest
        }
    }
}

extension Truncation {
    /// Cuts one text, or a pair, so that with `addedCount` tokens around them they fit.
    ///
    /// The rule is that of Hugging Face tokenizers (`truncate_encodings`).
    ///
    /// - Throws: `LocatedError` when the text that may be cut is too short for that.
    func apply(to first: inout Encoding, _ second: inout Encoding?, addedCount: Int) throws(LocatedError) {
        guard largestCount > 0 else {
            try first.truncate(to: 0, stride: stride, side: side)
            try second?.truncate(to: 0, stride: stride, side: side)
            return
        }
        let limit = max(largestCount - addedCount, 0)
        let total = first.count + (second?.count ?? 0)
        guard total > limit else { return }
        let excess = total - limit
        switch strategy {
        case .longestFirst:
            guard let other = second else { return try first.truncate(to: limit, stride: stride, side: side) }
            // The shorter text keeps what it has while that is less than half.
            var shorter = min(first.count, other.count)
            var longer = max(first.count, other.count)
            if shorter > limit {
                longer = shorter
            } else {
                longer = max(shorter, limit - shorter)
            }
            if shorter + longer > limit {
                shorter = limit / 2
                longer = shorter + limit % 2
            }
            let firstIsShorter = first.count <= other.count
            try first.truncate(to: firstIsShorter ? shorter : longer, stride: stride, side: side)
            try second?.truncate(to: firstIsShorter ? longer : shorter, stride: stride, side: side)
        case .onlyFirst:
            guard first.count > excess else { throw tooShort("first", excess) }
            try first.truncate(to: first.count - excess, stride: stride, side: side)
        case .onlySecond:
            guard let other = second else {
                throw LocatedError(
                    field: "truncation.strategy", problem: "OnlySecond needs a pair, and one text was given",
                    remedy: "give two texts or use LongestFirst")
            }
            guard other.count > excess else { throw tooShort("second", excess) }
            try second?.truncate(to: other.count - excess, stride: stride, side: side)
        }
    }

    private func tooShort(_ name: String, _ excess: Int) -> LocatedError {
        LocatedError(
            field: "truncation", problem: "the \(name) text is too short to lose \(excess) tokens",
            remedy: "use LongestFirst or a larger limit")
    }
}
