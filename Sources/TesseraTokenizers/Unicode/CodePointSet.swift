/// A set of code points, as the ranges that it is made of.
package struct CodePointSet: Hashable, Sendable {
    /// The ranges, in order, with gaps between them.
    package private(set) var ranges: [ClosedRange<UInt32>]

    /// The last code point.
    package static let last: UInt32 = 0x10FFFF

    /// No code point.
    package static let empty = CodePointSet(ordered: [])
    /// Every code point.
    package static let all = CodePointSet(ordered: [0...last])

    /// The code points of `ranges`, which may overlap and come in any order.
    package init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    /// One code point.
    package init(_ scalar: UInt32) { ranges = [scalar...scalar] }

    /// The code points of `ranges`, which are in order and apart.
    package init(ordered ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

    package var isEmpty: Bool { ranges.isEmpty }

    /// Whether the set has `scalar`; takes time logarithmic in the number of ranges.
    package func contains(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }

    /// Adds a range that begins no earlier than the last one.
    private mutating func append(_ range: ClosedRange<UInt32>) {
        guard let end = ranges.last, UInt64(range.lowerBound) <= UInt64(end.upperBound) + 1 else {
            ranges.append(range)
            return
        }
        if range.upperBound > end.upperBound {
            ranges[ranges.count - 1] = end.lowerBound...range.upperBound
        }
    }
}

extension CodePointSet {
    /// The code points that are in either set.
    package func union(_ other: CodePointSet) -> CodePointSet {
        if ranges.isEmpty { return other }
        if other.ranges.isEmpty { return self }
        var made = CodePointSet.empty
        made.ranges.reserveCapacity(ranges.count + other.ranges.count)
        var own = 0
        var others = 0
        while own < ranges.count || others < other.ranges.count {
            let takesOwn =
                others == other.ranges.count
                || (own < ranges.count && ranges[own].lowerBound <= other.ranges[others].lowerBound)
            if takesOwn {
                made.append(ranges[own])
                own += 1
            } else {
                made.append(other.ranges[others])
                others += 1
            }
        }
        return made
    }

    /// The code points that are in both sets.
    package func intersection(_ other: CodePointSet) -> CodePointSet {
        var made: [ClosedRange<UInt32>] = []
        var own = 0
        var others = 0
        while own < ranges.count, others < other.ranges.count {
            let low = max(ranges[own].lowerBound, other.ranges[others].lowerBound)
            let high = min(ranges[own].upperBound, other.ranges[others].upperBound)
            if low <= high { made.append(low...high) }
            if ranges[own].upperBound < other.ranges[others].upperBound { own += 1 } else { others += 1 }
        }
        return CodePointSet(ordered: made)
    }

    /// All other code points.
    package var inverted: CodePointSet {
        var made: [ClosedRange<UInt32>] = []
        made.reserveCapacity(ranges.count + 1)
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { made.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { made.append(next...Self.last) }
        return CodePointSet(ordered: made)
    }
}
