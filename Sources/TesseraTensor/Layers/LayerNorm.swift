internal import CTesseraTorch
public import TesseraCore

/// (x − mean) / √(variance + ε) · w + b over the last axis (Ba, Kiros and Hinton, 2016).
public struct LayerNorm: Module {
    /// `[size]`.
    public let weight: Tensor

    /// `[size]`.
    public let bias: Tensor?

    /// Keeps the root from 0.
    public let epsilon: Double

    /// Creates a norm with weights of 1 and a bias of 0.
    public init(
        size: Int, hasBias: Bool = true, epsilon: Double = 1e-5, device: Device = .cpu
    ) throws(LocatedError) {
        weight = try .ones([size], device: device)
        try weight.setRequiresGradient(true)
        bias = hasBias ? try .zeros([size], device: device) : nil
        try bias?.setRequiresGradient(true)
        self.epsilon = epsilon
    }

    /// `[…, size]` to the same shape.
    public func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("layer norm", [x, weight]) {
            tt_layer_norm(x.handle, weight.handle, bias?.handle, epsilon)
        }
    }

    public var parameters: [Parameter] {
        [Parameter("weight", weight)] + (bias.map { [Parameter("bias", $0)] } ?? [])
    }
}
