internal import TesseraCore
internal import TesseraTensor

/// A layer of GPT-2: attention, then the feed-forward block, each on the norm of what it adds to.
struct GPT2Layer: Module {
    private let attentionNorm: LayerNorm
    private let queryKeyValue: Conv1D
    private let attentionOutput: Conv1D
    private let feedForwardNorm: LayerNorm
    private let up: Conv1D
    private let down: Conv1D
    private let headCount: Int
    private let activation: GPT2Configuration.Activation

    init(
        _ c: GPT2Configuration, _ initialization: Initialization, _ random: RandomGenerator
    ) throws(LocatedError) {
        let (hidden, inner) = (c.hiddenSize, c.feedForwardSize)
        let deviation = initialization.deviation
        let residual = initialization.residualDeviation(layers: c.layerCount)
        attentionNorm = try LayerNorm(size: hidden, epsilon: c.epsilon, device: random.device)
        queryKeyValue = try Conv1D(inputs: hidden, outputs: 3 * hidden, deviation: deviation, random: random)
        attentionOutput = try Conv1D(inputs: hidden, outputs: hidden, deviation: residual, random: random)
        feedForwardNorm = try LayerNorm(size: hidden, epsilon: c.epsilon, device: random.device)
        up = try Conv1D(inputs: hidden, outputs: inner, deviation: deviation, random: random)
        down = try Conv1D(inputs: inner, outputs: hidden, deviation: residual, random: random)
        headCount = c.headCount
        activation = c.activation
    }

    /// `[batch, time, hidden]` to the same shape.
    func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        let parts = try queryKeyValue(attentionNorm(x)).chunks(3, axis: -1)
        let mixed = try causalAttention(
            parts[0].cutIntoHeads(headCount), parts[1].cutIntoHeads(headCount),
            parts[2].cutIntoHeads(headCount))
        let h = try x + attentionOutput(mixed)
        return try h + down(activation(up(feedForwardNorm(h))))
    }

    var parameters: [Parameter] {
        attentionNorm.parameters(under: "ln_1") + queryKeyValue.parameters(under: "attn.c_attn")
            + attentionOutput.parameters(under: "attn.c_proj")
            + feedForwardNorm.parameters(under: "ln_2") + up.parameters(under: "mlp.c_fc")
            + down.parameters(under: "mlp.c_proj")
    }
}

extension GPT2Configuration.Activation {
    func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        switch self {
        case .gelu: try x.gelu()
        case .geluTanh: try x.gelu(approximate: true)
        case .relu: try x.relu()
        }
    }
}
