/// Simple case folding: which single code points are the same letter in another case.
struct CaseFolding: Sendable {
    /// A row of code points that lie equally far above the least code point of the same folding.
    private struct Row {
        var start: UInt32
        var count: UInt32
        var stride: UInt32
        var distance: UInt32
    }

    private let rows: [Row]

    static let shared = CaseFolding()

    private init() {
        var rows: [Row] = []
        var numbers = PackedNumbers(UnicodeData.cases)
        var start: UInt32 = 0
        while let gap = numbers.next(), let count = numbers.next(), let stride = numbers.next(),
            let distance = numbers.next()
        {
            start += gap
            rows.append(Row(start: start, count: count, stride: stride, distance: distance))
        }
        self.rows = rows
    }

    /// `set` and all that folds together with one of its code points.
    func closure(of set: CodePointSet) -> CodePointSet {
        // First the least of each letter's cases, then all cases of those.
        var least: [ClosedRange<UInt32>] = []
        forEachPair { upper, lower in if set.contains(upper) { least.append(lower...lower) } }
        let base = set.union(CodePointSet(least))
        var others: [ClosedRange<UInt32>] = []
        forEachPair { upper, lower in if base.contains(lower) { others.append(upper...upper) } }
        return base.union(CodePointSet(others))
    }

    private func forEachPair(_ body: (_ code: UInt32, _ least: UInt32) -> Void) {
        for row in rows {
            for step in 0..<row.count {
                let code = row.start + step * row.stride
                body(code, code - row.distance)
            }
        }
    }
}
