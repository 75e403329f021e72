internal import CTesseraTorch
public import TesseraCore

/// Scales gradients in place so that the norm of them all is at most `limit` (Pascanu, Mikolov and Bengio, 2013).
///
/// - Returns: the norm that they had; not finite when one of them is not, and then nothing is scaled.
@discardableResult
public func clipGradients(of parameters: [Parameter], to limit: Double) throws(LocatedError) -> Double {
    let gradients = parameters.compactMap(\.tensor.gradient)
    var norm = 0.0
    try perform("clip gradients", []) {
        withHandles(gradients) { tt_clip_gradients($0, $1, limit, &norm) }
    }
    return norm
}

/// Multiplies gradients in place, as the mean over batches that were added up needs it.
public func scaleGradients(of parameters: [Parameter], by factor: Double) throws(LocatedError) {
    let gradients = parameters.compactMap(\.tensor.gradient)
    try perform("scale gradients", []) { withHandles(gradients) { tt_scale($0, $1, factor) } }
}
