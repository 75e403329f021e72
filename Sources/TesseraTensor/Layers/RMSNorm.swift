internal import CTesseraTorch
public import TesseraCore

/// x / √(mean x² + ε) · w over the last axis (Zhang and Sennrich, 2019).
public struct RMSNorm: Module {
    /// `[size]`.
    public let weight: Tensor

    /// Keeps the root from 0.
    public let epsilon: Double

    /// Creates a norm with weights of 1.
    public init(size: Int, epsilon: Double = 1e-5, device: Device = .cpu) throws(LocatedError) {
        weight = try .ones([size], device: device)
        try weight.setRequiresGradient(true)
        self.epsilon = epsilon
    }

    /// `[…, size]` to the same shape.
    public func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("RMS norm", [x, weight]) { tt_rms_norm(x.handle, weight.handle, epsilon) }
    }

    public var parameters: [Parameter] { [Parameter("weight", weight)] }
}
