internal import CTesseraTorch
public import TesseraCore

/// Scales gradients in place by `factor`, and further so that the norm of them all is at most `limit` (Pascanu, Mikolov and
/// Bengio, 2013).
///
/// - Parameter factor: above zero; one over their number turns gradients of batches that were added up into the mean.
/// - Returns: the norm that `factor` alone gives them; not finite when one of them is not, and then nothing is scaled.
@discardableResult
public func clipGradients(
    of parameters: [Parameter], scaledBy factor: Double = 1, to limit: Double = .infinity
) throws(LocatedError) -> Double {
    let gradients = parameters.compactMap(\.tensor.gradient)
    var norm = 0.0
    try perform("clip gradients", []) {
        withHandles(gradients) { tt_clip_gradients($0, $1, factor, limit, &norm) }
    }
    return norm
}
