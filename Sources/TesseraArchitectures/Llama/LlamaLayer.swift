internal import TesseraCore
internal import TesseraTensor

/// A layer of Llama: grouped-query attention, then the gated feed-forward block, each on the norm of what it adds to.
struct LlamaLayer: Module {
    private let attentionNorm: RMSNorm
    private let attention: LlamaAttention
    private let feedForwardNorm: RMSNorm
    private let feedForward: LlamaFeedForward

    init(
        _ c: LlamaConfiguration, _ initialization: Initialization, _ random: RandomGenerator
    ) throws(LocatedError) {
        attentionNorm = try RMSNorm(size: c.hiddenSize, epsilon: c.epsilon, device: random.device)
        attention = try LlamaAttention(c, initialization, random)
        feedForwardNorm = try RMSNorm(size: c.hiddenSize, epsilon: c.epsilon, device: random.device)
        feedForward = try LlamaFeedForward(c, initialization, random)
    }

    /// `[batch, time, hidden]` to the same shape.
    func callAsFunction(_ x: Tensor, _ angles: RotaryEmbedding.Angles) throws(LocatedError) -> Tensor {
        let h = try x + attention(attentionNorm(x), angles)
        return try h + feedForward(feedForwardNorm(h))
    }

    var parameters: [Parameter] {
        attentionNorm.parameters(under: "input_layernorm") + attention.parameters(under: "self_attn")
            + feedForwardNorm.parameters(under: "post_attention_layernorm")
            + feedForward.parameters(under: "mlp")
    }
}

/// Wo softmax(rope(Wq x) rope(Wk x)ᵀ / √size) Wv x, with fewer key/value heads than query heads where so configured
/// (Ainslie et al., arXiv:2305.13245).
struct LlamaAttention: Module {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let headCount: Int
    private let keyValueHeadCount: Int
    private let rotary: RotaryEmbedding

    init(
        _ c: LlamaConfiguration, _ initialization: Initialization, _ random: RandomGenerator
    ) throws(LocatedError) {
        let (size, sharedSize) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
        let deviation = initialization.deviation
        query = try Linear(inputs: c.hiddenSize, outputs: size, deviation: deviation, random: random)
        key = try Linear(inputs: c.hiddenSize, outputs: sharedSize, deviation: deviation, random: random)
        value = try Linear(inputs: c.hiddenSize, outputs: sharedSize, deviation: deviation, random: random)
        output = try Linear(
            inputs: size, outputs: c.hiddenSize,
            deviation: initialization.residualDeviation(layers: c.layerCount), random: random)
        headCount = c.headCount
        keyValueHeadCount = c.keyValueHeadCount
        rotary = RotaryEmbedding(headSize: c.headSize, base: c.rotaryBase)
    }

    func callAsFunction(_ x: Tensor, _ angles: RotaryEmbedding.Angles) throws(LocatedError) -> Tensor {
        let q = try query(x).cutIntoHeads(headCount)  // [B, T, H, D]
        let k = try key(x).cutIntoHeads(keyValueHeadCount)  // [B, T, H', D]
        let v = try value(x).cutIntoHeads(keyValueHeadCount)
        let angles = try angles.converted(to: q.type)
        return try output(causalAttention(rotary(q, angles), rotary(k, angles), v))
    }

    var parameters: [Parameter] {
        query.parameters(under: "q_proj") + key.parameters(under: "k_proj")
            + value.parameters(under: "v_proj") + output.parameters(under: "o_proj")
    }
}

/// Wdown (silu(Wgate x) · Wup x), "SwiGLU" (Shazeer, arXiv:2002.05202).
struct LlamaFeedForward: Module {
    private let gate: Linear
    private let up: Linear
    private let down: Linear

    init(
        _ c: LlamaConfiguration, _ initialization: Initialization, _ random: RandomGenerator
    ) throws(LocatedError) {
        let (hidden, inner) = (c.hiddenSize, c.feedForwardSize)
        let deviation = initialization.deviation
        gate = try Linear(inputs: hidden, outputs: inner, deviation: deviation, random: random)
        up = try Linear(inputs: hidden, outputs: inner, deviation: deviation, random: random)
        down = try Linear(
            inputs: inner, outputs: hidden,
            deviation: initialization.residualDeviation(layers: c.layerCount), random: random)
    }

    func callAsFunction(_ x: Tensor) throws(LocatedError) -> Tensor {
        try down(gate(x).silu() * up(x))
    }

    var parameters: [Parameter] {
        gate.parameters(under: "gate_proj") + up.parameters(under: "up_proj")
            + down.parameters(under: "down_proj")
    }
}
