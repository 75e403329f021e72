internal import TesseraCore
internal import TesseraTensor

/// x W + b: a linear layer with the matrix lying as GPT-2's files have it, which transformers calls a `Conv1D`.
struct Conv1D: Module {
    /// `[inputs, outputs]`.
    let weight: Tensor

    /// `[outputs]`.
    let bias: Tensor

    /// Creates a layer with weights of a normal distribution around 0, and a bias of zeros.
    init(inputs: Int, outputs: Int, deviation: Double, random: RandomGenerator) throws(LocatedError) {
        weight = try random.normal([inputs, outputs], deviation: deviation)
        try weight.setRequiresGradient(true)
        bias = try .zeros([outputs], device: random.device)
        try bias.setRequiresGradient(true)
    }

    /// `[…, inputs]` to `[…, outputs]`.
    func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        try x.linear(weight.transposed(0, 1), bias: bias)
    }

    var parameters: [Parameter] { [Parameter("weight", weight), Parameter("bias", bias)] }
}
