internal import CTesseraTorch
public import TesseraCore

/// What a loss of many rows is.
public enum LossReduction: Hashable, Sendable {
    /// The mean of the rows that count.
    case mean
    /// Their sum.
    case sum
}

/// Places in targets that count for nothing, as PyTorch has it.
public let ignoredTarget = -100

/// −log softmax(logits)[target], in nats.
///
/// - Parameters:
///   - logits: `[rows, classes]`.
///   - targets: `[rows]` whole numbers; `ignoredTarget` leaves a row out.
///   - reduction: mean or sum of the rows.
///   - smoothing: the share of the probability that is wanted for all classes alike (Szegedy et al., 2016).
/// - Returns: a single number.
/// - Throws: `LocatedError` when the shapes do not go together or a target is no class.
public func crossEntropy(
    _ logits: Tensor, _ targets: Tensor, reduction: LossReduction = .mean, smoothing: Double = 0
) throws(LocatedError) -> Tensor {
    try Tensor("cross entropy", [logits, targets]) {
        tt_cross_entropy(
            logits.handle, targets.handle, Int64(ignoredTarget), reduction == .mean, smoothing)
    }
}

/// −log softmax(logits)[target] of every row, in nats: `[rows]`, with 0 for the rows left out.
public func crossEntropyRows(_ logits: Tensor, _ targets: Tensor) throws(LocatedError) -> Tensor {
    try Tensor("cross entropy", [logits, targets]) {
        tt_cross_entropy_rows(logits.handle, targets.handle, Int64(ignoredTarget))
    }
}

/// The mean of the squared differences.
public func meanSquaredError(_ x: Tensor, _ y: Tensor) throws(LocatedError) -> Tensor {
    try Tensor("mean squared error", [x, y]) { tt_mean_squared_error(x.handle, y.handle) }
}

/// The mean of −t log σ(x) − (1 − t) log(1 − σ(x)), in nats, of logits x and targets t in 0…1.
public func binaryCrossEntropy(_ logits: Tensor, _ targets: Tensor) throws(LocatedError) -> Tensor {
    try Tensor("binary cross entropy", [logits, targets]) {
        tt_binary_cross_entropy(logits.handle, targets.handle)
    }
}
