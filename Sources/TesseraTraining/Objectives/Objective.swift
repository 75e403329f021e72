public import TesseraCore
public import TesseraTensor

/// What a network is trained for: a batch to a loss and what else is worth knowing.
///
/// The loop knows nothing else of it, so that predicting the next token, filling in masked ones, following a teacher or
/// several heads at once are trained by the same loop.
public protocol Objective: Sendable {
    /// What it trains; several networks that are trained together are one module.
    associatedtype Network: Module

    /// The loss of `network` on a batch, with gradients recorded.
    ///
    /// - Throws: `LocatedError` when the batch lacks a tensor or shapes do not go together.
    func loss(of network: Network, on batch: Batch) throws(LocatedError) -> Loss
}

/// A loss as a sum and what it is a sum of.
///
/// Both are added up over the batches of a step before one is divided by the other: so every token weighs the same,
/// however many of them a batch counts and however a step is cut into batches.
public struct Loss: Sendable {
    /// The sum: a single number that gradients flow from.
    public let sum: Tensor

    /// What it is divided by, such as the tokens that count.
    public let count: Double

    /// Other sums, which are divided by the same count; the same names in every batch.
    public let metrics: [String: Double]

    /// Creates a loss.
    public init(sum: Tensor, count: Double, metrics: [String: Double] = [:]) {
        self.sum = sum
        self.count = count
        self.metrics = metrics
    }
}
