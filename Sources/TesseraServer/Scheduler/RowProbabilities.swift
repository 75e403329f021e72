internal import TesseraCore
internal import TesseraDecoding

/// The logarithms of the probabilities in a row of logits: the most likely ones, and any on request.
struct RowProbabilities {
    /// The most likely tokens, the most likely first, the lower id of equals.
    private(set) var top: [TokenProbability.Alternative] = []
    private let logSum: Double

    /// Looks at a row; nil when no score is above minus infinity.
    init?(_ row: UnsafeBufferPointer<Float>, count: Int) {
        guard let logSum = LogitRow(row).logSumOfExponentials() else { return nil }
        self.logSum = logSum
        top = LogitRow(row).indicesOfLargest(count).map {
            .init(id: TokenID(truncatingIfNeeded: $0), logProbability: Double(row[$0]) - logSum)
        }
    }

    /// `id` with its probability, given its logit in the row.
    func probability(of id: TokenID, logit: Float) -> TokenProbability {
        // JSON has no infinity, and clients expect a number.
        let value = logit > -.infinity ? Double(logit) - logSum : -9999
        return TokenProbability(id: id, logProbability: max(value, -9999), alternatives: top)
    }
}
