internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Top-k, top-p and min-p: which tokens of a row may be drawn.
///
/// - Top-k is Fan, Lewis and Dauphin, "Hierarchical neural story generation", 2018, section 5.4.
/// - Top-p is Holtzman et al., "The curious case of neural text degeneration", 2020, section 3.1.
/// - Min-p is Nguyen et al., "Turning up the heat", 2025, section 3.
///
/// No step sorts the vocabulary: top-k streams it through a heap of k; top-p drops the tokens that are too
/// unlikely to matter, then takes the best of a heap until their mass is reached. Storage is reused.
struct CandidateFilter: Sendable {
    /// The tokens that may be drawn, after `keep` returned true.
    private(set) var kept: [Candidate] = []

    /// Narrows `row` down to `kept`.
    ///
    /// - Parameters:
    ///   - row: logits without plus infinity.
    ///   - maximum: the largest of them, finite.
    ///   - inverseTemperature: multiplies the distance of a logit from the maximum.
    /// - Returns: false when the options keep every token, and `kept` was not filled.
    mutating func keep(
        _ row: UnsafeBufferPointer<Float>, maximum: Float, inverseTemperature: Float, options: SamplingOptions
    ) -> Bool {
        let limitsCount = options.topK > 0 && options.topK < row.count
        guard limitsCount || options.topP < 1 || options.minP > 0 else { return false }
        kept.removeAll(keepingCapacity: true)

        if limitsCount {
            keepMostLikely(options.topK, of: row)
        }
        if options.topP < 1 {
            let total =
                limitsCount
                ? kept.reduce(0) { $0 + exp(Double(($1.logit - maximum) * inverseTemperature)) }
                : LogitRow(row).sumOfExponentials(offset: maximum, scale: inverseTemperature)
            if !limitsCount {
                // The tokens with at most this weight have together at most 1 - p of the mass, so the nucleus
                // is complete without them.
                let negligible = (1 - options.topP) * total / Double(row.count)
                keepAbove(Float(log(negligible)), of: row, maximum: maximum, scale: inverseTemperature)
            }
            keepNucleus(
                mass: options.topP * total, maximum: maximum, scale: inverseTemperature
            )
        }
        if options.minP > 0 {
            let floor = Float(log(options.minP))
            if limitsCount || options.topP < 1 {
                kept.removeAll { ($0.logit - maximum) * inverseTemperature < floor }
            } else {
                keepAbove(floor, of: row, maximum: maximum, scale: inverseTemperature)
            }
        }
        return true
    }

    /// The best `k`, the lower ids of equals, in heap order.
    private mutating func keepMostLikely(_ k: Int, of row: UnsafeBufferPointer<Float>) {
        var index = 0
        while index < row.count, kept.count < k {
            if row[index] > -.infinity {
                kept.append(Candidate(id: TokenID(truncatingIfNeeded: index), logit: row[index]))
            }
            index += 1
        }
        guard kept.count == k else { return }
        CandidateHeap.build(&kept, count: k, top: .leastLikely)
        var threshold = kept[0].logit
        while index < row.count {
            // A later token with the threshold's own logit has the higher id and loses.
            if row[index] > threshold {
                kept[0] = Candidate(id: TokenID(truncatingIfNeeded: index), logit: row[index])
                CandidateHeap.siftDown(&kept, from: 0, count: k, top: .leastLikely)
                threshold = kept[0].logit
            }
            index += 1
        }
    }

    /// The tokens whose scaled distance from the maximum is at least `floor`.
    private mutating func keepAbove(
        _ floor: Float, of row: UnsafeBufferPointer<Float>, maximum: Float, scale: Float
    ) {
        for index in row.indices where (row[index] - maximum) * scale >= floor && row[index] > -.infinity {
            kept.append(Candidate(id: TokenID(truncatingIfNeeded: index), logit: row[index]))
        }
    }

    /// The fewest best of `kept` whose weights reach `mass`; at least one.
    private mutating func keepNucleus(mass: Double, maximum: Float, scale: Float) {
        CandidateHeap.build(&kept, count: kept.count, top: .mostLikely)
        var rest = kept.count
        var reached = 0.0
        while rest > 0 {
            reached += exp(Double((kept[0].logit - maximum) * scale))
            rest -= 1
            kept.swapAt(0, rest)
            if reached >= mass { break }
            CandidateHeap.siftDown(&kept, from: 0, count: rest, top: .mostLikely)
        }
        // The chosen ones stand at the end, the best of them last.
        kept.removeFirst(rest)
    }
}
