public import TesseraArchitectures
public import TesseraCore
internal import TesseraTensor

/// Predicting the next token: −log p(token | tokens before it), in nats, summed over the targets that count.
///
/// Reads `tokens` and `targets` of a batch. Targets that are `ignoredTarget` count for nothing, which makes it the loss of
/// answers alone where the batch says so.
public struct NextTokenObjective<Network: CausalNetwork>: Objective {
    /// Creates the objective.
    public init() {}

    public func loss(of network: Network, on batch: Batch) throws(LocatedError) -> Loss {
        let targets = try batch[.targets].reshaped(-1)  // [B · T]
        let logits = try network.logits(of: batch[.tokens]).reshaped(-1, network.vocabularySize)
        return Loss(
            // The loss of shorter numbers would be too coarse to follow.
            sum: try crossEntropy(
                logits.type.byteCount < 4 ? logits.converted(to: .float32) : logits, targets, reduction: .sum),
            count: try (targets .!= Double(ignoredTarget)).sum().item())
    }
}
