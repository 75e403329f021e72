/// What vocabularies have in common: their union, how many hold each token, and which are the same.
///
/// Tokens are compared as what they stand for, so a byte-level vocabulary and one with marks of words share " the".
public struct VocabularyOverlap: Sendable {
    /// What the vocabularies are called.
    public let names: [String]
    /// The different tokens of all.
    public let unionCount: Int
    /// At place `n`, how many tokens exactly `n + 1` vocabularies have.
    public let histogram: [Int]
    /// For each two vocabularies |A∩B| / |A∪B|: symmetric, 1 on the diagonal; two empty ones are the same.
    public let jaccard: [[Double]]
    /// For each vocabulary how many tokens it shares with no other.
    public let ownCounts: [Int]
    /// How many vocabularies must have a token for it to be a core token.
    public let coreThreshold: Int
    /// How many core tokens there are.
    public let coreCount: Int
    /// For each vocabulary the share of the core tokens that it has; zero without any.
    public let coreShares: [Double]
    /// For each vocabulary the share of its tokens that begin with a space.
    public let initialShares: [Double]

    /// Compares vocabularies; nine tenths of them, rounded up, make a token a core token.
    ///
    /// Takes time linear in all tokens and quadratic in the vocabularies.
    public init(_ reports: [VocabularyReport]) {
        names = reports.map(\.name)
        var holders: [[UInt8]: UInt64] = [:]
        // Sets of up to 64 at a time, so that one pass over the union answers every question.
        let counted = reports.prefix(64)
        for (index, report) in counted.enumerated() {
            for key in report.keys { holders[key, default: 0] |= 1 << UInt64(index) }
        }
        let count = counted.count
        var histogram = [Int](repeating: 0, count: count)
        var shared = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        var own = [Int](repeating: 0, count: count)
        let threshold = max(1, (count * 9 + 9) / 10)
        var core = 0
        var cores = [Int](repeating: 0, count: count)
        for mask in holders.values {
            let held = mask.nonzeroBitCount
            histogram[held - 1] += 1
            if held >= threshold { core += 1 }
            var rest = mask
            while rest != 0 {
                let first = rest.trailingZeroBitCount
                rest &= rest - 1
                if held == 1 { own[first] += 1 }
                if held >= threshold { cores[first] += 1 }
                var others = mask
                while others != 0 {
                    shared[first][others.trailingZeroBitCount] += 1
                    others &= others - 1
                }
            }
        }
        unionCount = holders.count
        self.histogram = histogram
        ownCounts = own
        coreThreshold = threshold
        coreCount = core
        coreShares = cores.map { core == 0 ? 0 : Double($0) / Double(core) }
        initialShares = counted.map {
            $0.keys.isEmpty ? 0 : Double($0.spacedKeys.count) / Double($0.keys.count)
        }
        jaccard = (0..<count).map { row in
            (0..<count).map { column in
                let both = shared[row][column]
                let either = shared[row][row] + shared[column][column] - both
                return either == 0 ? 1 : Double(both) / Double(either)
            }
        }
    }

    /// A joining of two groups of vocabularies, by average linkage.
    public struct Join: Hashable, Sendable {
        /// The places of all vocabularies in the joined group, in order.
        public var members: [Int]
        /// The mean similarity between the two groups.
        public var similarity: Double
    }

    /// The joins of an average-linkage clustering, the most similar first.
    public var joins: [Join] {
        var groups = names.indices.map { [$0] }.prefix(jaccard.count).map { $0 }
        var joins: [Join] = []
        while groups.count > 1 {
            var best = (similarity: -1.0, left: 0, right: 1)
            for left in groups.indices {
                for right in groups.indices where right > left {
                    var sum = 0.0
                    for one in groups[left] { for other in groups[right] { sum += jaccard[one][other] } }
                    let mean = sum / Double(groups[left].count * groups[right].count)
                    if mean > best.similarity { best = (mean, left, right) }
                }
            }
            let joined = (groups[best.left] + groups[best.right]).sorted()
            joins.append(Join(members: joined, similarity: best.similarity))
            groups.remove(at: best.right)
            groups[best.left] = joined
        }
        return joins
    }

    /// The groups of vocabularies that are one: what joins at more than `similarity`. (The paper collapses 58 to 13 at
    /// 0.95.)
    public func duplicates(above similarity: Double = 0.95) -> [[Int]] {
        var groups = names.indices.prefix(jaccard.count).map { [$0] }
        for join in joins where join.similarity > similarity {
            let members = Set(join.members)
            groups.removeAll { members.isSuperset(of: $0) }
            groups.append(join.members)
        }
        return groups.sorted { $0[0] < $1[0] }
    }
}
