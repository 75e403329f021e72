public import TesseraCore

/// x Wᵀ + b.
public struct Linear: Module {
    /// `[outputs, inputs]`.
    public let weight: Tensor

    /// `[outputs]`.
    public let bias: Tensor?

    /// Creates a layer with weights of a normal distribution around 0, and a bias of zeros.
    public init(
        inputs: Int, outputs: Int, hasBias: Bool = false, deviation: Double = 0.02,
        random: RandomGenerator
    ) throws(LocatedError) {
        weight = try random.normal([outputs, inputs], deviation: deviation)
        try weight.setRequiresGradient(true)
        bias = hasBias ? try .zeros([outputs], device: random.device) : nil
        try bias?.setRequiresGradient(true)
    }

    /// `[…, inputs]` to `[…, outputs]`.
    public func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        try x.linear(weight, bias: bias)
    }

    public var parameters: [Parameter] {
        [Parameter("weight", weight)] + (bias.map { [Parameter("bias", $0)] } ?? [])
    }
}
