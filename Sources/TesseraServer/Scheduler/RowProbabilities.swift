internal import TesseraCore
internal import TesseraDecoding

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The logarithms of the probabilities in a row of logits: the most likely ones, and any on request.
struct RowProbabilities {
    /// The most likely tokens, the most likely first, the lower id of equals.
    private(set) var top: [TokenProbability.Alternative] = []
    private let logSum: Double

    /// Looks at a row; nil when no score is above minus infinity.
    init?(_ row: UnsafeBufferPointer<Float>, count: Int) {
        guard let maximum = LogitRow(row).maximum(), maximum.isFinite else { return nil }
        logSum = Double(maximum) + log(LogitRow(row).sumOfExponentials(offset: maximum, scale: 1))
        guard count > 0 else { return }
        // An insertion into a short sorted list: nearly every token is below the threshold.
        var best: [(id: Int, logit: Float)] = []
        var threshold = -Float.infinity
        for index in row.indices where row[index] > threshold {
            let logit = row[index]
            var place = best.count
            while place > 0, best[place - 1].logit < logit { place -= 1 }
            best.insert((index, logit), at: place)
            if best.count > count { best.removeLast() }
            if best.count == count { threshold = best[count - 1].logit }
        }
        top = best.map {
            .init(id: TokenID(truncatingIfNeeded: $0.id), logProbability: Double($0.logit) - logSum)
        }
    }

    /// `id` with its probability, given its logit in the row.
    func probability(of id: TokenID, logit: Float) -> TokenProbability {
        // JSON has no infinity, and clients expect a number.
        let value = logit > -.infinity ? Double(logit) - logSum : -9999
        return TokenProbability(id: id, logProbability: max(value, -9999), alternatives: top)
    }
}
