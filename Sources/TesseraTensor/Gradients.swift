internal import CTesseraTorch
public import TesseraCore

extension Tensor {
    /// Whether gradients flow to this tensor.
    public var requiresGradient: Bool { withExtendedLifetime(self) { tt_requires_gradient(handle) } }

    /// Makes this tensor one that gradients flow to, as parameters are, or no longer.
    ///
    /// - Throws: `LocatedError` for whole numbers, and for what was computed from parameters.
    public func setRequiresGradient(_ wanted: Bool) throws(LocatedError) {
        try perform("requires gradient", [self]) { tt_set_requires_gradient(handle, wanted) }
    }

    /// Adds the derivative of this single number to the gradient of each parameter that it was computed from.
    ///
    /// - Throws: `LocatedError` when it has several numbers, or was not computed from parameters.
    public func backward() throws(LocatedError) {
        try perform("backward", [self]) { tt_backward(handle) }
    }

    /// The derivative gathered by `backward()` since it was last cleared; nil when there is none.
    public var gradient: Tensor? {
        withExtendedLifetime(self) { tt_gradient(handle).map { Tensor($0) } }
    }

    /// Forgets the gradient.
    public func clearGradient() throws(LocatedError) {
        try perform("clear gradient", [self]) { tt_clear_gradient(handle) }
    }

    /// The same numbers, as if nothing they were computed from had gradients.
    public func detached() throws(LocatedError) -> Tensor {
        try Tensor("detach", [self]) { tt_detach(handle) }
    }
}

/// Runs `body` without recording what gradients need, in this thread: for evaluation and for changes of parameters.
public func withoutGradients<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let earlier = tt_record_gradients(false)
    defer { _ = tt_record_gradients(earlier) }
    return try body()
}

/// Runs `body` with matrix products in a shorter type, in this thread (mixed precision: Micikevicius et al., 2018).
///
/// What else is shortened and what is not is for libtorch's autocast to say, operation by operation; parameters and
/// their gradients keep their type.
///
/// - Parameters:
///   - type: `.bfloat16` or `.float16`; nil runs `body` as it is.
///   - device: where the tensors lie.
public func withAutocast<Result, Failure: Error>(
    _ type: ScalarType?, on device: Device = .cpu, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    guard let type else { return try body() }
    let kind = device.shimDevice.kind
    let earlier = tt_set_autocast(kind, tt_autocast(enabled: true, type: type.shimType))
    tt_begin_autocast()
    defer {
        tt_end_autocast()
        _ = tt_set_autocast(kind, earlier)
    }
    return try body()
}
